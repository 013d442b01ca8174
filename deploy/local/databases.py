"""One database and one login role per service, on whatever PostgreSQL server there is."""

from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.local.secrets import Secrets

SERVICES = ("identity", "licences", "validation", "notifications")


# What is in a copied database still belongs to the role it was copied from. (REASSIGN OWNED would give away more.)
_GIVE_ALL = """
SELECT format('ALTER TABLE %s OWNER TO %I', oid::regclass, $2::text) AS statement FROM pg_class
WHERE relkind IN ('r', 'p') AND relowner = $1::text::regrole AND relnamespace = 'public'::regnamespace
UNION ALL
SELECT format('ALTER ROUTINE %s OWNER TO %I', oid::regprocedure, $2::text) FROM pg_proc
WHERE proowner = $1::text::regrole AND pronamespace = 'public'::regnamespace
"""


class NoPostgres(Exception):
    """There is no server, it cannot be used, or it cannot read the data."""


class Databases:
    """One database and one login role per service on a running server."""

    prefix = ""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets

    def admin_url(self, database: str = "postgres") -> str:
        raise NotImplementedError

    def url(self, name: str, *, role: str = "") -> str:
        """The address of a database for its service's own role (or for `role`)."""
        parts = urlsplit(self.admin_url(self.prefix + name))
        role = self.prefix + (role or name)
        server = parts.netloc.rpartition("@")[2]
        password = quote(self.secrets.get(f"postgres:{role}"), safe="")
        return urlunsplit(parts._replace(netloc=f"{role}:{password}@{server}"))

    async def create_services(self, services: tuple[str, ...] = SERVICES) -> None:
        """Create what is missing; set the passwords; close each database to every other role."""
        admin = await asyncpg.connect(self.admin_url(), timeout=10)
        try:
            for service in services:
                await self._create_role(admin, self.prefix + service)
                await self._create_database(admin, self.prefix + service, owner=self.prefix + service)
        finally:
            await admin.close()

    async def _create_role(self, admin: asyncpg.Connection, role: str) -> None:
        exists = await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
        verb = "ALTER" if exists else "CREATE"
        password = self.secrets.get(f"postgres:{role}")
        await admin.execute(f"{verb} ROLE \"{role}\" LOGIN PASSWORD '{password}'")
        await admin.execute(f'GRANT "{role}" TO CURRENT_USER')

    async def _create_database(self, admin: asyncpg.Connection, name: str, *, owner: str, template: str = "") -> None:
        if await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            return
        source = f' TEMPLATE "{template}"' if template else ""
        await admin.execute(f'CREATE DATABASE "{name}" OWNER "{owner}"{source}')
        await admin.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')

    async def create_database(self, name: str, *, owner: str, template: str = "") -> str:
        """Create one more database, as a copy of `template` if given (with nobody in it); tell its URL."""
        admin = await asyncpg.connect(self.admin_url(), timeout=10)
        try:
            source = self.prefix + template if template else ""
            await self._create_database(admin, self.prefix + name, owner=self.prefix + owner, template=source)
        finally:
            await admin.close()
        return self.url(name, role=owner)

    async def create_copy(self, name: str, *, template: str) -> None:
        """Create a role and its database as a copy of another service's, which nobody may be connected to."""
        admin = await asyncpg.connect(self.admin_url(), timeout=10)
        role = self.prefix + name
        try:
            await self._create_role(admin, role)
            await self._create_database(admin, role, owner=role, template=self.prefix + template)
        finally:
            await admin.close()
        inside = await asyncpg.connect(self.admin_url(role), timeout=10)
        try:
            for act in await inside.fetch(_GIVE_ALL, self.prefix + template, role):
                await inside.execute(act["statement"])
        finally:
            await inside.close()

    async def drop_database(self, name: str) -> None:
        """Drop it, and end every session in it."""
        admin = await asyncpg.connect(self.admin_url(), timeout=10)
        try:
            await admin.execute(f'DROP DATABASE IF EXISTS "{self.prefix}{name}" WITH (FORCE)')
        finally:
            await admin.close()


class GivenPostgres(Databases):
    """A server that is already there (`DATABASE_URL`, of a role that may create roles and databases).

    Our databases and roles are named `flegt_…` there, since the server may serve others too.
    """

    prefix = "flegt_"

    def __init__(self, url: str, secrets: Secrets) -> None:
        super().__init__(secrets)
        self.given = urlsplit(url)

    def admin_url(self, database: str = "") -> str:
        return urlunsplit(self.given._replace(path=f"/{database}") if database else self.given)

    async def create_services(self, services: tuple[str, ...] = SERVICES) -> None:
        try:
            await super().create_services(services)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            where = self.given.hostname or "its socket"
            raise NoPostgres(f"The server of DATABASE_URL ({where}) cannot be used: {error}") from error
