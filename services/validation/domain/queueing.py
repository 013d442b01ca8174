"""What the queue is divided into, sought and sorted by; and reading that from what somebody typed or a program sent."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.validation.domain.numbers import search_key
from services.validation.domain.refusals import Mistake
from services.validation.domain.states import ClearanceState, ValidationState

LONGEST = 100
"""Characters of anything that is sought."""
ANY = "all"
"""The state that means every state."""
ME, NOBODY = "me", "none"
YEARS = range(2000, 3000)


class Tab(StrEnum):
    """The parts of the queue; each is an address."""

    NEW = "new"
    MINE = "mine"
    IMPORTER = "importer"
    ISSUER = "issuer"
    DUE = "due"
    CONFIRM = "confirm"
    DECIDED = "decided"
    ALL = "all"


OPEN_TABS = frozenset(Tab) - {Tab.DECIDED, Tab.ALL}
"""What is in them still has to be decided."""
WATCHED_TABS = (Tab.IMPORTER, Tab.ISSUER, Tab.DECIDED, Tab.ALL)
"""Those of people who look and do nothing."""


class Order(StrEnum):
    """What the queue is sorted by."""

    SUBMITTED = "submitted"
    ARRIVAL = "arrival"
    RISK = "risk"


@dataclass(frozen=True)
class Sorting:
    """An order and its direction, written as in an address: `arrival`, or `-risk` for the highest first."""

    order: Order = Order.SUBMITTED
    descending: bool = False

    def __str__(self) -> str:
        return ("-" if self.descending else "") + self.order


@dataclass(frozen=True)
class Search:
    """What is looked for; empty means any. `number` and the names may be parts, a code its beginning, `officer` an
    account, `me` or `none`. Both days of arrival are included, where the goods arrive."""

    number: str = ""
    state: str = ""
    commodity_code: str = ""
    company: str = ""
    exporter: str = ""
    point_of_entry: str = ""
    partner_country: str = ""
    officer: str = ""
    arrival_from: date | None = None
    arrival_to: date | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing in particular is looked for."""
        return self == Search()


CRITERIA = tuple(field.name for field in fields(Search))
STATES = frozenset(ValidationState) | (frozenset(ClearanceState) - {ClearanceState.NOT_READY})


def read_search(typed: Mapping[str, str]) -> tuple[Search, list[Mistake]]:
    """What was looked for, and everything in it that cannot be understood, which is left out of the search."""
    texts = {name: "".join(c for c in typed.get(name, "") if c.isprintable()).strip() for name in CRITERIA}
    texts["partner_country"] = texts["partner_country"].upper()
    texts["point_of_entry"] = search_key(texts["point_of_entry"])
    texts["commodity_code"] = "".join(sign for sign in texts["commodity_code"] if sign not in " .")
    if texts["state"] == ANY:
        texts["state"] = ""
    mistakes = [
        Mistake(name, "too_long", "Write at most %(most)s characters.", {"most": LONGEST})
        for name, text in texts.items()
        if len(text) > LONGEST
    ]
    mistakes += _unknown(texts)
    days = {name: _day(texts.pop(name), name, mistakes) for name in ("arrival_from", "arrival_to")}
    first, last = days.values()
    if first and last and last < first:
        mistakes.append(Mistake("arrival_to", "not_in_order", "The last day of arrival is before the first."))
    wrong = {mistake.field for mistake in mistakes}
    asked = {**texts, **days}
    return Search(**{name: value for name, value in asked.items() if name not in wrong}), mistakes  # type: ignore[arg-type]


def _unknown(texts: Mapping[str, str]) -> list[Mistake]:
    found = []
    if texts["state"] and texts["state"] not in STATES:
        found.append(Mistake("state", "unknown_state", "There is no such state."))
    if texts["commodity_code"] and not texts["commodity_code"].isdecimal():
        found.append(Mistake("commodity_code", "no_code", "A commodity code is written in digits."))
    if texts["officer"] not in {"", ME, NOBODY} and not _is_id(texts["officer"]):
        found.append(Mistake("officer", "unknown_officer", "Choose an officer from the list."))
    return found


def read_sorting(text: str, *, usual: Sorting, possible: frozenset[Order]) -> tuple[Sorting, list[Mistake]]:
    """How the queue is to be sorted; the usual way when nothing is said."""
    if not text:
        return usual, []
    name = text.removeprefix("-")
    if name not in possible:
        return usual, [Mistake("sort", "unknown_order", "This list cannot be sorted like this.")]
    return Sorting(Order(name), text.startswith("-")), []


def usual_sorting(tab: Tab, state: str) -> Sorting:
    """What waits is shown oldest first, what is decided newest first."""
    waits = tab in OPEN_TABS or state == ValidationState.SUBMITTED
    return Sorting(descending=not waits)


def possible_orders(tab: Tab, country: str | None) -> frozenset[Order]:
    """The orders in which this list is read along an index."""
    if country is None:
        return frozenset({Order.SUBMITTED})
    return frozenset(Order) if tab in OPEN_TABS else frozenset({Order.SUBMITTED, Order.ARRIVAL})


def _day(text: str, name: str, mistakes: list[Mistake]) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and day.year not in YEARS:
        mistakes.append(Mistake(name, "no_date", "This is not a day. Write it like 2027-03-31."))
        return None
    return day


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
