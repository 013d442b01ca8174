"""The lists of those who decide, and one request with all that is needed to decide on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.identity.domain.roles import Act, Role, may, standings
from services.identity.storage import audit, authorities, operators, role_queue
from services.identity.storage import roles as storage
from services.identity.storage.authorities import Kept
from services.identity.storage.operators import Operator
from services.identity.storage.role_queue import Due, Filter, Happening
from services.identity.storage.roles import Request
from services.identity.use_cases.roles.recording import decider_of, note, require_decider
from shared.paging import LARGEST_PAGE, PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work

EXPORTED = 20_000
"""So many rows at most go into one file."""


@dataclass(frozen=True)
class RequestView:
    """A request as those see it who decide: the body behind it, who acts for it already, and what was done so far."""

    request: Request
    company: Operator | None
    authority: Kept | None
    colleagues: list[Request]
    history: list[Happening]
    may_decide: bool
    may_appoint: bool
    is_own: bool

    @property
    def role(self) -> Role:
        return self.request.role


async def find_requests(
    work: Work, person: Person, wanted: Filter, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Request], str | None]:
    """One page of what this person may decide, the oldest first, and the cursor of the next. Raises NotYours."""
    decider = require_decider(person)
    with _readable_cursor():
        found = await role_queue.queue(work.db, decider, wanted, behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None


async def read_request(work: Work, person: Person, role_id: UUID) -> RequestView:
    """One request with whose it is; that it was read is recorded. Raises NotYours, Unknown."""
    decider = require_decider(person)
    request = await storage.request(work.db, role_id)
    if request is None or not standings(decider, request.role):
        raise Unknown
    role = request.role
    is_company = role.kind == "importer"
    view = RequestView(
        request=request,
        company=await operators.by_id(work.db, role.body_id) if role.body_id and is_company else None,
        authority=await authorities.by_id(work.db, role.body_id) if role.body_id and not is_company else None,
        colleagues=await storage.people_of(work.db, role.body_id) if role.body_id else [],
        history=await role_queue.history(work.db, role_id),
        may_decide=may(decider, Act.DECIDE, role),
        may_appoint=may(decider, Act.APPOINT, role),
        is_own=role.account_id == person.account_id,
    )
    if not view.is_own:
        await note(work, "role_request_read", role, person)
    return view


async def list_due(
    work: Work, person: Person, wanted: Filter, *, days: int, cursor: str | None, limit: int = PAGE
) -> tuple[list[Due], str | None]:
    """Granted roles that nobody confirmed for so many days, the longest ago first. Raises NotYours."""
    decider = require_decider(person)
    before = work.now - timedelta(days=days)
    with _readable_cursor():
        found = await role_queue.due(work.db, decider, wanted, before=before, behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None


async def export_due(work: Work, person: Person, wanted: Filter, *, days: int) -> list[Due]:
    """All that `list_due` lists, up to EXPORTED; that it was taken out is recorded. Raises NotYours."""
    found: list[Due] = []
    cursor: str | None = None
    while len(found) < EXPORTED:
        page, cursor = await list_due(work, person, wanted, days=days, cursor=cursor, limit=LARGEST_PAGE)
        found += page
        if cursor is None:
            break
    await audit.note(
        work.db,
        "recertification_exported",
        at=work.now,
        by=person.account_id,
        session=person.session_id,
        details={"roles": str(len(found))},
    )
    return found


async def count_waiting(work: Work, person: Person) -> int:
    """How many requests wait for this person's decision."""
    decider = decider_of(person)
    return await role_queue.count_waiting(work.db, decider) if decider.decides_anything else 0


@contextmanager
def _readable_cursor() -> Iterator[None]:
    """Raises WrongContent for a cursor whose parts are no moment and no id."""
    try:
        yield
    except (ValueError, TypeError) as error:
        wrong = N_("This is not a cursor that a list gave out.")
        raise WrongContent([FieldError("cursor", "bad_cursor", wrong)]) from error
