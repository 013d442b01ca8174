"""What administrators do with machine clients, in one line each, for tests that need it done."""

from typing import Any
from uuid import UUID

from services.identity.domain.clients import Client, Wish
from services.identity.domain.roles import Kind
from services.identity.service import Identity
from services.identity.use_cases import clients
from services.identity.use_cases.clients import View
from shared.person import Person
from tests.identity.acts import ask, create, decide


async def make_administrator(service: Identity, member: Any, *, body: Any = None) -> tuple[Person, str, Any]:
    """Somebody who looks after a company, else after this authority; with their address and the body."""
    person, email = await member()
    support, _ = await member(support=True)
    kind = Kind(body.kind) if body else Kind.IMPORTER
    body = body or await create(service, person)
    role = await decide(service, support, await ask(service, person, kind, body.id))
    async with service.work() as work:
        await work.db.execute("UPDATE role SET administrator = true WHERE id = $1", role.id)
    return person.with_roles(await service.roles_of(person.account_id)), email, body


async def make_client(service: Identity, by: Person, body_id: UUID, *scopes: str, **values: str) -> Client:
    wish = Wish(body_id, "SAP customs module", scopes or ("licences:read", "licences:write"), **values)
    async with service.work() as work:
        return await clients.create_client(work, by, wish)


async def make_secret(service: Identity, by: Person, client: Client, **values: str) -> tuple[str, View]:
    """A secret, and how the client stands then."""
    async with service.work() as work:
        known = await clients.read_client(work, by, client.id)
        view = await clients.make_secret(work, by, client.id, seen=[str(s.id) for s in known.secrets], **values)
    assert view.new_secret is not None
    return view.new_secret, view


async def acts_on(service: Identity, subject: UUID) -> list[str]:
    """What the record says of a client, oldest first."""
    async with service.work() as work:
        rows = await work.db.fetch("SELECT act FROM audit WHERE subject_id = $1 ORDER BY id", subject)
    return [row["act"] for row in rows]
