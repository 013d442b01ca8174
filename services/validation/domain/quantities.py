"""How much the licence says and how much was declared, and the tolerance between them (1024/2008 art. 10(2))."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

TOLERANCE = Decimal("0.10")
"""A difference of exactly this share still conforms."""


MOST_DIGITS = 9


class NotAMeasure(ValueError):
    """What was typed is no quantity that can be read in one way only."""


def measure(typed: str) -> Decimal | None:
    """A quantity as typed; None when nothing was. A comma is refused: it may mark decimals, or thousands."""
    text = re.sub(r"\s", "", typed)
    if not text:
        return None
    if not re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,3}})?", text):
        raise NotAMeasure(typed)
    return Decimal(text)


@dataclass(frozen=True)
class Quantities:
    """Cubic metres and kilograms; None where it is not given."""

    volume_m3: Decimal | None = None
    net_weight_kg: Decimal | None = None

    @property
    def given(self) -> bool:
        """Whether there is anything to compare with."""
        return self.volume_m3 is not None or self.net_weight_kg is not None


@dataclass(frozen=True)
class Comparison:
    """One measure, as licensed and as declared. `measure` is the field's name: volume_m3 or net_weight_kg."""

    measure: str
    licensed: Decimal
    declared: Decimal | None = None

    @property
    def least(self) -> Decimal:
        """The smallest quantity that conforms."""
        return self.licensed * (1 - TOLERANCE)

    @property
    def most(self) -> Decimal:
        """The largest quantity that conforms."""
        return self.licensed * (1 + TOLERANCE)

    @property
    def difference(self) -> Decimal | None:
        """Declared less licensed."""
        return None if self.declared is None else self.declared - self.licensed

    @property
    def share(self) -> Decimal | None:
        """The difference as a share of what is licensed, without sign; unrounded, as it is judged."""
        return None if self.difference is None else abs(self.difference) / self.licensed

    @property
    def percent(self) -> Decimal | None:
        """The share in per cent, to be read: rounded to two decimals."""
        return None if self.share is None else (self.share * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def conforms(self) -> bool | None:
        """Whether the difference stays within 10 %; None while nothing is declared."""
        return None if self.share is None else self.share <= TOLERANCE


def compare(licensed: Quantities, declared: Quantities) -> list[Comparison]:
    """What the licence gives, measure by measure, beside what is declared."""
    pairs = (
        ("volume_m3", licensed.volume_m3, declared.volume_m3),
        ("net_weight_kg", licensed.net_weight_kg, declared.net_weight_kg),
    )
    return [Comparison(name, of_licence, of_declaration) for name, of_licence, of_declaration in pairs if of_licence]


def total(whole: Quantities | None, lines: Sequence[Quantities]) -> Quantities:
    """What the licence covers: as given for the whole, else the sum over the lines where every line gives it."""
    whole = whole or Quantities()
    return Quantities(
        whole.volume_m3 or _sum([line.volume_m3 for line in lines]),
        whole.net_weight_kg or _sum([line.net_weight_kg for line in lines]),
    )


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    given = [value for value in values if value is not None]
    return sum(given, Decimal()) if given and len(given) == len(values) else None
