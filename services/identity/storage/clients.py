"""Machine clients, their secrets, and wrong attempts to use them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.clients import Client, ClientStatus, Secret
from shared.person import Role

_CLIENT = (
    "id, version, role_id, name, kind, body_id, body_name, country, office, scopes, status, created_at, created_by, "
    "ends_at, last_used_at"
)
_SECRET = "id, client_id, prefix, created_at, ends_at, last_used_at"  # noqa: S105 - names of columns


@dataclass(frozen=True)
class Body:
    """What a client can act for: a company (kind `importer`) or an authority of this kind."""

    id: UUID
    kind: str
    name: str
    country: str
    office: str | None


@dataclass(frozen=True)
class Tried:
    """A client that somebody named, and the valid secret they had, if it was one."""

    client: Client
    secret_id: UUID | None
    used_at: datetime | None


_BODY = """
SELECT id, 'importer' AS kind, name, country, NULL AS office FROM operator
WHERE id = ANY($1::uuid[]) AND closed_at IS NULL
UNION ALL
SELECT id, kind, name, country, CASE kind WHEN 'customs' THEN code END FROM authority
WHERE id = ANY($1::uuid[]) AND coalesce(valid_from <= $2, true) AND coalesce(valid_until >= $2, true)
"""


async def bodies(db: asyncpg.Connection, ids: Collection[UUID], *, today: date) -> list[Body]:
    """Those companies and authorities that are not closed, by name."""
    found = [Body(**row) for row in await db.fetch(_BODY, list(ids), today)]
    return sorted(found, key=lambda body: (body.name, body.id))


async def named(db: asyncpg.Connection, words: Sequence[str], *, limit: int) -> list[UUID]:
    """The first companies, and the first authorities, in which each of these words begins a word."""
    rows = await db.fetch(
        """
        (SELECT id FROM operator WHERE search @@ to_tsquery('simple', $1) ORDER BY sort_name, id LIMIT $2)
        UNION ALL
        (SELECT id FROM authority WHERE search @@ to_tsquery('simple', $1) ORDER BY sort_name, id LIMIT $2)
        """,
        " & ".join(f"{word}:*" for word in words),
        limit,
    )
    return [row["id"] for row in rows]


async def add(db: asyncpg.Connection, client: Client) -> None:
    await db.execute(
        f"INSERT INTO client ({_CLIENT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        client.id,
        client.version,
        client.role_id,
        client.name,
        client.kind,
        client.body_id,
        client.body_name,
        client.country,
        client.office,
        client.scopes,
        client.status,
        client.created_at,
        client.created_by,
        client.ends_at,
        client.last_used_at,
    )


async def save(db: asyncpg.Connection, client: Client) -> None:
    """Keep what changed; the row was locked when it was read."""
    await db.execute(
        "UPDATE client SET version = $2, body_name = $3, status = $4 WHERE id = $1",
        client.id,
        client.version,
        client.body_name,
        client.status,
    )


async def by_id(db: asyncpg.Connection, client_id: UUID) -> Client | None:
    row = await db.fetchrow(f"SELECT {_CLIENT} FROM client WHERE id = $1 AND status <> 'deleted'", client_id)
    return _client(row) if row else None


async def locked(db: asyncpg.Connection, client_id: UUID) -> Client | None:
    """One client, for changing it or its secrets."""
    row = await db.fetchrow(f"SELECT {_CLIENT} FROM client WHERE id = $1 AND status <> 'deleted' FOR UPDATE", client_id)
    return _client(row) if row else None


async def locked_of_body(db: asyncpg.Connection, body_id: UUID) -> list[Client]:
    """The clients of a body, to which nobody adds another one meanwhile."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 6))", str(body_id))
    rows = await db.fetch(
        f"SELECT {_CLIENT} FROM client WHERE body_id = $1 AND status <> 'deleted' ORDER BY id FOR UPDATE", body_id
    )
    return [_client(row) for row in rows]


async def page(
    db: asyncpg.Connection, *, body_ids: Collection[UUID] | None, behind: Sequence[Any] | None, limit: int
) -> list[Client]:
    """Clients of these bodies, or of all, in the order in which they were made."""
    rows = await db.fetch(
        f"""
        SELECT {_CLIENT} FROM client
        WHERE status <> 'deleted' AND ($1::uuid[] IS NULL OR body_id = ANY($1)) AND (created_at, id) > ($2, $3)
        ORDER BY created_at, id LIMIT $4
        """,
        list(body_ids) if body_ids is not None else None,
        datetime.fromisoformat(behind[0] if behind else "0001-01-01T00:00:00+00:00"),
        UUID(str(behind[1])) if behind else UUID(int=0),
        limit,
    )
    return [_client(row) for row in rows]


