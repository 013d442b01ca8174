"""The eighteen boxes of the licence form. A draft may hold any part of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal


@dataclass(frozen=True)
class Party:
    """A name with its address: Box 1, Box 8, and the importer on whose behalf an agent acts."""

    name: str = ""
    address: str = ""
    country: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.name and self.address and self.country)

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.address or self.country)


@dataclass(frozen=True)
class Species:
    """Boxes 11 to 13: one species and where it was harvested (ISO codes)."""

    name: str = ""
    countries_of_harvest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Units:
    """Box 16: how many of what."""

    count: Decimal
    unit: str = ""


@dataclass(frozen=True)
class Measure:
    """Boxes 14 to 16, in cubic metres and kilograms."""

    volume_m3: Decimal | None = None
    net_weight_kg: Decimal | None = None
    units: tuple[Units, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether volume or weight is given; a number of units alone is not enough."""
        return self.volume_m3 is not None or self.net_weight_kg is not None

    @property
    def is_blank(self) -> bool:
        return not (self.is_measured or self.units)


@dataclass(frozen=True)
class Commodity(Measure):
    """Boxes 9 to 16: one line of goods."""

    description: str = ""
    commodity_code: str = ""
    species: tuple[Species, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Box 18."""

    place: str = ""
    date: dt.date | None = None


@dataclass(frozen=True)
class Boxes:
    """The numbered fields of the form."""

    issuing_authority: Party = Party()
    issuing_country_use: str = ""
    licence_number: str = ""
    expiry_date: dt.date | None = None
    country_of_export: str = ""
    transport_mode: str = ""
    licensee: Party = Party()
    commodities: tuple[Commodity, ...] = ()
    global_measure: Measure | None = None
    distinguishing_marks: str = ""
    signature: Signature = field(default_factory=Signature)

    @property
    def vpa_country(self) -> str:
        """The partner country whose authority issued the licence."""
        return self.issuing_authority.country

    @property
    def commodity_codes(self) -> tuple[str, ...]:
        """The codes of all lines, each once, in order."""
        return tuple(dict.fromkeys(line.commodity_code for line in self.commodities if line.commodity_code))

    def filled_in(self, known: Mapping[str, Party]) -> "Boxes":
        """With what follows from Box 1: address and country of an authority `known` by casefolded name; Box 5."""
        named = self.issuing_authority
        found = known.get(named.name.casefold(), named)
        authority = Party(found.name, named.address or found.address, named.country or found.country)
        return replace(self, issuing_authority=authority, country_of_export=self.country_of_export or authority.country)
