"""What an officer wants checked before deciding, each with its arithmetic and its article.

`fail` says that the law leaves no room, `warn` that somebody should look.
"""

import re
from collections.abc import Callable, Sequence

from services.validation.domain.facts import (
    Check,
    Facts,
    Finding,
    Line,
    ListedCode,
    Outcome,
    Partner,
    Passed,
    Protected,
    SameNumber,
)
from services.validation.domain.goods import density, protected_species, scope
from services.validation.domain.numbers import plain

__all__ = [
    "Check",
    "Facts",
    "Finding",
    "Line",
    "ListedCode",
    "Outcome",
    "Partner",
    "Passed",
    "Protected",
    "SameNumber",
    "run_checks",
]


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


def arrival(facts: Facts) -> Check:
    """Only the day of lodging counts, but goods that come long after expiry deserve a second look."""
    if facts.arrival is None or facts.expiry_date is None:
        found = Finding(Outcome.OK, "There are no two dates to compare.")
    else:
        days = (facts.arrival - facts.expiry_date).days
        values: dict[str, object] = {"arrival": facts.arrival, "expiry": facts.expiry_date, "days": days}
        if days > 0:
            message = (
                "The goods arrive on %(arrival)s, %(days)s days after the expiry on %(expiry)s. That is allowed when "
                "the licence was lodged in time."
            )
            found = Finding(Outcome.WARN, message, values)
        else:
            found = Finding(Outcome.OK, "The goods arrive on %(arrival)s, not after the expiry on %(expiry)s.", values)
    return Check("arrival", "Arrival and expiry", "1024/2008 art. 6(3)", (found,))


def partner_country(facts: Facts) -> Check:
    """Only partner countries whose licensing scheme works can issue licences, and none before it worked."""
    partner = facts.partner
    values: dict[str, object] = {"country": facts.vpa_country}
    if partner is None:
        found = Finding(Outcome.FAIL, "%(country)s has no partnership agreement, so it cannot issue licences.", values)
    elif not partner.issuing:
        found = Finding(Outcome.FAIL, "%(country)s has a partnership agreement, but issues no licences.", values)
    elif facts.signed_on is None or partner.since is None:
        found = Finding(Outcome.WARN, "%(country)s issues licences, but there is no day to compare with.", values)
    else:
        values |= {"signed": facts.signed_on, "since": partner.since}
        if facts.signed_on < partner.since:
            message = "Signed on %(signed)s, but %(country)s has issued licences only since %(since)s."
            found = Finding(Outcome.FAIL, message, values)
        else:
            message = "Signed on %(signed)s; %(country)s has issued licences since %(since)s."
            found = Finding(Outcome.OK, message, values)
    return Check("partner_country", "Partner country", "2173/2005 art. 4(1), Annex I", (found,))


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


def replacement(facts: Facts) -> Check:
    """A replacement or duplicate takes the place of one other licence, which counts no more."""
    if facts.replaced_by:
        message = "The licence %(number)s took the place of this one."
        found = Finding(Outcome.FAIL, message, {"number": facts.replaced_by})
    elif facts.replaces:
        message = "Registered as replacement or duplicate of %(number)s. It has to be marked so on the paper."
        found = Finding(Outcome.WARN, message, {"number": facts.replaces})
    else:
        found = Finding(Outcome.OK, "Not registered as a replacement or duplicate of another licence.")
    return Check("replacement", "Replacement or duplicate", "1024/2008 art. 8(3)", (found,))


def flags(facts: Facts) -> Check:
    """What was unusual when the licence was entered, and entered all the same."""
    found = tuple(
        Finding(Outcome.WARN, "Box %(box)s: %(flag)s", {"box": flag.box, "flag": flag.message})
        if flag.box
        else Finding(Outcome.WARN, "%(flag)s", {"flag": flag.message})
        for flag in facts.flags
    )
    none = (Finding(Outcome.OK, "Nothing unusual was noted when the licence was entered."),)
    return Check("flags", "Noted at entry", "", found or none)


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
    arrival,
    partner_country,
    number_format,
    duplicates,
    replacement,
    destination,
    scope,
    density,
    protected_species,
    flags,
    earlier_licences,
)
