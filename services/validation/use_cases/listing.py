"""The list that customs offices work from. That of authorities is in queueing.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.validation import storage
from services.validation.domain.states import ActorKind, ClearanceState
from services.validation.storage import ClearanceFilter, ListedCase
from services.validation.use_cases.permissions import role_as
from shared.paging import LARGEST_PAGE, PAGE, cursor_of, key_of
from shared.person import Person, Role
from shared.problems import FieldError, NotYours, WrongContent
from shared.work import Work


@dataclass(frozen=True)
class CasePage:
    """One page of a list, the cursor of the next one, and counts by state. `role` says whose list it is."""

    items: Sequence[ListedCase]
    next: str | None
    counts: Mapping[str, int]
    role: Role


async def list_clearances(
    work: Work,
    person: Person,
    *,
    state: str | None = None,
    number: str = "",
    whole_country: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> CasePage:
    """Validated licences of the person's customs office; those that wait by arrival.

    With `whole_country` those of all its offices, where the authority's policy says so. Raises NotYours, WrongContent.
    """
    role = role_as(person, ActorKind.CUSTOMS)
    if role.office is None:
        raise NotYours("Your customs office has no number yet. The support team can complete it.")
    _known(state, ClearanceState)
    country = (role.country or "") if whole_country else None
    if country is not None and not (await storage.policy_of(work.db, country))[0].customs_see_country:
        raise NotYours("The competent authority shows each office its own licences only.")
    wanted = ClearanceFilter(role.office, state, number, country)
    found = await storage.clearances(work.db, wanted, after=_after(cursor), limit=_size(limit) + 1)
    items, more = found[: _size(limit)], len(found) > _size(limit)
    last = cursor_of(items[-1].arrival.isoformat(), items[-1].licence_id) if more else None
    return CasePage(items, last, await storage.count_clearances(work.db, role.office), role)


async def may_see_country(work: Work, person: Person) -> bool:
    """Whether the person's customs office may look at the licences of all offices of its country."""
    role = role_as(person, ActorKind.CUSTOMS)
    return bool(role.country) and (await storage.policy_of(work.db, role.country or ""))[0].customs_see_country


def _size(limit: int) -> int:
    return max(1, min(limit, LARGEST_PAGE))


def _known(state: str | None, states: type[ClearanceState]) -> None:
    if state is not None and state not in set(states):
        raise WrongContent([FieldError("state", "unknown_state", "There is no such state.")])


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    key = key_of(cursor, 2)
    if key is None:
        return None
    try:
        return datetime.fromisoformat(key[0]), UUID(key[1])
    except (TypeError, ValueError) as error:
        raise WrongContent(
            [FieldError("cursor", "bad_cursor", "This is not a cursor that a list gave out.")]
        ) from error