async def maker_of(db: asyncpg.Connection, client: Client) -> str | None:
    """The name of who made it, as long as there is such an account."""
    name: str | None = await db.fetchval(
        "SELECT first_name || ' ' || last_name FROM account WHERE id = $1", client.created_by
    )
    return name


async def roles_of(db: asyncpg.Connection, client_id: UUID, *, at: datetime) -> tuple[Role, ...]:
    """What a client acts as at this time: its one role while it works."""
    row = await db.fetchrow(
        """
        SELECT role_id, kind, body_id, body_name, country, office FROM client
        WHERE id = $1 AND status = 'enabled' AND (ends_at IS NULL OR ends_at > $2)
        """,
        client_id,
        at,
    )
    return (Role(*row),) if row else ()


async def add_secret(db: asyncpg.Connection, secret: Secret, secret_hash: bytes) -> None:
    await db.execute(
        f"INSERT INTO client_secret ({_SECRET}, secret_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        secret.id,
        secret.client_id,
        secret.prefix,
        secret.created_at,
        secret.ends_at,
        secret.last_used_at,
        secret_hash,
    )


async def end_secret(db: asyncpg.Connection, secret: Secret) -> None:
    await db.execute("UPDATE client_secret SET ends_at = $2 WHERE id = $1", secret.id, secret.ends_at)


async def secrets_of(db: asyncpg.Connection, client_id: UUID, *, at: datetime, limit: int = 20) -> list[Secret]:
    """A client's secrets: those that are valid, then the others, the newest first."""
    rows = await db.fetch(
        f"""
        SELECT {_SECRET} FROM client_secret WHERE client_id = $1
        ORDER BY (ends_at IS NULL OR ends_at > $2) DESC, created_at DESC, id DESC LIMIT $3
        """,
        client_id,
        at,
        limit,
    )
    return [Secret(**row) for row in rows]


async def tried(db: asyncpg.Connection, client_id: UUID, secret_hash: bytes, *, at: datetime) -> Tried | None:
    """The client with this id, and its valid secret with this hash. One look-up, whether they exist or not."""
    row = await db.fetchrow(
        f"""
        SELECT c.*, s.id AS secret_id, s.last_used_at AS used_at
        FROM (SELECT {_CLIENT} FROM client WHERE id = $1 AND status <> 'deleted') AS c
        LEFT JOIN client_secret s
            ON s.client_id = c.id AND s.secret_hash = $2 AND (s.ends_at IS NULL OR s.ends_at > $3)
        """,
        client_id,
        secret_hash,
        at,
    )
    if row is None:
        return None
    values = dict(row)
    secret_id, used_at = values.pop("secret_id"), values.pop("used_at")
    return Tried(_client(values), secret_id, used_at)


async def note_use(db: asyncpg.Connection, client_id: UUID, secret_id: UUID, *, at: datetime) -> None:
    await db.execute("UPDATE client SET last_used_at = $2 WHERE id = $1", client_id, at)
    await db.execute("UPDATE client_secret SET last_used_at = $2 WHERE id = $1", secret_id, at)


async def attempts(
    db: asyncpg.Connection, client_id: UUID, address: str, *, since: datetime
) -> tuple[int, int, datetime | None]:
    """How often the client and the address were refused since then, and when for the first time."""
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE client_id = $1) AS for_client,
               count(*) FILTER (WHERE address = $2) AS from_address, min(at) AS first
        FROM client_attempt WHERE (client_id = $1 OR address = $2) AND at > $3
        """,
        client_id,
        address,
        since,
    )
    return row["for_client"], row["from_address"], row["first"]


async def add_attempt(db: asyncpg.Connection, attempt_id: UUID, client_id: UUID, address: str, *, at: datetime) -> None:
    await db.execute(
        "INSERT INTO client_attempt (id, client_id, address, at) VALUES ($1, $2, $3, $4)",
        attempt_id,
        client_id,
        address,
        at,
    )


async def forget_attempts(db: asyncpg.Connection, *, before: datetime) -> None:
    await db.execute("DELETE FROM client_attempt WHERE at < $1", before)


def _client(row: Any) -> Client:
    values = dict(row)
    return Client(**values | {"scopes": tuple(values["scopes"]), "status": ClientStatus(values["status"])})
