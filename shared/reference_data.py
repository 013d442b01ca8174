"""Reference data: commodity codes, offices, authorities, species and the like, read once from `shared/reference`."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "reference"
_MEMBER_STATES = tuple(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - reads better
)


@dataclass(frozen=True)
class CommodityCode:
    """A code of Annex II (`country` is `*`) or Annex III of 2173/2005. `partial`: the law says "ex"."""

    country: str
    code: str
    description: str
    partial: bool
    excluded_material: str
    licensable: bool
    valid_from: date | None
    note: str

    @property
    def dotted(self) -> str:
        """The code as people write it: 4407 11."""
        return " ".join(filter(None, (self.code[:4], self.code[4:])))


@dataclass(frozen=True)
class IssuingAuthority:
    """Who issues licences in a partner country. `number_code` is its group in Indonesian licence numbers."""

    country: str
    code: str
    number_code: str
    name: str
    kind: str
    address: str


@dataclass(frozen=True)
class CustomsOffice:
    """An office with its COL number."""

    id: str
    name: str
    address: str
    town: str
    country: str


@dataclass(frozen=True)
class CompetentAuthority:
    """What is known of a Member State's competent authority; gaps are for support to fill."""

    country: str
    name: str
    email: str
    address: str


@dataclass(frozen=True)
class SpeciesName:
    """One species or group, by its names."""

    common_name: str
    local_name: str
    scientific_name: str
    note: str


@dataclass(frozen=True)
class TransportMode:
    """Box 7, by the one-digit EU code."""

    code: str
    name: str
    usual: bool


@dataclass(frozen=True)
class Unit:
    """A unit of measure; `to_base` converts to m3, kg or pieces."""

    code: str
    symbol: str
    name: str
    dimension: str
    on_form: bool


@dataclass(frozen=True)
class PartnerCountry:
    """A country with a partnership agreement; only those that issue can have licences."""

    code: str
    name: str
    issuing: bool
    since: date | None


@dataclass(frozen=True)
class NumberFormat:
    """How a country writes licence numbers. Only an `enforced` format blocks; others are a hint."""

    country: str
    human: str
    example: str
    regex: str
    enforced: bool


def member_states() -> tuple[str, ...]:
    """ISO codes of the 27 Member States."""
    return _MEMBER_STATES


@cache
def commodity_codes(country: str | None = None, day: date | None = None) -> tuple[CommodityCode, ...]:
    """Codes that count for a partner country (its own and Annex II) on a day; all without arguments."""
    codes = (
        CommodityCode(
            row["country"], row["code"], row["description"], row["partial"] == "yes", row["excluded_material"],
            row["licensable"] == "yes", _day(row["valid_from"]), row["note"],
        )
        for row in _rows("commodity-codes")
    )  # fmt: skip
    return tuple(
        code
        for code in codes
        if (country is None or code.country in {"*", country})
        and (day is None or code.valid_from is None or code.valid_from <= day)
    )


@cache
def issuing_authorities(country: str | None = None) -> tuple[IssuingAuthority, ...]:
    """Issuing authorities, of one partner country or all."""
    return tuple(
        IssuingAuthority(
            row["country"], row["code"], row["licence_number_code"], row["name"], row["kind"],
            ", ".join(filter(None, (_plain(row["address"]), _plain(row["town"])))),
        )
        for row in _rows("issuing-authorities")
        if country in {None, row["country"]}
    )  # fmt: skip


@cache
def customs_offices(country: str | None = None) -> tuple[CustomsOffice, ...]:
    """Customs offices of the Member States, of one or all, by name."""
    offices = [
        CustomsOffice(row["id"], row["name"], row["address"], row["town"], row["country"])
        for row in _rows("customs-offices")
        if row["country"] in _MEMBER_STATES and country in {None, row["country"]}
    ]
    return tuple(sorted(offices, key=lambda office: (office.country, office.name, office.id)))


@cache
def _offices_by_id() -> dict[str, CustomsOffice]:
    return {office.id: office for office in customs_offices()}


def customs_office(col_number: str) -> CustomsOffice | None:
    """The office with this COL number."""
    return _offices_by_id().get(col_number)


@cache
def competent_authorities() -> tuple[CompetentAuthority, ...]:
    """Those of Member States that the data know by name."""
    return tuple(
        CompetentAuthority(row["country"], row["name"], row["email"], row["address"])
        for row in _rows("competent-authorities")
        if row["country"] in _MEMBER_STATES
    )


@cache
def species() -> tuple[SpeciesName, ...]:
    """Common, local and scientific names."""
    return tuple(
        SpeciesName(row["common_name"], row["local_name"], row["scientific_name"], row["note"])
        for row in _rows("species")
    )


def species_named(text: str) -> tuple[SpeciesName, ...]:
    """The species that a text names by any of its names, alone or as `common name (scientific name)`."""
    wanted = text.casefold().strip()
    inner = re.search(r"\(([^)]+)\)\s*$", wanted)
    parts = {wanted, inner[1].strip()} if inner else {wanted}
    return tuple(
        kind
        for kind in species()
        if parts & {name.casefold() for name in (kind.common_name, kind.local_name, kind.scientific_name) if name}
    )


@cache
def transport_modes() -> tuple[TransportMode, ...]:
    """Means of transport for Box 7."""
    return tuple(
        TransportMode(row["code"], row["name"], row["box7_usual"] == "yes") for row in _rows("transport-modes")
    )


@cache
def units() -> tuple[Unit, ...]:
    """Units of measure; those `on_form` may stand in Boxes 14 to 16."""
    return tuple(
        Unit(row["code"], row["symbol"], row["name"], row["dimension"], row["used_in"].startswith("Box"))
        for row in _rows("units")
    )


@cache
def vpa_countries() -> tuple[PartnerCountry, ...]:
    """Partner countries."""
    return tuple(
        PartnerCountry(row["iso2"], row["country"], row["licensing_status"] == "issuing", _day(row["licensing_since"]))
        for row in _rows("vpa-countries")
    )


@cache
def number_format(country: str) -> NumberFormat:
    """The format of a country's licence numbers, else the neutral one."""
    rows = [row for row in _rows("licence-number-formats") if row["enforce"] != "normalise only"]
    row = next((r for r in rows if r["country"] == country), None) or next(r for r in rows if r["country"] == "*")
    enforced = row["enforce"].startswith("block")
    return NumberFormat(country, row["pattern_human"] if enforced else "", row["example"], row["regex"], enforced)


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file)]


def _day(text: str) -> date | None:
    found = re.match(r"\d{4}-\d{2}-\d{2}", text)
    return date.fromisoformat(found[0]) if found else None


def _plain(text: str) -> str:
    """Without remarks on where a fact is from."""
    return re.sub(r"\s*\([^)]*background knowledge[^)]*\)", "", text).strip()
