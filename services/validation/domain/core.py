"""What every act on a case rests on: the two states, who may move them, and what is still open."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.validation.domain.proceedings import (
    Actor,
    Decision,
    Declaration,
    Officer,
    Proposal,
    Question,
    Verification,
)
from services.validation.domain.quantities import Quantities
from services.validation.domain.refusals import AlreadyDecided, Incomplete, NotAllowed, NotYourAct
from services.validation.domain.states import (
    ASKING,
    DECIDING,
    OPEN,
    TRANSITIONS,
    UNDECIDED,
    VERIFYING,
    WITHOUT_OFFICER,
    Act,
    ActorKind,
    ClearanceState,
    State,
    ValidationState,
)
from services.validation.domain.texts import wrong_reason


class TakenByOther(NotAllowed):
    """A colleague works on the case."""

    code = "taken"


@dataclass
class CaseCore:
    """One submitted licence. `lodged_on` is the day of submission where it was lodged; acts add one to `version`.

    `four_eyes` says that a second officer has to confirm a decision on this case, `fees` that its authority records
    what it charges. `headings` are the first four digits
    of the licence's commodity codes; `reserved_for` is the declaration (MRN) that alone may clear it now.
    """

    licence_id: UUID
    version: int
    requester_id: UUID
    lodged_on: date
    expiry_date: date | None
    country: str = ""
    point_of_entry: str = ""
    licensed: Quantities = field(default_factory=Quantities)
    validation_state: ValidationState = ValidationState.SUBMITTED
    clearance_state: ClearanceState = ClearanceState.NOT_READY
    officer: Officer | None = None
    questions: tuple[Question, ...] = ()
    verifications: tuple[Verification, ...] = ()
    proposal: Proposal | None = None
    decision: Decision | None = None
    declaration: Declaration | None = None
    headings: frozenset[str] = frozenset()
    reserved_for: str | None = None
    four_eyes: bool = False
    fees: bool = False

    @property
    def due_on(self) -> date | None:
        """When the first of what is open is due."""
        days = [question.due_on for question in self.open_questions]
        days += [verification.due_on for verification in self.open_verifications]
        return min((day for day in days if day), default=None)

    @property
    def state(self) -> State:
        """Both states together."""
        return self.validation_state, self.clearance_state

    @property
    def undecided(self) -> bool:
        """Whether the authority owes a decision."""
        return self.state in UNDECIDED

    @property
    def lodged_after_expiry(self) -> bool:
        """Whether the licence was void when it was lodged (1024/2008 art. 6(3))."""
        return self.expiry_date is not None and self.lodged_on > self.expiry_date

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.questions if question.is_open]

    @property
    def open_verifications(self) -> list[Verification]:
        return [verification for verification in self.verifications if verification.is_open]

    def _may(self, act: Act, by: Actor) -> None:
        """Raises NotYourAct, AlreadyDecided, TakenByOther or NotAllowed when this actor may not do this now."""
        transition = TRANSITIONS[act]
        if by.kind not in transition.by:
            raise NotYourAct(_ONLY_FOR[min(transition.by)] if len(transition.by) == 1 else _FOR_OFFICIALS)
        if act in DECIDING and by.account_id == self.requester_id:
            raise NotYourAct("You entered this licence yourself. Somebody else of your authority has to decide on it.")
        if self.state not in transition.start:
            raise self._not_now(act)
        is_officers = by.kind is ActorKind.MSCA and self.state in UNDECIDED and act not in WITHOUT_OFFICER
        if is_officers and self.proposal is None:
            self._worked_on_by(by)

    def _worked_on_by(self, by: Actor) -> None:
        if self.officer and self.officer.account_id != by.account_id:
            raise TakenByOther(
                "%(name)s works on this case. Take it over first, or leave it to them.", {"name": self.officer.name}
            )

    def _not_now(self, act: Act) -> NotAllowed:
        if act in {Act.VALIDATE, Act.REJECT, Act.PROPOSE} and self.decision:
            return AlreadyDecided(
                "%(name)s of %(body)s already decided on this licence. There is one decision, so yours was not "
                "recorded.",
                {"name": self.decision.by.name, "body": self.decision.by.body},
            )
        if self.validation_state is ValidationState.VALIDATED:
            return NotAllowed(_VALIDATED_AND[self.clearance_state])
        if TRANSITIONS[act].start.isdisjoint(UNDECIDED) and self.state in UNDECIDED:
            return NotAllowed("The competent authority has not accepted this licence, so customs cannot act on it.")
        return NotAllowed(_NOT_WHILE[self.validation_state])

    def _with_reason(self, act: Act, by: Actor, reason: str) -> None:
        self._may(act, by)
        if mistakes := wrong_reason(reason):
            raise Incomplete(mistakes)
        self._move(act)

    def _move(self, act: Act) -> None:
        end = TRANSITIONS[act].end
        if end is not None:
            self.validation_state, self.clearance_state = end
        elif self.state in UNDECIDED:
            self.validation_state, self.clearance_state = self._still_open()
        if self.clearance_state not in {ClearanceState.AWAITING, ClearanceState.SUSPENDED}:
            self.reserved_for = None
        self.version += 1

    def _still_open(self) -> State:
        """What an undecided case waits for: the company first, then a verification, else the authority itself."""
        if self.open_questions:
            return ASKING
        return VERIFYING if self.open_verifications else OPEN


_FOR_OFFICIALS = "Only the competent authority and the customs office of the point of entry do this."
_ONLY_FOR = {
    ActorKind.MSCA: "Only the competent authority of the point of entry's Member State decides on a licence.",
    ActorKind.CUSTOMS: "Only the customs office of the point of entry acts on its clearance.",
    ActorKind.COMPANY: "Only the company whose licence it is does this.",
}
_VALIDATED_AND = {
    ClearanceState.NOT_READY: "This licence is not ready for clearance.",
    ClearanceState.AWAITING: "This licence is validated and awaits its clearance. This cannot be done to it now.",
    ClearanceState.CLEARED: "This licence was already cleared. One licence is cleared once, against one declaration.",
    ClearanceState.SUSPENDED: "The release is suspended. Settle the doubt and resume, or refuse.",
    ClearanceState.REFUSED: "Clearance of this licence was refused. That is final.",
}
_NOT_WHILE = {
    ValidationState.SUBMITTED: "Nothing is open that this could be done to.",
    ValidationState.UNDER_VERIFICATION: "A verification is open. It has to end before this can be done.",
    ValidationState.INFORMATION_REQUESTED: "The company still owes an answer. Wait for it, or do without it first.",
    ValidationState.RETURNED: "The licence was returned: the company has it until it is handed in again.",
    ValidationState.WITHDRAWN: "The company took this licence back.",
    ValidationState.REJECTED: "This licence was rejected. There is one decision.",
    ValidationState.CANCELLED: "The acceptance of this licence was taken back. That is final.",
    ValidationState.REPLACED: "Another licence took the place of this one.",
    ValidationState.VALIDATED: "This licence is validated.",
}
