"""Reading the boxes from what a person typed or a program sent: the same names, texts or values of JSON.

A draft may be incomplete; here is found only what cannot be kept: a date that is no date, a number that is no number.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from services.licences.domain.form import Boxes, Commodity, Measure, Party, Signature, Species, Units
from services.licences.domain.number import normalised
from services.licences.domain.problems import N_, Mistake

LONGEST_TEXT = 4_000
LONGEST_NAME = 100
"""For licence numbers, codes of countries and of goods: what an index has to hold."""
ARRIVALS = range(2000, 3000)
"""Years in which goods can arrive."""
MOST_ROWS = 200
MOST_DIGITS = 15
NO_TEXT = N_("This is not a text.")
TOO_LONG = N_("This is too long: at most %(most)s characters can be kept.")
NO_DATE = N_("This is not a date. Enter it as year-month-day, such as 2027-01-31.")
NO_NUMBER = N_("This is not a number. Enter digits and, for decimals, one point: 12.5")
AMBIGUOUS = N_("This can be read in two ways. Enter it without separators, and decimals with a point: 1234 or 1.234")
NO_LIST = N_("This is not a list, or it has more than %(most)s entries.")
NO_COUNT = N_("Enter how many, or take the unit away.")
NO_MOMENT = N_("This is not a date and time with its time zone, such as 2027-01-22T23:59:00+01:00.")

_UNSEEN = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_AMBIGUOUS = re.compile(r"\d{1,3},\d{3}")
_BLANKS_AND_DOTS = re.compile(r"[\s.]")
_GROUPED = re.compile(r"-?\d{1,3}([.,])\d{3}(?:\1\d{3})*(?!\1)[.,]\d+")
"""Thousands and decimals, each with a sign of its own: 1.234,56 and 1,234.56."""

Row = TypeVar("Row")
Raw = Mapping[str, Any]


def clean(text: str) -> str:
    """The text without what cannot be seen or kept, and without blanks around it."""
    return _UNSEEN.sub(" ", text).strip()


def read_boxes(raw: object) -> tuple[Boxes, list[Mistake]]:
    """The boxes, and everything in them that cannot be kept (left out of the boxes)."""
    reader = Reader()
    source = reader.mapping(raw, "boxes")
    commodities = reader.rows(source, "commodities", "boxes", 9, reader.commodity)
    measure = reader.measure(
        reader.mapping(source.get("global_measure"), "boxes.global_measure"), "boxes.global_measure"
    )
    signature = reader.mapping(source.get("signature"), "boxes.signature")
    boxes = Boxes(
        issuing_authority=reader.party(source.get("issuing_authority"), "boxes.issuing_authority", 1),
        issuing_country_use=reader.text(source, "issuing_country_use", "boxes", 2),
        licence_number=normalised(reader.text(source, "licence_number", "boxes", 3, LONGEST_NAME)),
        expiry_date=reader.date(source, "expiry_date", "boxes", 4),
        country_of_export=reader.text(source, "country_of_export", "boxes", 5, LONGEST_NAME).upper(),
        transport_mode=reader.text(source, "transport_mode", "boxes", 7),
        licensee=reader.party(source.get("licensee"), "boxes.licensee", 8),
        commodities=commodities,
        global_measure=None if measure.is_blank else measure,
        distinguishing_marks=reader.text(source, "distinguishing_marks", "boxes", 17),
        signature=Signature(
            reader.text(signature, "place", "boxes.signature", 18),
            reader.date(signature, "date", "boxes.signature", 18),
        ),
    )
    return boxes, reader.mistakes


def read_on_behalf(raw: object) -> tuple[Party | None, list[Mistake]]:
    """The importer an agent acts for; None when nothing is said of one."""
    reader = Reader()
    party = reader.party(raw, "on_behalf", None)
    return (None if party.is_blank else party), reader.mistakes


def read_arrival(raw: object) -> tuple[dt.datetime | None, list[Mistake]]:
    """A moment with its time zone, or None when nothing was given."""
    if raw is None or raw == "":
        return None, []
    try:
        moment = dt.datetime.fromisoformat(str(raw))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in ARRIVALS:
        return None, [Mistake("arrival", "no_moment", NO_MOMENT)]
    return moment, []


class Reader:
    """Reads values by name and notes what it cannot make sense of."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def mapping(self, raw: object, name: str) -> Raw:
        if isinstance(raw, Mapping):
            return raw
        if raw is not None:
            self.mistakes.append(Mistake(name, "no_object", NO_TEXT))
        return {}

    def text(self, source: Raw, name: str, parent: str, box: int | None, longest: int = LONGEST_TEXT) -> str:
        value = source.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.mistakes.append(Mistake(f"{parent}.{name}", "no_text", NO_TEXT, box))
            return ""
        text = clean(value)
        if len(text) > longest:
            self.mistakes.append(Mistake(f"{parent}.{name}", "too_long", TOO_LONG, box, {"most": longest}))
        return text[:longest]

    def date(self, source: Raw, name: str, parent: str, box: int) -> dt.date | None:
        text = self.text(source, name, parent, box)
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            self.mistakes.append(Mistake(f"{parent}.{name}", "no_date", NO_DATE, box))
            return None

    def number(self, source: Raw, name: str, parent: str, box: int) -> Decimal | None:
        """A finite number. A comma may stand for the decimal point, and thousands may be set apart, where that can mean
        nothing else."""
        value = source.get(name)
        if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
            if value is not None:
                self.mistakes.append(Mistake(f"{parent}.{name}", "no_number", NO_NUMBER, box))
            return None
        text = "".join(str(value).split())
        if not text:
            return None
        if _AMBIGUOUS.fullmatch(text):
            self.mistakes.append(Mistake(f"{parent}.{name}", "ambiguous_number", AMBIGUOUS, box))
            return None
        if grouped := _GROUPED.fullmatch(text):
            text = text.replace(grouped[1], "")
        try:
            number = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        except InvalidOperation:
            number = Decimal("NaN")
        if (
            not number.is_finite()
            or len(number.as_tuple().digits) > MOST_DIGITS
            or abs(number.adjusted()) > MOST_DIGITS
        ):
            self.mistakes.append(Mistake(f"{parent}.{name}", "no_number", NO_NUMBER, box))
            return None
        return number

    def rows(
        self, source: Raw, name: str, parent: str, box: int, read: Callable[[Raw, str], Row | None]
    ) -> tuple[Row, ...]:
        """A list of objects, each read by `read(row, its dotted name)`; rows it makes nothing of are left out."""
        raw = source.get(name) or []
        if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MOST_ROWS:
            self.mistakes.append(Mistake(f"{parent}.{name}", "no_list", NO_LIST, box, {"most": MOST_ROWS}))
            return ()
        names = [f"{parent}.{name}.{index}" for index in range(len(raw))]
        read_rows = (read(self.mapping(row, row_name), row_name) for row, row_name in zip(raw, names, strict=True))
        return tuple(row for row in read_rows if row is not None)

    def party(self, raw: object, name: str, box: int | None) -> Party:
        source = self.mapping(raw, name)
        return Party(
            self.text(source, "name", name, box),
            self.text(source, "address", name, box),
            self.text(source, "country", name, box, LONGEST_NAME).upper(),
        )

    def measure(self, source: Raw, name: str) -> Measure:
        return Measure(
            self.number(source, "volume_m3", name, 14),
            self.number(source, "net_weight_kg", name, 15),
            self.rows(source, "units", name, 16, self.units),
        )

    def units(self, source: Raw, name: str) -> Units | None:
        count, unit = self.number(source, "count", name, 16), self.text(source, "unit", name, 16)
        if count is None:
            if unit and not any(mistake.field == f"{name}.count" for mistake in self.mistakes):
                self.mistakes.append(Mistake(f"{name}.count", "no_count", NO_COUNT, 16))
            return None
        return Units(count, unit)

    def species(self, source: Raw, name: str) -> Species:
        return Species(self.text(source, "name", name, 11), self.countries(source, "countries_of_harvest", name))

    def countries(self, source: Raw, name: str, parent: str) -> tuple[str, ...]:
        """ISO codes as a list, or as on the paper in one text: `ID; MY`."""
        raw = source.get(name) or []
        given = re.split(r"[;,\s]+", raw) if isinstance(raw, str) else raw
        if not isinstance(given, Sequence) or len(given) > MOST_ROWS or not all(isinstance(c, str) for c in given):
            self.mistakes.append(Mistake(f"{parent}.{name}", "no_list", NO_LIST, 12, {"most": MOST_ROWS}))
            return ()
        return tuple(dict.fromkeys(clean(country).upper()[:LONGEST_NAME] for country in given if clean(country)))

    def commodity(self, source: Raw, name: str) -> Commodity:
        measure = self.measure(source, name)
        return Commodity(
            volume_m3=measure.volume_m3,
            net_weight_kg=measure.net_weight_kg,
            units=measure.units,
            description=self.text(source, "description", name, 9),
            commodity_code=_BLANKS_AND_DOTS.sub("", self.text(source, "commodity_code", name, 10, LONGEST_NAME)),
            species=self.rows(source, "species", name, 11, self.species),
        )
