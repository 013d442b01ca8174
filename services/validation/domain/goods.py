"""Checks of the goods: whether the codes are covered, what the wood weighs, whether its species is protected."""

import re
from decimal import Decimal

from services.validation.domain.facts import Check, Facts, Finding, Line, Outcome

LEAST_DENSITY = Decimal(150)
MOST_DENSITY = Decimal(1_400)
"""Kilograms per cubic metre: lighter than any timber, heavier than any."""


def scope(facts: Facts) -> Check:
    """Every code has to be in Annex II, or in the issuing country's part of Annex III."""
    found = tuple(_scope_of(line, facts) for line in facts.lines)
    missing = (Finding(Outcome.FAIL, "The licence names no goods."),)
    return Check("scope", "Scope of each commodity code", "2173/2005 art. 2(9), Annexes II and III", found or missing)


def _scope_of(line: Line, facts: Facts) -> Finding:
    matching = [entry for entry in facts.listed if line.commodity_code.startswith(entry.code)]
    own = [entry for entry in matching if entry.country == facts.vpa_country]
    entries = own or [entry for entry in matching if entry.country == "*"]
    values = {
        "line": line.number,
        "code": line.commodity_code,
        "description": "; ".join(dict.fromkeys(entry.description for entry in entries if entry.licensable)),
        "not_this": "; ".join(dict.fromkeys(entry.description for entry in entries if not entry.licensable)),
    }
    if not entries:
        return Finding(
            Outcome.WARN, "Line %(line)s, %(code)s: not in the annexes, so no licence is needed for it.", values
        )
    if not values["description"]:
        message = "Line %(line)s, %(code)s: the issuing country forbids its export, so no licence can cover it."
        return Finding(Outcome.FAIL, message, values)
    excluded = {word for entry in entries for word in entry.excluded if word.lower() in line.description.lower()}
    if excluded:
        message = "Line %(line)s, %(code)s: the description names %(excluded)s, which the annex leaves out."
        return Finding(Outcome.WARN, message, values | {"excluded": ", ".join(sorted(excluded))})
    if values["not_this"]:
        message = "Line %(line)s, %(code)s: covered only as “%(description)s”, not as “%(not_this)s”."
        return Finding(Outcome.WARN, message, values)
    return Finding(Outcome.OK, "Line %(line)s, %(code)s: covered (%(description)s).", values)


def density(facts: Facts) -> Check:
    """Weight by volume tells a slip of a decimal point, or of the unit."""
    found = tuple(
        _density_of(line.number, line.quantities.net_weight_kg, line.quantities.volume_m3)
        for line in facts.lines
        if line.quantities.net_weight_kg and line.quantities.volume_m3
    )
    none = (Finding(Outcome.OK, "No line gives both volume and net weight."),)
    return Check("density", "Density of each line", "2173/2005 art. 5(4)", found or none)


def _density_of(line: int, weight: Decimal, volume: Decimal) -> Finding:
    density = weight / volume
    usual = LEAST_DENSITY <= density <= MOST_DENSITY
    return Finding(
        Outcome.OK if usual else Outcome.WARN,
        "Line %(line)s: %(weight)s kg / %(volume)s m³ = %(density)s kg/m³; timber has %(least)s to %(most)s.",
        {
            "line": line,
            "weight": weight,
            "volume": volume,
            "density": density.quantize(Decimal(1)),
            "least": LEAST_DENSITY,
            "most": MOST_DENSITY,
        },
    )


def protected_species(facts: Facts) -> Check:
    """Wood of species under CITES needs a permit under that convention, and no licence."""
    found = tuple(finding for line in facts.lines for finding in _protected_in(line, facts))
    none = (Finding(Outcome.OK, "No species named here is known to be under CITES."),)
    return Check("cites", "Species under CITES", "2173/2005 art. 4(3)", found or none)


def _protected_in(line: Line, facts: Facts) -> list[Finding]:
    text = " ".join([line.description, *line.species]).casefold()
    message = "Line %(line)s may be %(species)s: %(note)s. With a CITES permit it needs no licence."
    return [
        Finding(Outcome.WARN, message, {"line": line.number, "species": species.names[0], "note": species.note})
        for species in facts.protected
        if any(re.search(rf"\b{re.escape(name.casefold())}\b", text) for name in species.names)
    ]
