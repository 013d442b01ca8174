"""What the rules must know of the world. It comes in as an argument, so that a test says what the world is."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

_ZONES = {
    **dict.fromkeys(("BG", "CY", "EE", "FI", "GR", "LT", "LV", "RO"), "Europe/Helsinki"),
    **dict.fromkeys(("IE", "PT"), "Europe/Lisbon"),
}
_ZONE_OF_MOST = "Europe/Brussels"


def zone_of(country: str | None) -> ZoneInfo:
    """By whose clock a day ends in a Member State: the mainland's; that of Brussels when the country is not known."""
    return ZoneInfo(_ZONES.get(country or "", _ZONE_OF_MOST))


@dataclass(frozen=True)
class Code:
    """A code of Annex II (`country` is `*`) or Annex III of 2173/2005."""

    country: str
    code: str
    licensable: bool = True
    valid_from: dt.date | None = None

    def is_valid(self, day: dt.date) -> bool:
        """Whether the entry counts on that day."""
        return self.valid_from is None or self.valid_from <= day


@dataclass(frozen=True)
class Reference:
    """Issuing countries, authorities, number formats, codes, offices: what is true in the data."""

    issuing_countries: frozenset[str] = frozenset()
    authorities: frozenset[tuple[str, str]] = frozenset()
    """Country and casefolded name of every issuing authority."""
    number_formats: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Only formats that block, by country."""
    number_examples: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Sequence[Code]] = field(default_factory=dict)
    """Entries of the annexes by their code."""
    cites: frozenset[str] = frozenset()
    """Casefolded names that only species listed under CITES have."""
    transport_modes: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    """Every ISO 3166 two-letter code."""
    member_states: frozenset[str] = frozenset()
    offices: Mapping[str, str] = field(default_factory=dict)
    """Country by COL number."""

    def code(self, code: str, country: str, day: dt.date) -> Code | None:
        """The entry that counts for a code from this country: its own before Annex II, the longest before others, and
        what can be licensed before what cannot: of some codes only some goods may be exported."""
        own = [entry for entry in self._covering(code, day) if entry.country in {country, "*"}]
        return max(own, key=lambda entry: (entry.country == country, len(entry.code), entry.licensable), default=None)

    def is_listed_anywhere(self, code: str, day: dt.date) -> bool:
        """Whether any partner country's list, or Annex II, has the code."""
        return any(self._covering(code, day))

    def _covering(self, code: str, day: dt.date) -> Iterator[Code]:
        """The entries that speak of that code on that day: its own, and those it is a subdivision of."""
        for length in range(1, len(code) + 1):
            yield from (entry for entry in self.codes.get(code[:length], ()) if entry.is_valid(day))
