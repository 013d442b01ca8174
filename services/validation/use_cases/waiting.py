"""What does not move, for those who can see to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.validation.domain.waiting import Stuck
from services.validation.storage import waiting
from shared import inbox, outbox, reference_data
from shared.outbox import Unsent
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, WrongContent
from shared.work import Work

_START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


@dataclass(frozen=True)
class StuckPage:
    """A page of stuck cases, those that wait longest first, and what this service itself has not got rid of."""

    items: Sequence[Stuck]
    next: str | None
    unsent: Unsent
    parked: int


async def list_stuck(work: Work, person: Person, *, cursor: str | None = None, limit: int = PAGE) -> StuckPage:
    """For the administrator of an authority the cases of its Member State, for support all. Raises NotYours."""
    return await find_stuck(work, countries_of(person), cursor=cursor, limit=limit)


def countries_of(person: Person) -> Sequence[str]:
    """The Member States whose stuck cases this person may see. Raises NotYours."""
    if person.is_support:
        return reference_data.member_states()
    own = [role.country for role in person.roles if role.kind == "msca" and role.administrator and role.country]
    if not own:
        raise NotYours("Only administrators of competent authorities and the support team may see this.")
    return sorted(set(own))


async def find_stuck(
    work: Work, countries: Sequence[str], *, cursor: str | None = None, limit: int = PAGE
) -> StuckPage:
    """The same without asking who wants to know: for a command."""
    policies = await waiting.policies(work.db, countries)
    found = await waiting.stuck(
        work.db,
        countries,
        {country: policy.days for country, policy in policies.items()},
        now=work.now,
        after=_after(cursor),
        limit=limit + 1,
    )
    items = found[:limit]
    following = cursor_of(items[-1].since.isoformat(), items[-1].licence_id) if len(found) > limit else None
    return StuckPage(items, following, await outbox.unsent(work.db), await inbox.count_parked(work.db))


def _after(cursor: str | None) -> tuple[datetime, UUID]:
    key = key_of(cursor, 2)
    if key is None:
        return _START
    try:
        return datetime.fromisoformat(key[0]), UUID(key[1])
    except (TypeError, ValueError) as error:
        message = "This is not a cursor that a list gave out."
        raise WrongContent([FieldError("cursor", "bad_cursor", message)]) from error
