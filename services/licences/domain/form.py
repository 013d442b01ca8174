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
        """With what follows from Box 1: address and country of an authority `known` by casefolded name; Box 5.

        An address that belongs to another known authority was filled in before the name changed, and goes with it.
        """
        named = self.issuing_authority
        found = known.get(named.name.casefold())
        if found is None:
            return replace(self, country_of_export=self.country_of_export or named.country)
        others = {other.address for other in known.values() if other.name != found.name}
        address = found.address if not named.address or named.address in others else named.address
        authority = Party(found.name, address, named.country or found.country)
        return replace(self, issuing_authority=authority, country_of_export=self.country_of_export or authority.country)

    def as_new(self) -> "Boxes":
        """What a next licence from the same exporter can begin with: all but number, expiry and day of signature."""
        return replace(self, licence_number="", expiry_date=None, signature=Signature(self.signature.place))


@dataclass(frozen=True)
class Typed:
    """What a form holds beside the boxes: text by the field's name, so that nothing typed is lost."""

    unread: Mapping[str, str] = field(default_factory=dict)
    """What the boxes cannot hold, such as a date that is no date."""
    aside: Mapping[str, str] = field(default_factory=dict)
    """Figures of the way of measuring that was not chosen, and which one was."""

    @property
    def size(self) -> int:
        """Characters in all."""
        return sum(len(text) for text in (*self.unread.values(), *self.aside.values()))
