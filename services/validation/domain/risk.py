"""How risky a case looks: named reasons, each with the points that the authority gives it; and the random sample.

The score decides nothing. It says which cases deserve a closer look, and where the authority wants a second officer.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.validation.domain.facts import Check, Outcome

HIGHEST = 100
SOON = 14
"""Days before its expiry in which a licence is lodged late."""
NEW_PARTNER_DAYS = 2 * 365
"""For so long a partner country counts as new to issuing licences."""
MOST_FLAGS = 3
"""More flags than these make a case no riskier."""

Weights = Mapping[str, int]

WEIGHTS: dict[str, int] = {
    "expired": 60,
    "expires_soon": 5,
    "number_format": 25,
    "number_year": 10,
    "number_accepted_before": 60,
    "number_lodged_before": 20,
    "destination": 10,
    "outside_scope": 40,
    "scope_doubtful": 10,
    "density": 15,
    "first_of_parties": 10,
    "earlier_rejected": 25,
    "cites": 30,
    "partner_not_issuing": 60,
    "arrives_after_expiry": 5,
    "replaced": 60,
    "replacement": 10,
    "other_check_failed": 25,
    "other_check_warned": 10,
    "new_partner": 10,
    "flags": 5,
    "no_scan": 15,
}
"""Points of each reason where the authority has chosen none; those of `flags` count for each, up to three."""

SAMPLED = "sampled"
"""Not a reason of risk: the case was picked by chance. It is shown beside the reasons and has no points."""

_OF_CHECK = {
    ("expiry_at_lodging", Outcome.FAIL): "expired",
    ("number_format", Outcome.FAIL): "number_format",
    ("number_format", Outcome.WARN): "number_year",
    ("duplicates", Outcome.FAIL): "number_accepted_before",
    ("duplicates", Outcome.WARN): "number_lodged_before",
    ("destination", Outcome.WARN): "destination",
    ("scope", Outcome.FAIL): "outside_scope",
    ("scope", Outcome.WARN): "scope_doubtful",
    ("density", Outcome.WARN): "density",
    ("earlier_licences", Outcome.WARN): "earlier_rejected",
    ("cites", Outcome.WARN): "cites",
    ("partner_country", Outcome.FAIL): "partner_not_issuing",
    ("partner_country", Outcome.WARN): "new_partner",
    ("arrival", Outcome.WARN): "arrives_after_expiry",
    ("replacement", Outcome.FAIL): "replaced",
    ("replacement", Outcome.WARN): "replacement",
}
_COUNTED_BESIDE = {"flags"}
"""Checks whose findings are counted one by one."""


@dataclass(frozen=True)
class Signs:
    """What else is known of a case beside the checks. `issuing_since` is when its country issued its first licence."""

    lodged_on: date
    expiry_date: date | None = None
    earlier: int = 0
    flags: int = 0
    has_scan: bool = True
    issuing_since: date | None = None


@dataclass(frozen=True)
class Reason:
    """Why a case looks risky, how often it was found, and the points it brings."""

    code: str
    points: int
    times: int = 1


@dataclass(frozen=True)
class Assessment:
    """Reasons, the weightiest first, and their sum, which ends at 100."""

    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        return min(HIGHEST, sum(reason.points for reason in self.reasons))


def assess(checks: Sequence[Check], signs: Signs, weights: Weights) -> Assessment:
    """Weigh what was found."""
    found = [*_found_by_checks(checks), *_found_beside(signs)]
    return weigh(found, weights, flags=signs.flags)


def weigh(found: Iterable[str], weights: Weights, *, flags: int = 0) -> Assessment:
    """The points of these reasons; the same reason twice counts once. Reasons of no weight are left out."""
    times = dict.fromkeys(found, 1)
    if flags:
        times["flags"] = min(flags, MOST_FLAGS)
    reasons = [Reason(code, weights.get(code, 0) * count, count) for code, count in times.items()]
    kept = [reason for reason in reasons if reason.points > 0]
    return Assessment(tuple(sorted(kept, key=lambda reason: (-reason.points, reason.code))))


def _found_by_checks(checks: Sequence[Check]) -> Iterable[str]:
    for check in checks:
        if check.outcome is not Outcome.OK and check.code != "flags":  # each flag counts by itself, in Signs
            other = "other_check_failed" if check.outcome is Outcome.FAIL else "other_check_warned"
            yield _OF_CHECK.get((check.code, check.outcome), other)


def _found_beside(signs: Signs) -> Iterable[str]:
    if signs.expiry_date and 0 <= (signs.expiry_date - signs.lodged_on).days < SOON:
        yield "expires_soon"
    if not signs.earlier:
        yield "first_of_parties"
    if not signs.has_scan:
        yield "no_scan"
    if signs.issuing_since is None or (signs.lodged_on - signs.issuing_since).days < NEW_PARTNER_DAYS:
        yield "new_partner"


def is_sampled(licence_id: UUID, percent: int, key: bytes = b"") -> bool:
    """Whether chance picks this licence: the same answer every time it is asked, so that replays agree.

    `key` is the installation's secret; without one, whoever knows the id can work the answer out.
    """
    drawn = hashlib.blake2b(licence_id.bytes, key=key, digest_size=8).digest()
    return int.from_bytes(drawn) % 10_000 < percent * 100
