"""The yearly report of a Member State (2173/2005 art. 8): what counts, by whom, and in which year."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.validation.domain.days import first_moment
from services.validation.domain.quantities import Quantities
from services.validation.domain.reasons import RejectionReason

NOT_BROKEN_DOWN = ""
"""The heading of quantities that a licence gives only for several headings together."""
FIRST_YEAR = 2016
"""The first licences came into the Union in November 2016."""


class Unmet(StrEnum):
    """How it came out that goods were not covered by a licence (2173/2005 art. 4(1), 8(1)(c))."""

    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REFUSED = "refused"


NO_DUTY = frozenset(
    {
        RejectionReason.NOT_IN_SCOPE,
        RejectionReason.CITES_INSTEAD,
        RejectionReason.WRONG_MEMBER_STATE,
        RejectionReason.DUPLICATE,
    }
)
"""Rejections that say nothing against the goods: they need no licence (art. 4(3), Annexes), belong to another Member
State, or their licence was lodged before. They count as received, not as unmet."""


@dataclass(frozen=True)
class Period:
    """A calendar year in a Member State, as known at the end of `as_of`: moments from `begins` to before `ends`."""

    country: str
    year: int
    as_of: date

    @property
    def begins(self) -> datetime:
        return first_moment(self.country, date(self.year, 1, 1))

    @property
    def ends(self) -> datetime:
        """The end of the year, or of the day asked for when that is earlier."""
        return min(first_moment(self.country, date(self.year + 1, 1, 1)), self.known)

    @property
    def known(self) -> datetime:
        """What happened before this moment is in the report: also what became of the year's licences after the year."""
        return first_moment(self.country, date.fromordinal(self.as_of.toordinal() + 1))


@dataclass(frozen=True)
class HeadingRow:
    """One HS heading of one partner country. `received` are licences lodged (art. 8(1)(b)), `cleared` licences against
    which goods were released, `quantities` what those licences give for the heading (art. 8(1)(a))."""

    partner: str
    heading: str
    received: int
    cleared: int
    quantities: Quantities


@dataclass(frozen=True)
class PartnerTotal:
    """All headings of a partner country; a licence with two headings counts once. `declared` is what customs wrote."""

    partner: str
    received: int
    cleared: int
    quantities: Quantities
    declared: Quantities


@dataclass(frozen=True)
class UnmetRow:
    """Cases of one partner country in which the duty was not met (art. 8(1)(c)), with what their licences give."""

    partner: str
    how: Unmet
    cases: int
    quantities: Quantities


@dataclass(frozen=True)
class Report:
    """The yearly report. `partner` is given where a monitor's scope is one partner country."""

    period: Period
    partner: str | None
    rows: Sequence[HeadingRow] = field(default_factory=list)
    totals: Sequence[PartnerTotal] = field(default_factory=list)
    unmet: Sequence[UnmetRow] = field(default_factory=list)

    @property
    def received(self) -> int:
        return sum(total.received for total in self.totals)

    @property
    def cleared(self) -> int:
        return sum(total.cleared for total in self.totals)

    @property
    def unmet_cases(self) -> int:
        return sum(row.cases for row in self.unmet)


def plus(quantities: Sequence[Quantities]) -> Quantities:
    """The sum of what is given; None where nothing is."""
    volumes = [one.volume_m3 for one in quantities if one.volume_m3 is not None]
    weights = [one.net_weight_kg for one in quantities if one.net_weight_kg is not None]
    return Quantities(sum(volumes, Decimal()) if volumes else None, sum(weights, Decimal()) if weights else None)
