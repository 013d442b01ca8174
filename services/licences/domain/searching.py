"""What the list of licences can be sought and sorted by, and reading that from what a person or a program sent."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from services.licences.domain.problems import N_, Mistake
from services.licences.domain.reading import ARRIVALS, LONGEST_NAME, NO_DATE, TOO_LONG, clean

VALIDATION_STATES = frozenset({
    "draft", "submitted", "under_verification", "information_requested", "returned", "withdrawn", "validated",
    "rejected", "cancelled", "replaced",
})  # fmt: skip
CLEARANCE_STATES = frozenset({"awaiting", "cleared", "suspended", "refused"})
NO_STATE = N_("There is no such state. Choose one of the list.")
NO_COUNTRY = N_("There is no such country. Choose one of the list.")
NO_ORDER = N_("The list cannot be sorted like this.")
NOT_IN_ORDER = N_("The last day of arrival is before the first.")


class Order(StrEnum):
    """What the list is sorted by. What has no arrival yet comes after everything that has."""

    MODIFIED = "modified"
    NUMBER = "number"
    ARRIVAL = "arrival"


@dataclass(frozen=True)
class Sorting:
    """An order and its direction, written as in an address: `number`, or `-modified` for the latest first."""

    order: Order = Order.MODIFIED
    descending: bool = True

    def __str__(self) -> str:
        return ("-" if self.descending else "") + self.order


USUAL = Sorting()
BY_ARRIVAL = Sorting(Order.ARRIVAL)
"""For who seeks by days of arrival, and says nothing else."""


@dataclass(frozen=True)
class Search:
    """What is looked for; empty means all. `number`, `requester` and `description` may be parts; a code its beginning;
    a point of entry the COL number, the name or the town of an office, or its Member State. Both days are included."""

    number: str = ""
    state: str = ""
    commodity_code: str = ""
    requester: str = ""
    description: str = ""
    point_of_entry: str = ""
    partner_country: str = ""
    arrival_from: dt.date | None = None
    arrival_to: dt.date | None = None

    @property
    def is_by_arrival(self) -> bool:
        """Whether it names days of arrival."""
        return self.arrival_from is not None or self.arrival_to is not None


ALL = Search()
"""Nothing in particular."""
CRITERIA = tuple(field.name for field in fields(Search))


def read_search(typed: Mapping[str, str], partner_countries: Sequence[str]) -> tuple[Search, list[Mistake]]:
    """What was looked for, and everything in it that cannot be understood (left out of the search)."""
    texts = {name: clean(typed.get(name, "")) for name in CRITERIA}
    mistakes = [
        Mistake(name, "too_long", TOO_LONG, params={"most": LONGEST_NAME})
        for name, text in texts.items()
        if len(text) > LONGEST_NAME
    ]
    if texts["state"] and texts["state"] not in VALIDATION_STATES | CLEARANCE_STATES:
        mistakes.append(Mistake("state", "unknown_state", NO_STATE))
    if texts["partner_country"] and texts["partner_country"].upper() not in partner_countries:
        mistakes.append(Mistake("partner_country", "unknown_country", NO_COUNTRY))
    days = {name: _day(texts.pop(name), name, mistakes) for name in ("arrival_from", "arrival_to")}
    first, last = days.values()
    if first and last and last < first:
        mistakes.append(Mistake("arrival_to", "not_in_order", NOT_IN_ORDER))
    wrong = {mistake.field for mistake in mistakes}
    kept: dict[str, Any] = {name: "" if name in wrong else text for name, text in texts.items()}
    partner_country = kept.pop("partner_country").upper()
    return Search(**kept, partner_country=partner_country, arrival_from=first, arrival_to=last), mistakes


def read_sorting(text: str) -> tuple[Sorting, list[Mistake]]:
    """How the list is to be sorted; the usual way when nothing is said."""
    if not text:
        return USUAL, []
    try:
        return Sorting(Order(text.removeprefix("-")), text.startswith("-")), []
    except ValueError:
        return USUAL, [Mistake("sort", "unknown_order", NO_ORDER)]


def _day(text: str, name: str, mistakes: list[Mistake]) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        day = dt.date.min
    if day is not None and day.year not in ARRIVALS:
        mistakes.append(Mistake(name, "no_date", NO_DATE))
        return None
    return day
