"""What happens around a case before it is decided: questions, verifications, a proposal; and the decision itself."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.validation.domain.quantities import Quantities
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.states import ActorKind, ValidationState

DAYS_TO_ANSWER = 21
"""Calendar days that the partnership agreements give an issuing authority to answer a query."""


@dataclass(frozen=True)
class Actor:
    """Who acts, as what, and for which authority, office or company."""

    kind: ActorKind
    account_id: UUID
    name: str
    body: str


class QuestionKind(StrEnum):
    """What the authority wants of the company. A translation is at its cost (1024/2008 art. 5)."""

    INFORMATION = "information"
    TRANSLATION = "translation"


@dataclass(frozen=True)
class Question:
    """Something the company was asked. Open until it is answered, or the officer no longer needs the answer."""

    id: UUID
    kind: QuestionKind
    text: str
    boxes: tuple[int, ...] = ()
    due_on: date | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = ""
    files: tuple[UUID, ...] = ()
    """The attachments that came with the answer."""
    waived: bool = False

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and not self.waived


class VerificationKind(StrEnum):
    """A query to the issuing authority (1024/2008 art. 9), or a check of the goods (art. 10(1))."""

    QUERY = "query"
    PHYSICAL = "physical"


class Outcome(StrEnum):
    """How a verification ended. Only `confirmed` is well; `withdrawn` means opened by mistake."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Verification:
    """A further check. Until it has ended well the licence cannot be accepted (1024/2008 art. 6(5))."""

    id: UUID
    kind: VerificationKind
    sent_on: date
    due_on: date
    outcome: Outcome | None = None
    text: str = ""
    answered_on: date | None = None
    answer: str = ""
    reminded_on: date | None = None
    """When the authority itself was told that the answer has not come."""
    reminders: tuple[date, ...] = ()
    """The days on which the issuing authority was reminded of the query."""

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def forbids_acceptance(self) -> bool:
        return self.outcome not in {Outcome.CONFIRMED, Outcome.WITHDRAWN}


class Alteration(StrEnum):
    """Why a box is corrected: the company copied it wrongly, or the paper itself was altered or extended."""

    COPYING = "copying"
    ALTERATION = "alteration"
    EXTENSION = "extension"


@dataclass(frozen=True)
class Confirmation:
    """The issuer's word for an alteration or extension: who, when, under which reference (1024/2008 art. 8(1), (2))."""

    by: str = ""
    on: date | None = None
    reference: str = ""


@dataclass(frozen=True)
class BoxReason:
    """What is wrong with one box of a licence that is returned."""

    box: int
    reason_code: str
    text: str = ""


@dataclass(frozen=True)
class Proposal:
    """A first officer's decision that a second one has to confirm (four eyes)."""

    by: Actor
    at: datetime
    outcome: ValidationState
    text: str
    reason_code: RejectionReason | None = None


@dataclass(frozen=True)
class Decision:
    """The authority's one decision. `text` is the reason of a rejection, or a remark."""

    by: Actor
    at: datetime
    text: str
    reason_code: RejectionReason | None = None
    confirmed_by: Actor | None = None


@dataclass(frozen=True)
class DeclaredLine:
    """One item of a declaration: its commodity code and quantities."""

    commodity_code: str
    quantities: Quantities = field(default_factory=Quantities)


@dataclass(frozen=True)
class Declaration:
    """What customs released the goods against, in all and, if it was declared so, line by line.

    `override_reason` says why although the quantities differ by more than 10 %, or a heading is not on the licence.
    """

    number: str
    quantities: Quantities = field(default_factory=Quantities)
    override_reason: str = ""
    lines: tuple[DeclaredLine, ...] = ()


@dataclass(frozen=True)
class Officer:
    """Who works on the case."""

    account_id: UUID
    name: str
