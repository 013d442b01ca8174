"""What can be chosen from in the forms, in the person's language."""

from collections.abc import Iterable
from datetime import date

from services.licences.reference import countries
from shared import reference_data
from shared.web.formats import country as country_name

Options = list[tuple[str, str]]

ZONES = (
    "Europe/Brussels",
    "Europe/Amsterdam",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Bratislava",
    "Europe/Bucharest",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Dublin",
    "Europe/Helsinki",
    "Europe/Lisbon",
    "Europe/Ljubljana",
    "Europe/Luxembourg",
    "Europe/Madrid",
    "Europe/Malta",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Riga",
    "Europe/Rome",
    "Europe/Sofia",
    "Europe/Stockholm",
    "Europe/Tallinn",
    "Europe/Vienna",
    "Europe/Vilnius",
    "Europe/Warsaw",
    "Europe/Zagreb",
    "Asia/Nicosia",
    "Atlantic/Azores",
    "Atlantic/Canary",
    "Atlantic/Madeira",
    "UTC",
)
"""Time zones of the Member States."""


def all_countries() -> Options:
    """Every country by name, with its ISO code."""
    return _named(countries())


def issuing_countries() -> Options:
    """Partner countries that issue licences."""
    return _named(c.code for c in reference_data.vpa_countries() if c.issuing)


def member_states() -> Options:
    """The Member States by name."""
    return _named(reference_data.member_states())


def authorities() -> list[tuple[str, Options]]:
    """Issuing authorities of the issuing countries, grouped by country."""
    return [
        (name, [(a.name, a.name) for a in reference_data.issuing_authorities(code)])
        for code, name in issuing_countries()
    ]


def codes(country: str, day: date) -> Options:
    """Commodity codes for which that country can issue licences on that day."""
    listed = reference_data.commodity_codes(country or "*", day)
    forbidden = {code.code for code in listed if not code.licensable}
    best = {code.code: code for code in sorted(listed, key=lambda c: c.country != "*")}
    return [
        (code.code, f"{code.dotted} – {code.description}")
        for code in sorted(best.values(), key=lambda c: c.code)
        if code.code not in forbidden
    ]


def code_names(country: str) -> dict[str, str]:
    """What each code is, in the words of the country's list where it has it."""
    listed = sorted(reference_data.commodity_codes(), key=lambda code: code.country == country)
    return {code.code: code.description for code in listed}


def species() -> list[str]:
    """Names one can type in Box 11."""
    return sorted({f"{s.common_name} ({s.scientific_name})" for s in reference_data.species()})


def transport_modes() -> Options:
    """Box 7, the usual ones first."""
    modes = sorted(reference_data.transport_modes(), key=lambda mode: not mode.usual)
    return [(mode.code, mode.name) for mode in modes]


def units() -> Options:
    """Box 16: what has a box of its own is not offered."""
    return [(unit.code, unit.name) for unit in reference_data.units() if unit.dimension not in {"volume", "mass"}]


def offices(country: str) -> Options:
    """Customs offices of a Member State."""
    return [(o.id, f"{o.name} ({o.id})") for o in reference_data.customs_offices(country)] if country else []


def unit_symbols() -> dict[str, str]:
    """How units are written behind a number."""
    return {unit.code: unit.symbol for unit in reference_data.units()}


def _named(codes: Iterable[str]) -> Options:
    return sorted(((code, f"{country_name(code)} ({code})") for code in codes), key=lambda option: option[1])


def zones() -> Options:
    """Time zones by their city."""
    return [(zone, zone.partition("/")[2].replace("_", " ") or zone) for zone in ZONES]
