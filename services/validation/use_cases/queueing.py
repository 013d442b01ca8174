"""The queue of an authority, or what a monitor may watch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from services.validation import storage
from services.validation.domain.days import day_in, first_moment
from services.validation.domain.deadlines import DUE_SOON, Deadline, deadline, state_of
from services.validation.domain.policy import Policy
from services.validation.domain.proceedings import Officer
from services.validation.domain.queueing import (
    WATCHED_TABS,
    Order,
    Search,
    Sorting,
    Tab,
    possible_orders,
    read_search,
    read_sorting,
    usual_sorting,
)
from services.validation.domain.refusals import Mistake
from services.validation.domain.states import ActorKind
from services.validation.storage import QueuedCase, QueueFilter
from services.validation.use_cases.assigning import colleagues, meet_officer
from services.validation.use_cases.permissions import role_for_queue
from shared import reference_data
from shared.paging import LARGEST_PAGE, PAGE, cursor_of, key_of
from shared.person import Person, Role
from shared.problems import FieldError, NotYours, WrongContent
from shared.work import Work

_OPEN = ("submitted", "under_verification", "information_requested", "returned")
_NO_CURSOR = FieldError("cursor", "bad_cursor", "This is not a cursor that a list gave out.")


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue. `role` says whose it is, `mistakes` what was wrong in the search and so left out."""

    items: Sequence[QueuedCase]
    deadlines: Mapping[UUID, Deadline]
    next: str | None
    tab: Tab
    tabs: Sequence[Tab]
    counts: Mapping[Tab, int]
    role: Role
    search: Search
    sorting: Sorting
    orders: frozenset[Order]
    colleagues: Sequence[Officer]
    mistakes: Sequence[FieldError]


async def list_cases(
    work: Work,
    person: Person,
    typed: Mapping[str, str] = MappingProxyType({}),
    *,
    tab: str = "",
    sort: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> QueuePage:
    """Cases of the person's Member State or scope; `typed` are the criteria of `Search` as somebody wrote them.

    Without a tab all that fits is searched or, when nothing is looked for, what nobody works on is shown (to monitors
    everything). Raises NotYours; WrongContent for a cursor that no list gave out.
    """
    role = _role(person)
    search, mistakes = read_search(typed)
    tabs = _tabs(role)
    wanted, unknown = _tab(tab, tabs, is_search=any(typed.values()))
    orders = possible_orders(wanted, role.country)
    sorting, unsorted = read_sorting(sort, usual=usual_sorting(wanted, search.state), possible=orders)
    chosen = await _filter(work, role, person, wanted, search)
    size = max(1, min(limit, LARGEST_PAGE))
    found = await storage.queue(work.db, chosen, sorting, after=_after(cursor, sorting), limit=size + 1)
    items = found[:size]
    if role.kind == ActorKind.MSCA:
        await meet_officer(work, person)
    return QueuePage(
        items=items,
        deadlines=await _deadlines(work, items),
        next=_cursor(items[-1], sorting) if len(found) > size else None,
        tab=wanted,
        tabs=tabs,
        counts=await count_cases(work, person),
        role=role,
        search=search,
        sorting=sorting,
        orders=orders,
        colleagues=await colleagues(work, role.country if role.kind == ActorKind.MSCA else None),
        mistakes=[FieldError(m.field, m.code, m.message, params=m.params) for m in [*mistakes, *unknown, *unsorted]],
    )


async def count_cases(work: Work, person: Person) -> Mapping[Tab, int]:
    """How many cases are in each tab, up to a limit. Raises NotYours."""
    role = _role(person)
    chosen = await _filter(work, role, person, Tab.ALL, Search())
    counted = {tab: QueueFilter(**{**vars(chosen), "tab": tab}) for tab in _tabs(role)}
    return await storage.count_tabs(work.db, counted)


async def numbers_of(work: Work, person: Person, case_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """The licence numbers of those of these cases that are of the person's Member State. Raises NotYours."""
    role = _role(person)
    return await storage.numbers_of(work.db, role.country, case_ids) if role.country else {}


def _role(person: Person) -> Role:
    role = role_for_queue(person)
    if role.country is None and role.partner_country is None:
        raise NotYours("Your authority has no Member State yet. The support team can complete it.")
    return role


def _tabs(role: Role) -> Sequence[Tab]:
    return tuple(Tab) if role.kind == ActorKind.MSCA else WATCHED_TABS


def _tab(name: str, tabs: Sequence[Tab], *, is_search: bool) -> tuple[Tab, list[Mistake]]:
    if name:
        known = [tab for tab in tabs if tab == name]
        return (known[0], []) if known else (Tab.ALL, [Mistake("tab", "unknown_tab", "There is no such list.")])
    return (Tab.ALL if is_search or Tab.NEW not in tabs else Tab.NEW), []


async def _filter(work: Work, role: Role, person: Person, tab: Tab, search: Search) -> QueueFilter:
    policy = Policy()
    if role.country:
        policy, _version = await storage.policy_of(work.db, role.country)
    limits = {state: policy.limit(state) for state in _OPEN}
    first, last = search.arrival_from, search.arrival_to
    where = search.point_of_entry[:2] or role.country or ""
    return QueueFilter(
        role.country,
        tab,
        search,
        role.partner_country,
        me=person.account_id,
        late_since={state: work.now + DUE_SOON - limit for state, limit in limits.items() if limit is not None},
        due_by=day_in(role.country or "", work.now + DUE_SOON),
        arrives_from=first_moment(where, first) if first else None,
        arrives_before=first_moment(where, last + timedelta(days=1)) if last else None,
    )


async def _deadlines(work: Work, items: Sequence[QueuedCase]) -> dict[UUID, Deadline]:
    policies = await storage.policies_of(work.db, sorted({case.country for case in items}))
    found = {
        case.licence_id: deadline(
            policies.get(case.country, Policy()),
            country=case.country,
            state=state_of(case.validation_state, case.clearance_state),
            since=case.state_since,
            due_on=case.due_on,
            now=work.now,
        )
        for case in items
    }
    return {licence_id: on for licence_id, on in found.items() if on is not None}


def _cursor(case: QueuedCase, sorting: Sorting) -> str:
    value, licence_id = case.key(sorting.order)
    return cursor_of(str(sorting), value.isoformat() if isinstance(value, datetime) else value, licence_id)


def _after(cursor: str | None, sorting: Sorting) -> tuple[Any, UUID] | None:
    key = key_of(cursor, 3)
    if key is None:
        return None
    try:
        value = int(key[1]) if sorting.order is Order.RISK else datetime.fromisoformat(key[1])
        behind = value, UUID(key[2])
    except (TypeError, ValueError) as error:
        raise WrongContent([_NO_CURSOR]) from error
    if key[0] != str(sorting):
        raise WrongContent([_NO_CURSOR])
    return behind


def points_of_entry(role: Role) -> Sequence[reference_data.CustomsOffice]:
    """Customs offices that this list can be narrowed to."""
    return reference_data.customs_offices(role.country)
