"""Reading the record of acts: support all of it, everybody what is about them."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from services.identity.storage import audit as storage
from services.identity.storage.audit import Entry, Wanted
from services.identity.use_cases.sessions import OpenWork
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, WrongContent
from shared.web.i18n import N_
from shared.work import Work


async def find_acts(
    work: Work, person: Person, wanted: Wanted, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Entry], str | None]:
    """One page of acts, the latest first, and the cursor of the next. Raises NotYours."""
    require_support(person)
    return await _page(work, wanted, cursor, limit)


async def list_kinds_of_acts(work: Work, person: Person) -> list[str]:
    """Which kinds of act were ever recorded. Raises NotYours."""
    require_support(person)
    return await storage.acts(work.db)


async def list_own_acts(
    work: Work, person: Person, *, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[Entry], str | None]:
    """What the person did, and what others did to them."""
    return await _page(work, Wanted(person=person.account_id), cursor, limit)


async def export_acts(open_work: OpenWork, person: Person, wanted: Wanted) -> AsyncIterator[list[Entry]]:
    """Everything that is wanted, some at a time, each from a transaction of its own. The export itself is recorded."""
    require_support(person)
    async with open_work() as work:
        await storage.note(work.db, "audit_exported", at=work.now, by=person.account_id, session=person.session_id)
    behind: tuple[datetime, UUID] | None = None
    while True:
        async with open_work() as work:
            entries = await storage.page(work.db, wanted, behind=behind, limit=storage.CHUNK)
        if not entries:
            return
        yield entries
        behind = entries[-1].key


def require_support(person: Person) -> None:
    """Raises NotYours."""
    if not person.is_support:
        raise NotYours(N_("Only the support team may see this."))


async def _page(work: Work, wanted: Wanted, cursor: str | None, limit: int) -> tuple[list[Entry], str | None]:
    entries = await storage.page(work.db, wanted, behind=_behind(cursor), limit=limit + 1)
    return entries[:limit], cursor_of(*entries[limit - 1].key) if len(entries) > limit else None


def _behind(cursor: str | None) -> tuple[datetime, UUID] | None:
    key = key_of(cursor, 2)
    if key is None:
        return None
    try:
        return datetime.fromisoformat(str(key[0])), UUID(str(key[1]))
    except ValueError:
        raise WrongContent(
            [FieldError("cursor", "bad_cursor", N_("This is not a cursor that a list gave out."))]
        ) from None
