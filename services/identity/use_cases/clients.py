"""Machine clients: made, given secrets, stopped and deleted by whoever looks after their company or authority.

A client belongs to its body, not to the person who made it: it goes on when that person has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.accounts import hash_of
from services.identity.domain.clients import (
    SHOWN,
    Client,
    ClientStatus,
    Secret,
    Wish,
    check_new_client,
    check_new_secret,
    end_of_day,
    new_client_secret,
)
from services.identity.domain.operators import folded
from services.identity.domain.refusals import Mistakes
from services.identity.storage import audit
from services.identity.storage import clients as storage
from services.identity.storage.clients import Body
from services.identity.use_cases.refusals import obeying_rules
from shared.contracts import identity as contracts
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, Stale, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work

MOST_FOUND = 10


@dataclass(frozen=True)
class View:
    """A client, its secrets and who made it. `new_secret` is there once, for whoever just made it."""

    client: Client
    secrets: list[Secret]
    made_by: str | None
    new_secret: str | None = None


async def list_clients(
    work: Work, person: Person, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Client], str | None]:
    """Clients of the bodies this person looks after (support: of all), and the cursor of the next page.

    Raises NotYours.
    """
    bodies = _require_administration(person)
    found = await storage.page(work.db, body_ids=bodies, behind=key_of(cursor, 2), limit=limit + 1)
    following = cursor_of(found[limit - 1].created_at, found[limit - 1].id) if len(found) > limit else None
    return found[:limit], following


async def find_bodies(work: Work, person: Person, text: str, *, chosen: UUID | None = None) -> list[Body]:
    """For whom this person can make a client: their own bodies; support, the first that fit and the one `chosen`.

    Raises NotYours.
    """
    own = _require_administration(person)
    if own is not None:
        return await storage.bodies(work.db, own, today=work.now.date())
    ids = [chosen] if chosen else []
    words = folded(text).split()
    if words:
        ids += await storage.named(work.db, words, limit=MOST_FOUND)
    return await storage.bodies(work.db, ids, today=work.now.date())


async def read_client(work: Work, person: Person, client_id: UUID) -> View:
    """One client. Raises NotYours, Unknown."""
    _require_administration(person)
    return await _view(work, _theirs(person, await storage.by_id(work.db, client_id)))


async def create_client(work: Work, by: Person, wish: Wish) -> Client:
    """A client without a secret yet. Raises NotYours, WrongContent, WrongState."""
    own = _require_administration(by)
    with obeying_rules():
        plan = wish.checked(now=work.now, time_zone=by.time_zone)
        check_new_client(await storage.locked_of_body(work.db, plan.body_id))
    body = next(iter(await storage.bodies(work.db, [plan.body_id], today=work.now.date())), None)
    if body is None:
        raise WrongContent([FieldError("body_id", "unknown", N_("There is no such company or authority."))])
    if own is not None and body.id not in own:
        raise NotYours
    client = Client(
        id=new_id(),
        version=1,
        role_id=new_id(),
        name=plan.name,
        kind=body.kind,
        body_id=body.id,
        body_name=body.name,
        country=body.country,
        office=body.office,
        scopes=plan.scopes,
        status=ClientStatus.ENABLED,
        created_at=work.now,
        created_by=by.account_id,
        ends_at=plan.ends_at,
    )
    await storage.add(work.db, client)
    await _note(work, "client_created", client, by, {"body_id": str(body.id), "scopes": " ".join(plan.scopes)})
    work.tell(contracts.RoleGranted(role=_fact(client)))
    return client


async def make_secret(work: Work, by: Person, client_id: UUID, *, seen: Sequence[str], last_day: str = "") -> View:
    """A new secret, which nobody can see again. `seen` are the secrets that the person knew of: sending the form once
    more makes no second one. Raises NotYours, Unknown, Stale, WrongState, WrongContent."""
    client = await _locked(work, by, client_id)
    existing = await storage.secrets_of(work.db, client_id, at=work.now)
    if {str(secret.id) for secret in existing} != set(seen):
        raise Stale(N_("A secret was made in the meantime. It was shown once and cannot be shown again."))
    with obeying_rules():
        check_new_secret(client, existing, at=work.now)
        wrong = Mistakes()
        ends_at = end_of_day(wrong, "last_day", last_day, now=work.now, time_zone=by.time_zone)
        wrong.refuse_if_any()
    text = new_client_secret()
    secret = Secret(new_id(), client_id, text[:SHOWN], work.now, ends_at)
    await storage.add_secret(work.db, secret, hash_of(text))
    await _note(work, "client_secret_created", client, by, {"secret_id": str(secret.id)})
    return await _view(work, client, new_secret=text)


async def end_secret(work: Work, by: Person, client_id: UUID, secret_id: UUID) -> None:
    """The secret gives no token any more; those it gave last a quarter of an hour at most.

    Raises NotYours, Unknown, WrongState.
    """
    client = await _locked(work, by, client_id)
    secret = next((s for s in await storage.secrets_of(work.db, client_id, at=work.now) if s.id == secret_id), None)
    if secret is None:
        raise Unknown
    with obeying_rules():
        secret = secret.ended(work.now)
    await storage.end_secret(work.db, secret)
    await _note(work, "client_secret_ended", client, by, {"secret_id": str(secret.id)})


async def disable_client(work: Work, by: Person, client_id: UUID) -> Client:
    """Stop a client everywhere, within seconds. Raises NotYours, Unknown, WrongState."""
    with obeying_rules():
        client = (await _locked(work, by, client_id)).disabled()
    await storage.save(work.db, client)
    await _note(work, "client_disabled", client, by)
    work.tell(contracts.RoleSuspended(role=_fact(client), reason=N_("The client was disabled.")))
    return client


async def enable_client(work: Work, by: Person, client_id: UUID) -> Client:
    """Let a disabled client work again. Raises NotYours, Unknown, WrongState."""
    with obeying_rules():
        client = (await _locked(work, by, client_id)).enabled()
    await storage.save(work.db, client)
    await _note(work, "client_enabled", client, by)
    work.tell(contracts.RoleChanged(role=_fact(client), change="resumed"))
    return client


async def delete_client(work: Work, by: Person, client_id: UUID) -> Client:
    """End a client for ever, everywhere. Raises NotYours, Unknown."""
    client = await _locked(work, by, client_id)
    return await _delete(work, client, N_("The client was deleted."), by=by.account_id, session=by.session_id)


async def end_clients_of(work: Work, body_id: UUID, *, by: UUID | None) -> None:
    """The company or authority is closed: nothing acts for it any more. `by` is none for what a calendar did."""
    for client in await storage.locked_of_body(work.db, body_id):
        await _delete(work, client, N_("The company or authority was closed."), by=by, session=None)


async def _delete(work: Work, client: Client, reason: str, *, by: UUID | None, session: UUID | None) -> Client:
    client = client.deleted()
    await storage.save(work.db, client)
    await audit.note(work.db, "client_deleted", at=work.now, by=by, session=session, subject=client.id)
    work.tell(contracts.RoleRevoked(role=_fact(client), reason=reason))
    return client


def _require_administration(person: Person) -> list[UUID] | None:
    """The bodies that this person looks after; None means all. Raises NotYours for others."""
    if person.is_support:
        return None
    bodies = [role.body_id for role in person.roles if role.administrator and role.body_id]
    if not bodies:
        raise NotYours(N_("Only administrators of a company or authority look after its clients."))
    return bodies


def _theirs(person: Person, client: Client | None) -> Client:
    """The client, if this person looks after its body; others do not learn of it. Raises Unknown."""
    if client is None or not (person.is_support or person.administrator_of(client.body_id)):
        raise Unknown
    return client


async def _locked(work: Work, by: Person, client_id: UUID) -> Client:
    _require_administration(by)
    return _theirs(by, await storage.locked(work.db, client_id))


async def _view(work: Work, client: Client, *, new_secret: str | None = None) -> View:
    secrets = await storage.secrets_of(work.db, client.id, at=work.now)
    return View(client, secrets, await storage.maker_of(work.db, client), new_secret)


def _fact(client: Client) -> contracts.Role:
    return contracts.Role(
        role_id=client.role_id,
        version=client.version,
        account_id=client.id,
        kind=client.kind,
        body_id=client.body_id,
        body_name=client.body_name,
        country=client.country,
        office=client.office,
        ends_at=client.ends_at,
        machine=True,
    )


async def _note(work: Work, act: str, client: Client, by: Person, details: dict[str, str] | None = None) -> None:
    await audit.note(
        work.db, act, at=work.now, by=by.account_id, session=by.session_id, subject=client.id, details=details
    )
