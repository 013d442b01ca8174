"""The list: whose licences somebody sees in it, what it is sought by, and its pages."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.licences.domain.problems import Mistake
from services.licences.domain.reading import clean
from services.licences.domain.searching import (
    ALL,
    BY_ARRIVAL,
    CRITERIA,
    USUAL,
    Order,
    Search,
    Sorting,
    read_search,
    read_sorting,
)
from services.licences.storage import search as storage
from services.licences.storage.search import Criteria, Key, Place, Row, Scope
from services.licences.use_cases.guards import refused
from shared import reference_data
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.web.i18n import N_
from shared.work import Work

MOST_OFFICES = 30
MOST_EXPORTED = 50_000
EXPORTED_AT_ONCE = 1_000
ASKED = (*CRITERIA, "sort", "company")
"""What can stand in the address of the list, beside the place in it."""
BAD_CURSOR = N_("This page of the list cannot be found. Go on from the first page.")


@dataclass(frozen=True)
class Wanted:
    """What somebody asks of the list: whose, what, and in which order."""

    search: Search = ALL
    sorting: Sorting = USUAL
    company: UUID | None = None
    """One of several companies; None for all of them."""


@dataclass(frozen=True)
class Page:
    """One page of the list, with the cursors of the pages behind it and before it."""

    rows: list[Row]
    next: str | None = None
    previous: str | None = None


def asked(typed: Mapping[str, str]) -> dict[str, str]:
    """What was asked for, without all else that stands in an address and without what was left empty."""
    texts = {name: clean(typed.get(name, "")) for name in ASKED}
    return {name: text for name, text in texts.items() if text}


def read_wanted(person: Person, typed: Mapping[str, str]) -> Wanted:
    """What the address bar, or a program, asks for. Raises WrongContent with everything that cannot be understood."""
    search, mistakes = read_search(typed, [country.code for country in reference_data.vpa_countries()])
    sorting, unsorted = read_sorting(typed.get("sort", ""))
    company, not_theirs = _company(person, typed.get("company", ""))
    mistakes += unsorted + not_theirs
    scope = scope_of(person, company)
    if scope and sorting.order not in scope.orders:
        mistakes.append(Mistake("sort", "unknown_order", N_("This list can be sorted by the last modification only.")))
    if search.point_of_entry and _offices(search.point_of_entry) is None:
        too_many = N_("More than %(most)s customs offices fit. Enter more of the name, or the COL number.")
        mistakes.append(Mistake("point_of_entry", "too_many_offices", too_many, params={"most": MOST_OFFICES}))
    if not typed.get("sort") and search.is_by_arrival and scope and Order.ARRIVAL in scope.orders:
        sorting = BY_ARRIVAL
    if mistakes:
        raise refused(mistakes)
    return Wanted(search, sorting, company)


def scope_of(person: Person, company: UUID | None = None) -> Scope | None:
    """Whose licences somebody sees in the role of now: those of the companies; what was handed in for the Member State,
    and what its authority entered; what falls into a monitor's scope; what is for the customs office to clear. None:
    nobody's."""
    role = person.active_role
    match role.kind if role else None:
        case "msca" if role and role.country and role.body_id:
            return storage.of_authority(role.country, role.body_id)
        case "msca" if role and role.country:
            return storage.of_country(role.country)
        case "monitor" if role and role.country:
            return storage.of_country(role.country, role.partner_country)
        case "monitor" if role and role.partner_country:
            return storage.of_partner(role.partner_country)
        case "customs" if role and role.office:
            return storage.of_office(role.office)
    companies = [company] if company else list(dict.fromkeys(person.companies))
    return storage.of_companies(companies) if companies else None


async def search_licences(
    work: Work, person: Person, wanted: Wanted, *, cursor: str | None = None, limit: int = PAGE
) -> Page:
    """A page of the list. Raises WrongContent for a cursor of another list."""
    place = _place(wanted.sorting, cursor)
    scope = scope_of(person, wanted.company)
    if scope is None:
        return Page([])
    rows = await storage.search(work.db, scope, criteria_of(person, wanted.search), place, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[-limit:] if place.backwards else rows[:limit]
    if not rows:
        return Page([])
    order = wanted.sorting.order
    follows, precedes = (True, more) if place.backwards else (more, place.key is not None)
    return Page(
        rows,
        cursor_of(str(wanted.sorting), "after", *rows[-1].key(order)) if follows else None,
        cursor_of(str(wanted.sorting), "before", *rows[0].key(order)) if precedes else None,
    )


async def export_licences(work: Work, person: Person, wanted: Wanted) -> AsyncIterator[list[Row]]:
    """All that is found, a thousand at a time, as it was when the export began: MOST_EXPORTED at most."""
    await storage.see_one_moment(work.db)
    cursor, left = None, MOST_EXPORTED
    while left:
        page = await search_licences(work, person, wanted, cursor=cursor, limit=min(EXPORTED_AT_ONCE, left))
        left -= len(page.rows)
        yield page.rows
        if (cursor := page.next) is None:
            return


def _company(person: Person, text: str) -> tuple[UUID | None, list[Mistake]]:
    if not text:
        return None, []
    found = next((company for company in person.companies if str(company) == text.lower()), None)
    return found, [] if found else [Mistake("company", "not_yours", N_("Choose one of your companies."))]


def criteria_of(person: Person, search: Search) -> Criteria:
    """What is sought, as the database can look for it: offices by their numbers, days by their midnights."""
    zone, day = ZoneInfo(person.time_zone), dt.timedelta(days=1)
    country = search.point_of_entry.upper()
    is_country = country in reference_data.member_states()
    return Criteria(
        search,
        entry_country=country if is_country else "",
        offices=_offices(search.point_of_entry) if search.point_of_entry and not is_country else None,
        arrives_from=_midnight(search.arrival_from, zone) if search.arrival_from else None,
        arrives_before=_midnight(search.arrival_to + day, zone) if search.arrival_to else None,
    )


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)


def _offices(typed: str) -> list[str] | None:
    """Offices that this can mean, by COL number, name or town; None when there are too many."""
    text = typed.casefold()
    if text.upper() in reference_data.member_states():
        return []
    found = [
        office.id
        for office in reference_data.customs_offices()
        if office.id.casefold().startswith(text) or text in office.name.casefold() or text in office.town.casefold()
    ]
    return found if len(found) <= MOST_OFFICES else None


def _place(sorting: Sorting, cursor: str | None) -> Place:
    """Where a cursor leads; it belongs to the order in which the list was sorted when it was given out."""
    try:
        key = key_of(cursor, 4)
        place = Place(sorting, _key(sorting, key), backwards=key[1] == "before") if key else Place(sorting)
    except (TypeError, ValueError, AttributeError, WrongContent):
        raise WrongContent([FieldError("cursor", "bad_cursor", BAD_CURSOR)]) from None
    if key and (key[0] != str(sorting) or key[1] not in {"after", "before"}):
        raise WrongContent([FieldError("cursor", "bad_cursor", BAD_CURSOR)])
    return place


def _key(sorting: Sorting, key: list[Any]) -> Key:
    _sorting, _way, value, licence_id = key
    if sorting.order is Order.NUMBER:
        return clean(value), UUID(licence_id)
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC), UUID(licence_id)
