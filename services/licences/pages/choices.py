"""What can be chosen from in the forms, in the person's language."""

from collections.abc import Iterable

from services.licences.reference import countries
from services.licences.use_cases import Choices
from shared import reference_data
from shared.person import Person
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


def authorities(known: Choices) -> list[tuple[str, Options]]:
    """Issuing authorities of the issuing countries, grouped by country."""
    return [(name, [(a.name, a.name) for a in known.of(code)]) for code, name in issuing_countries()]


def code_names(country: str) -> dict[str, str]:
    """What each code is, in the words of the country's list where it has it."""
    listed = sorted(reference_data.commodity_codes(), key=lambda code: code.country == country)
    return {code.code: code.description for code in listed}


def species() -> list[str]:
    """Names one can type in Box 11: by the common name, and by the local one where it is another."""
    names = {f"{s.common_name} ({s.scientific_name})" for s in reference_data.species()}
    names |= {
        f"{s.local_name} ({s.scientific_name})"
        for s in reference_data.species()
        if s.local_name and s.local_name != s.common_name
    }
    return sorted(names)


def species_known(text: str) -> str:
    """What is known of a species typed in Box 11: its other names, and a remark."""
    known = reference_data.species_named(text)
    names = dict.fromkeys(n for s in known for n in (s.common_name, s.local_name, s.scientific_name) if n)
    notes = dict.fromkeys(s.note for s in known if s.note)
    return ". ".join(filter(None, (" · ".join(names), *notes)))


def number_formats() -> dict[str, dict[str, str]]:
    """How licence numbers look in the countries that issue, for the script of the form."""
    formats = {code: reference_data.number_format(code) for code, _name in issuing_countries()}
    return {
        code: {"human": known.human, "example": known.example, "pattern": known.regex.replace("(?P<", "(?<")}
        for code, known in formats.items()
        if known.enforced
    }


def transport_modes() -> Options:
    """Box 7, the usual ones first."""
    modes = sorted(reference_data.transport_modes(), key=lambda mode: not mode.usual)
    return [(mode.code, mode.name) for mode in modes]


def units() -> Options:
    """Box 16: what has a box of its own is not offered."""
    return [(unit.code, unit.name) for unit in reference_data.units() if unit.dimension not in {"volume", "mass"}]


def unit_symbols() -> dict[str, str]:
    """How units are written behind a number."""
    return {unit.code: unit.symbol for unit in reference_data.units()}


def _named(codes: Iterable[str]) -> Options:
    return sorted(((code, f"{country_name(code)} ({code})") for code in codes), key=lambda option: option[1])


def zones() -> Options:
    """Time zones by their city."""
    return [(zone, zone.partition("/")[2].replace("_", " ") or zone) for zone in ZONES]


def companies(person: Person) -> Options:
    """The companies somebody is an importer of."""
    return [(str(role.body_id), role.body_name) for role in person.roles if role.kind == "importer"]
