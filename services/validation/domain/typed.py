"""Reading what an officer types into a corrected box: as strict as the form in which the licence was entered."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from services.validation.domain.numbers import plain
from services.validation.domain.refusals import Mistake

LONGEST_TEXT = 4_000
LONGEST_NAME = 100
MOST_ROWS = 200
MOST_DIGITS = 15
LARGEST = Decimal(10) ** 9
"""More than any shipment, in every unit."""
_UNSEEN = re.compile(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


class Typed:
    """Values by name, and everything wrong with them. A missing value is empty; `mistakes` name fields as `value.…`."""

    def __init__(self, values: object, name: str = "value", mistakes: list[Mistake] | None = None) -> None:
        self.name = name
        self.values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        self.mistakes: list[Mistake] = [] if mistakes is None else mistakes

    def wrong(self, field: str, code: str, message: str, /, **params: object) -> None:
        """Note a mistake in one of these fields."""
        self.mistakes.append(Mistake(f"{self.name}.{field}", code, message, params))

    def text(self, field: str, *, missing: str = "", longest: int = LONGEST_TEXT) -> str:
        """A text without what cannot be seen; with `missing`, the message for when there is none."""
        raw = self.values.get(field)
        if raw is not None and not isinstance(raw, str):
            self.wrong(field, "no_text", "This is not a text.")
            return ""
        text = _UNSEEN.sub(" ", raw or "").strip()
        if len(text) > longest:
            self.wrong(field, "too_long", "Write at most %(most)s characters.", most=longest)
        elif missing and not text:
            self.wrong(field, "missing", missing)
        return text

    def number_of_licence(self, field: str, missing: str) -> str:
        """Box 3 as it is kept: capital letters, no blanks, no label, plain hyphens."""
        return plain(self.text(field, missing=missing, longest=LONGEST_NAME).translate(_DASHES))

    def code(self, field: str, known: Sequence[str] | frozenset[str], missing: str) -> str:
        """One of the known codes."""
        code = self.text(field, longest=LONGEST_NAME).upper()
        if code not in known:
            self.wrong(field, "unknown", missing)
        return code

    def day(self, field: str, missing: str) -> date | None:
        """A date as browsers send it."""
        text = self.text(field, missing=missing)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong(field, "no_date", "This is not a date. Enter it as year-month-day, such as 2027-01-31.")
            return None

    def quantity(self, field: str) -> Decimal | None:
        """A quantity above zero; None when nothing is given. A comma that could mean two things is refused."""
        raw = self.values.get(field)
        text = "" if raw is None or isinstance(raw, bool) else re.sub(r"\s", "", str(raw))
        if not text:
            return None
        if re.fullmatch(r"\d{1,3},\d{3}", text):
            message = "This can be read in two ways. Enter it without separators, and decimals with a point: 1234.5"
            self.wrong(field, "ambiguous_number", message)
            return None
        number = _decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        if number is None:
            message = "This is not a number. Enter digits and, for decimals, one point: 12.5"
            self.wrong(field, "no_number", message)
        elif number <= 0:
            self.wrong(field, "not_positive", "A quantity must be more than zero.")
        elif number != round(number, 3):
            self.wrong(field, "too_precise", "A quantity has at most three decimals.")
        elif number >= LARGEST:
            self.wrong(field, "too_large", "No shipment is that large. Check the quantity.")
        else:
            return number
        return None

    def countries(self, field: str, known: frozenset[str]) -> list[str]:
        """ISO codes as a list, or as on the paper in one text: `ID; MY`."""
        raw = self.values.get(field) or []
        given = re.split(r"[;,\s]+", raw) if isinstance(raw, str) else raw
        codes = [str(code).strip().upper() for code in given if str(code).strip()] if isinstance(given, list) else []
        codes = list(dict.fromkeys(codes))
        if not codes or len(codes) > MOST_ROWS:
            self.wrong(field, "missing", "Enter the country of harvest of each species.")
        for code in codes:
            if code not in known:
                self.wrong(field, "unknown", "%(code)s is not a country's two-letter code.", code=code[:LONGEST_NAME])
                break
        return codes

    def rows(self, field: str) -> list["Typed"]:
        """A list of groups of values; those in which nothing was typed are left out."""
        raw = self.values.get(field)
        rows = raw[:MOST_ROWS] if isinstance(raw, list) else []
        named = [Typed(row, f"{self.name}.{field}.{index}", self.mistakes) for index, row in enumerate(rows)]
        return [row for row in named if any(str(value or "").strip() for value in row.values.values())]


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    readable = number.is_finite() and len(number.as_tuple().digits) <= MOST_DIGITS
    return number if readable and abs(number.adjusted()) <= MOST_DIGITS else None
