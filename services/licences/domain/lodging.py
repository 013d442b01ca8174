"""One licence at the moment it is handed in: what the rules look at."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.licences.domain.form import Boxes, Party
from services.licences.domain.problems import Flag, Mistake
from services.licences.domain.reference import Reference, zone_of


@dataclass(frozen=True)
class Lodging:
    """The form, how and when it is handed in, and the reference data it is judged by."""

    boxes: Boxes
    at: dt.datetime
    reference: Reference
    lodged_at: dt.datetime | None = None
    """When a licence that was returned was handed in for the first time: a correction is part of that lodging."""
    point_of_entry: str | None = None
    arrival: dt.datetime | None = None
    on_behalf: Party | None = None
    with_files: frozenset[int] = frozenset()
    """Boxes that have a file."""
    number_taken: bool = False
    unread: tuple[str, ...] = ()
    """Fields of the form with a text that the boxes cannot hold."""
    issued_electronically: bool = False

    @cached_property
    def entry_country(self) -> str | None:
        """The Member State of the point of entry, when that office exists."""
        return self.reference.offices.get(self.point_of_entry or "")

    @cached_property
    def day(self) -> dt.date:
        """The day of lodging by the clock of the point of entry's country; a correction does not change it."""
        return self.day_there(self.lodged_at or self.at)

    def day_there(self, moment: dt.datetime) -> dt.date:
        """Which day it is, or will be, at the point of entry."""
        return moment.astimezone(zone_of(self.entry_country)).date()


Found = Iterable[tuple[str, Mapping[str, object]]]
"""Fields that break a rule, each with the values of the message."""


@dataclass(frozen=True)
class Rule:
    """One hard rule: its box, the law it comes from, what it tells the person, and how it finds what is wrong."""

    code: str
    box: int | None
    article: str
    message: str
    find: Callable[[Lodging], Found]

    def __call__(self, lodging: Lodging) -> list[Mistake]:
        return [
            Mistake(field, self.code, self.message, self.box, params, self.article)
            for field, params in self.find(lodging)
        ]


@dataclass(frozen=True)
class SoftRule:
    """One soft rule: what it finds warns the importer and travels to the authority. `article` is the law behind it."""

    code: str
    box: int | None
    article: str
    message: str
    find: Callable[[Lodging], Iterable[Mapping[str, object]]]

    def __call__(self, lodging: Lodging) -> list[Flag]:
        return [Flag(self.code, self.message, self.box, params, self.article) for params in self.find(lodging)]


def rule(code: str, *, message: str, box: int | None = None, article: str = "") -> Callable[..., Rule]:
    """Make a hard rule of the function that finds the fields breaking it."""
    return lambda find: Rule(code, box, article, message, find)


def soft_rule(code: str, *, message: str, article: str, box: int | None = None) -> Callable[..., SoftRule]:
    """Make a soft rule of the function that finds what is unusual."""
    return lambda find: SoftRule(code, box, article, message, find)
