"""What an officer wants checked before deciding, each with its arithmetic and its article. Facts come in as arguments.

A check decides nothing. `fail` says that the law leaves no room, `warn` that somebody should look.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.validation.domain.numbers import plain
from services.validation.domain.quantities import Quantities

LEAST_DENSITY = Decimal(150)
MOST_DENSITY = Decimal(1_400)
"""Kilograms per cubic metre: lighter than any timber, heavier than any."""


class Outcome(StrEnum):
    """How a check ended, the worst last."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One sentence, with its values beside it."""

    outcome: Outcome
    message: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One question that was asked, and what was found. `article` is empty where practice, not law, asks it."""

    code: str
    title: str
    article: str
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of what was found."""
        return max((finding.outcome for finding in self.findings), key=list(Outcome).index)


@dataclass(frozen=True)
class Line:
    """One commodity line of the licence; the first is number 1."""

    number: int
    commodity_code: str
    description: str
    quantities: Quantities


@dataclass(frozen=True)
class ListedCode:
    """A code of Annex II or III, as it counted on the day of lodging. `country` is `*` in Annex II."""

    country: str
    code: str
    description: str
    licensable: bool
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class SameNumber:
    """Another case with the same number from the same country."""

    state: str
    member_state: str
    submitted_at: datetime


@dataclass(frozen=True)
class Facts:
    """All that the checks look at."""

    licence_number: str
    vpa_country: str
    member_state: str
    lodged_on: date
    expiry_date: date | None
    signed_on: date | None
    lines: tuple[Line, ...]
    listed: tuple[ListedCode, ...]
    number_mask: str = ""
    number_pattern: str = ""
    same_number: tuple[SameNumber, ...] = ()
    earlier: int = 0
    earlier_rejected: int = 0


def run_checks(facts: Facts) -> list[Check]:
    """Every check, in the order in which an officer reads the form."""
    return [check(facts) for check in _CHECKS]


def expiry_at_lodging(facts: Facts) -> Check:
    """A licence lodged after its expiry date is void; the day of lodging counts, not that of arrival."""
    if facts.expiry_date is None:
        found = Finding(Outcome.FAIL, "The licence names no expiry date.")
    else:
        days = (facts.expiry_date - facts.lodged_on).days
        values = {"lodged": facts.lodged_on, "expiry": facts.expiry_date, "days": abs(days)}
        if days < 0:
            message = "Lodged on %(lodged)s, %(days)s days after its expiry on %(expiry)s: void. It has to be rejected."
            found = Finding(Outcome.FAIL, message, values)
        else:
            message = "Lodged on %(lodged)s, valid until %(expiry)s: %(days)s days left."
            found = Finding(Outcome.OK, message, values)
    return Check("expiry_at_lodging", "Expiry at lodging", "1024/2008 art. 6(3)", (found,))


def number_format(facts: Facts) -> Check:
    """Box 3 has to look as the issuing country writes its numbers, if it has published how."""
    number = plain(facts.licence_number)
    values = {"number": number, "mask": facts.number_mask}
    if not facts.number_mask:
        found = Finding(Outcome.OK, "The issuing country has published no format to compare with.")
    elif not re.match(facts.number_pattern, number):
        found = Finding(Outcome.FAIL, "%(number)s does not have the published form %(mask)s.", values)
    elif facts.signed_on and number[:2] != f"{facts.signed_on:%y}":
        message = "The number begins with %(begin)s, but Box 18 is signed in %(year)s."
        found = Finding(Outcome.WARN, message, {"begin": number[:2], "year": str(facts.signed_on.year)})
    else:
        found = Finding(Outcome.OK, "%(number)s has the published form %(mask)s.", values)
    return Check("number_format", "Form of the licence number", "1024/2008 art. 7, Annex, Box 3", (found,))


def duplicates(facts: Facts) -> Check:
    """One licence covers one shipment, so a number is accepted once."""
    found = tuple(
        Finding(
            Outcome.FAIL if other.state == "validated" else Outcome.WARN,
            "The same number was lodged in %(country)s on %(day)s. Its state there: %(state)s.",
            {"country": other.member_state, "day": other.submitted_at, "state": other.state},
        )
        for other in facts.same_number
    )
    none = (Finding(Outcome.OK, "No other licence of this country has this number."),)
    return Check("duplicates", "Same number lodged before", "1024/2008 art. 2(1)", found or none)


def destination(facts: Facts) -> Check:
    """Indonesian numbers end with the Member State of destination; goods are re-routed at sea, so this only warns."""
    named = re.search(r"-([A-Z]{2})$", plain(facts.licence_number))
    if not facts.number_mask or named is None:
        found = Finding(Outcome.OK, "The number names no destination.")
    else:
        values = {"named": named[1], "here": facts.member_state}
        if named[1] == facts.member_state:
            found = Finding(Outcome.OK, "The number names %(named)s, and the point of entry lies there.", values)
        else:
            message = "The number names %(named)s, but the point of entry lies in %(here)s."
            found = Finding(Outcome.WARN, message, values)
    return Check("destination", "Destination in the number", "1024/2008 art. 6(1)", (found,))


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


def earlier_licences(facts: Facts) -> Check:
    """Whether exporter and importer are known together, and whether something was wrong before."""
    values = {"count": facts.earlier, "rejected": facts.earlier_rejected}
    if not facts.earlier:
        found = Finding(Outcome.OK, "This is the first licence of this exporter and importer here.")
    elif facts.earlier_rejected:
        message = "Earlier licences of this exporter and importer: %(count)s, of which rejected: %(rejected)s."
        found = Finding(Outcome.WARN, message, values)
    else:
        found = Finding(
            Outcome.OK, "Earlier licences of this exporter and importer: %(count)s, none of them rejected.", values
        )
    return Check("earlier_licences", "Earlier licences of the same parties", "2173/2005 art. 5(4)", (found,))


_CHECKS: Sequence[Callable[[Facts], Check]] = (
    expiry_at_lodging,
    number_format,
    duplicates,
    destination,
    scope,
    density,
    earlier_licences,
)
