"""The number of a customs declaration: the master reference number (MRN).

18 characters: two digits of the year, two letters of the country that gave it, 13 letters or digits, and a check
digit made as for freight containers (ISO 6346).
"""

import re
import string

_SHAPE = re.compile(r"\d{2}[A-Z]{2}[A-Z0-9]{13}\d")
_FIRST_LETTER_VALUE = 10
_MODULUS = 11


class BadDeclarationNumber(ValueError):
    """This is no MRN. `expected` is the check digit it should end with when only that is wrong."""

    def __init__(self, expected: int | None = None) -> None:
        super().__init__("no MRN" if expected is None else f"check digit is not {expected}")
        self.expected = expected


def declaration_number(typed: str) -> str:
    """The MRN as it is kept: capital letters, no blanks. Raises BadDeclarationNumber."""
    number = re.sub(r"\s", "", typed).upper()
    if not number.isascii() or not _SHAPE.fullmatch(number):
        raise BadDeclarationNumber
    expected = check_digit(number[:-1])
    if int(number[-1]) != expected:
        raise BadDeclarationNumber(expected)
    return number


def check_digit(characters: str) -> int:
    """Each character's value times two to the power of its position, summed, modulo 11; a remainder of 10 becomes 0."""
    total = sum(_VALUES[character] << position for position, character in enumerate(characters))
    return total % _MODULUS % 10


def _values() -> dict[str, int]:
    """Digits count as they are; letters from 10 upwards, leaving out multiples of 11."""
    values = {digit: int(digit) for digit in string.digits}
    numbers = (n for n in range(_FIRST_LETTER_VALUE, 40) if n % _MODULUS)
    return values | dict(zip(string.ascii_uppercase, numbers, strict=False))


_VALUES = _values()
