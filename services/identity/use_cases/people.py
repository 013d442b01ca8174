"""Looking people up, which is recorded: support sees everybody, administrators those of their company or authority."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.identity.domain.accounts import Account
from services.identity.domain.roles import Role
from services.identity.domain.sessions import SESSION_IDLE
from services.identity.storage import accounts, audit, roles, sessions
from services.identity.storage import people as storage
from services.identity.storage.audit import Entry, Wanted
from services.identity.storage.people import Found
from services.identity.storage.sessions import Session
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import NotYours, Unknown
from shared.web.i18n import N_
from shared.work import Work

READS_COUNT_ONCE_IN = timedelta(minutes=10)
"""Turning pages or coming back to somebody is one look."""
ACTS_SHOWN = 20


@dataclass(frozen=True)
class PersonView:
    """What support, or an administrator, sees of somebody. Sessions and acts are for support alone."""

    account: Account
    created_at: datetime
    roles: list[Role]
    sessions: list[Session]
    acts: list[Entry]
    acceptances: list[tuple[str, datetime]]
    by_support: bool


async def find_people(
    work: Work, person: Person, text: str, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Found], str | None]:
    """One page of people, by name, and the cursor of the next. Raises NotYours."""
    found = await storage.find(work.db, text, bodies=_bodies_for(person), behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None


async def read_person(work: Work, by: Person, account_id: UUID) -> PersonView:
    """Somebody, as far as `by` may see. The look is recorded. Raises NotYours, Unknown."""
    bodies = _bodies_for(by)
    account = await accounts.by_id(work.db, account_id)
    created_at = await storage.created_at(work.db, account_id)
    if account is None or created_at is None:
        raise Unknown
    if bodies is not None and not await storage.is_of(work.db, account_id, bodies):
        raise Unknown
    await _note_reading(work, by, account_id)
    of_person = await roles.of_account(work.db, account_id)
    if bodies is not None:
        of_bodies = [role for role in of_person if role.body_id in bodies]
        return PersonView(account, created_at, of_bodies, [], [], [], by_support=False)
    return PersonView(
        account,
        created_at,
        of_person,
        await sessions.of_account(work.db, account_id, at=work.now, idle_since=work.now - SESSION_IDLE),
        await audit.page(work.db, Wanted(person=account_id), behind=None, limit=ACTS_SHOWN),
        await accounts.acceptances(work.db, account_id),
        by_support=True,
    )


async def end_sessions_of(work: Work, by: Person, account_id: UUID) -> None:
    """Sign somebody out everywhere, such as when a computer was stolen. Raises NotYours, Unknown."""
    if not by.is_support:
        raise NotYours(N_("Only the support team may do this."))
    if await accounts.by_id(work.db, account_id, lock=True) is None:
        raise Unknown
    await sessions.end_all(work.db, account_id)
    await audit.note(
        work.db, "sessions_ended_by_support", at=work.now, by=by.account_id, session=by.session_id, subject=account_id
    )


def _bodies_for(person: Person) -> list[UUID] | None:
    """Whose people this person may see: None for everybody. Raises NotYours."""
    if person.is_support:
        return None
    bodies = [role.body_id for role in person.roles if role.administrator and role.body_id]
    if not bodies:
        raise NotYours(N_("People are looked after by the support team and by administrators."))
    return bodies


async def _note_reading(work: Work, by: Person, account_id: UUID) -> None:
    if by.account_id == account_id:
        return
    since = work.now - READS_COUNT_ONCE_IN
    if not await audit.was_noted(work.db, "person_read", subject=account_id, by=by.account_id, since=since):
        await audit.note(
            work.db, "person_read", at=work.now, by=by.account_id, session=by.session_id, subject=account_id
        )
