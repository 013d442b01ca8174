"""What the checks look at, and what they find. Facts come in as arguments; a check decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.validation.domain.quantities import Quantities


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
    species: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partner:
    """What is known of a country with a partnership agreement; `since` is the day of its first licences."""

    country: str
    issuing: bool
    since: date | None = None


@dataclass(frozen=True)
class Protected:
    """A species that trade in is regulated, by all its names, and how."""

    names: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Passed:
    """A soft rule that the importer passed when entering the licence; `message` is English."""

    message: str
    box: int | None = None


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
    partner: Partner | None = None
    arrival: date | None = None
    protected: tuple[Protected, ...] = ()
    flags: tuple[Passed, ...] = ()
    replaces: str = ""
    """Number of the licence that this one was registered as the replacement of."""
    replaced_by: str = ""
