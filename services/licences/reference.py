"""The shared reference data in the form in which the rules ask for it."""

import re
from functools import cache

from babel import Locale

from services.licences.domain.form import Party
from services.licences.domain.reference import Code, Reference
from shared import reference_data

_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


@cache
def reference() -> Reference:
    """Built once: the data do not change while a process runs."""
    issuing = [country.code for country in reference_data.vpa_countries() if country.issuing]
    formats = [f for f in map(reference_data.number_format, issuing) if f.enforced]
    return Reference(
        issuing_countries=frozenset(issuing),
        authorities=frozenset((a.country, a.name.casefold()) for a in reference_data.issuing_authorities()),
        number_formats={f.country: re.compile(f.regex) for f in formats},
        number_examples={f.country: f.example for f in formats},
        codes=_codes(),
        cites=_cites(),
        transport_modes=frozenset(mode.code for mode in reference_data.transport_modes()),
        units=frozenset(unit.code for unit in reference_data.units()),
        countries=countries(),
        member_states=frozenset(reference_data.member_states()),
        offices={office.id: office.country for office in reference_data.customs_offices()},
    )


def _codes() -> dict[str, list[Code]]:
    """The entries of the annexes by their code."""
    codes: dict[str, list[Code]] = {}
    for entry in reference_data.commodity_codes():
        codes.setdefault(entry.code, []).append(Code(entry.country, entry.code, entry.licensable, entry.valid_from))
    return codes


def _cites() -> frozenset[str]:
    """Names under which no species is traded that is not listed."""
    listed: set[str] = set()
    others: set[str] = set()
    for kind in reference_data.species():
        names = {name.casefold() for name in (kind.common_name, kind.local_name, kind.scientific_name) if name}
        (listed if "CITES" in kind.note else others).update(names)
    return frozenset(listed - others)


@cache
def countries() -> frozenset[str]:
    """Every two-letter code of a country."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if re.fullmatch(r"[A-Z]{2}", code)) - _NO_COUNTRIES


@cache
def known_authorities() -> dict[str, Party]:
    """Issuing authorities by casefolded name."""
    return {a.name.casefold(): Party(a.name, a.address, a.country) for a in reference_data.issuing_authorities()}
