"""A case: validation's view of one submitted licence, its two states, and who may move them from where to where."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.validation.domain.mrn import BadDeclarationNumber, declaration_number
from services.validation.domain.quantities import Comparison, Quantities, compare
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.refusals import AlreadyDecided, Incomplete, Mistake, NotAllowed, NotYourAct


class ValidationState(StrEnum):
    """What the competent authority says."""

    SUBMITTED = "submitted"
    VALIDATED = "validated"
    REJECTED = "rejected"


class ClearanceState(StrEnum):
    """What customs says. Anything but NOT_READY needs a validated licence (1024/2008 art. 6(2), 11(2))."""

    NOT_READY = "not_ready"
    AWAITING = "awaiting"
    CLEARED = "cleared"
    SUSPENDED = "suspended"
    REFUSED = "refused"


class Act(StrEnum):
    """What an official can do with a case. Each is one event."""

    VALIDATE = "validate"
    REJECT = "reject"
    CLEAR = "clear"
    SUSPEND = "suspend"
    RESUME = "resume"
    REFUSE = "refuse"


class ActorKind(StrEnum):
    """As what somebody acts."""

    MSCA = "msca"
    CUSTOMS = "customs"


@dataclass(frozen=True)
class Actor:
    """Who acts, as what, and for which authority or office."""

    kind: ActorKind
    account_id: UUID
    name: str
    body: str


LONGEST_TEXT = 2_000
"""Characters of a reason or remark: it travels in events and mails."""

State = tuple[ValidationState, ClearanceState]

OPEN: State = (ValidationState.SUBMITTED, ClearanceState.NOT_READY)
REJECTED: State = (ValidationState.REJECTED, ClearanceState.NOT_READY)
AWAITING: State = (ValidationState.VALIDATED, ClearanceState.AWAITING)
CLEARED: State = (ValidationState.VALIDATED, ClearanceState.CLEARED)
SUSPENDED: State = (ValidationState.VALIDATED, ClearanceState.SUSPENDED)
REFUSED: State = (ValidationState.VALIDATED, ClearanceState.REFUSED)


@dataclass(frozen=True)
class Transition:
    """Who may do an act, from which states, and where it leads."""

    by: ActorKind
    start: frozenset[State]
    end: State


TRANSITIONS: dict[Act, Transition] = {
    Act.VALIDATE: Transition(ActorKind.MSCA, frozenset({OPEN}), AWAITING),
    Act.REJECT: Transition(ActorKind.MSCA, frozenset({OPEN}), REJECTED),
    Act.CLEAR: Transition(ActorKind.CUSTOMS, frozenset({AWAITING}), CLEARED),
    Act.SUSPEND: Transition(ActorKind.CUSTOMS, frozenset({AWAITING}), SUSPENDED),
    Act.RESUME: Transition(ActorKind.CUSTOMS, frozenset({SUSPENDED}), AWAITING),
    Act.REFUSE: Transition(ActorKind.CUSTOMS, frozenset({AWAITING, SUSPENDED}), REFUSED),
}
"""The whole of it: what is not in this table may not happen."""


@dataclass(frozen=True)
class Decision:
    """The authority's one decision. `text` is the reason of a rejection, or a remark."""

    by: Actor
    at: datetime
    text: str
    reason_code: RejectionReason | None = None


@dataclass(frozen=True)
class Declaration:
    """What customs released the goods against."""

    number: str
    quantities: Quantities


@dataclass
class Case:
    """One submitted licence. `lodged_on` is the day of submission where it was lodged; acts add one to `version`."""

    licence_id: UUID
    version: int
    requester_id: UUID
    lodged_on: date
    expiry_date: date | None
    licensed: Quantities = field(default_factory=Quantities)
    validation_state: ValidationState = ValidationState.SUBMITTED
    clearance_state: ClearanceState = ClearanceState.NOT_READY
    decision: Decision | None = None
    declaration: Declaration | None = None

    @property
    def state(self) -> State:
        """Both states together."""
        return self.validation_state, self.clearance_state

    @property
    def lodged_after_expiry(self) -> bool:
        """Whether the licence was void when it was lodged (1024/2008 art. 6(3))."""
        return self.expiry_date is not None and self.lodged_on > self.expiry_date

    def validate(self, by: Actor, at: datetime, remark: str = "") -> None:
        """Accept the licence; from now on customs may clear it. Raises NotAllowed."""
        self._may(Act.VALIDATE, by)
        if self.lodged_after_expiry:
            raise NotAllowed(
                "This licence was lodged on %(lodged)s, after its expiry on %(expiry)s. It is void and can only be "
                "rejected (Regulation (EC) No 1024/2008, article 6(3)).",
                {"lodged": self.lodged_on, "expiry": self.expiry_date},
            )
        if too_long := _too_long("remark", remark):
            raise Incomplete(too_long)
        self.decision = Decision(by, at, words(remark))
        self._move(Act.VALIDATE)

    def reject(self, by: Actor, at: datetime, reason_code: str, reason: str) -> None:
        """Do not accept the licence. Raises NotAllowed, or Incomplete without both a reason code and a text."""
        self._may(Act.REJECT, by)
        mistakes = []
        if reason_code not in set(RejectionReason):
            mistakes.append(Mistake("reason_code", "reason_code_missing", "Choose the reason of the rejection."))
        mistakes += _wrong_reason(reason)
        if mistakes:
            raise Incomplete(mistakes)
        self.decision = Decision(by, at, words(reason), RejectionReason(reason_code))
        self._move(Act.REJECT)

    def clear(self, by: Actor, number: str, declared: Quantities) -> list[Comparison]:
        """Release the goods against a declaration; returns the comparison it rests on. Raises NotAllowed, Incomplete.

        Every measure that both sides give has to conform, and at least one has to be given by both.
        """
        self._may(Act.CLEAR, by)
        mistakes, mrn = [], ""
        try:
            mrn = declaration_number(number)
        except BadDeclarationNumber as error:
            mistakes.append(_bad_number(number, error.expected))
        comparisons = compare(self.licensed, declared)
        mistakes += _quantity_mistakes(comparisons, declared)
        if mistakes:
            raise Incomplete(mistakes)
        self.declaration = Declaration(mrn, declared)
        self._move(Act.CLEAR)
        return comparisons

    def suspend(self, by: Actor, reason: str) -> None:
        """Hold the goods because of doubt (2173/2005 art. 5(7)). Raises NotAllowed, Incomplete without a reason."""
        self._act_with_reason(Act.SUSPEND, by, reason)

    def resume(self, by: Actor, reason: str) -> None:
        """The doubt is settled. Raises NotAllowed, Incomplete without a reason."""
        self._act_with_reason(Act.RESUME, by, reason)

    def refuse(self, by: Actor, reason: str) -> None:
        """Refuse the release, finally. Raises NotAllowed, Incomplete without a reason."""
        self._act_with_reason(Act.REFUSE, by, reason)

    def _act_with_reason(self, act: Act, by: Actor, reason: str) -> None:
        self._may(act, by)
        if wrong := _wrong_reason(reason):
            raise Incomplete(wrong)
        self._move(act)

    def _may(self, act: Act, by: Actor) -> None:
        transition = TRANSITIONS[act]
        if by.kind is not transition.by:
            raise NotYourAct(_NOT_FOR[transition.by])
        if act in {Act.VALIDATE, Act.REJECT}:
            self._undecided()
            if by.account_id == self.requester_id:
                raise NotYourAct(
                    "You entered this licence yourself. Somebody else of your authority has to decide on it."
                )
        elif self.validation_state is not ValidationState.VALIDATED:
            raise NotAllowed("The competent authority has not accepted this licence, so customs cannot act on it.")
        elif self.state not in transition.start:
            raise NotAllowed(_NOT_FROM[self.clearance_state])

    def _undecided(self) -> None:
        if self.state == OPEN:
            return
        if self.decision is None:
            raise AlreadyDecided("This licence was already decided on.")
        raise AlreadyDecided(
            "%(name)s of %(body)s already decided on this licence. There is one decision, so yours was not recorded.",
            {"name": self.decision.by.name, "body": self.decision.by.body},
        )

    def _move(self, act: Act) -> None:
        self.validation_state, self.clearance_state = TRANSITIONS[act].end
        self.version += 1


_NOT_FOR = {
    ActorKind.MSCA: "Only the competent authority of the point of entry's Member State decides on a licence.",
    ActorKind.CUSTOMS: "Only the customs office of the point of entry acts on its clearance.",
}

_NOT_FROM = {
    ClearanceState.NOT_READY: "This licence is not ready for clearance.",
    ClearanceState.AWAITING: "The release of this licence is not suspended.",
    ClearanceState.CLEARED: "This licence was already cleared. One licence is cleared once, against one declaration.",
    ClearanceState.SUSPENDED: "The release is suspended. Settle the doubt and resume, or refuse.",
    ClearanceState.REFUSED: "Clearance of this licence was refused. That is final.",
}


def words(text: str) -> str:
    """What somebody wrote, as it is kept: no blanks around it, none of the characters that cannot be kept."""
    return text.replace("\0", "").strip()


def _wrong_reason(reason: str) -> list[Mistake]:
    if not words(reason):
        return [Mistake("reason", "reason_missing", "Say in words what was found.")]
    return _too_long("reason", reason)


def _too_long(field: str, text: str) -> list[Mistake]:
    if len(text) <= LONGEST_TEXT:
        return []
    return [Mistake(field, "too_long", "Write at most %(most)s characters.", {"most": LONGEST_TEXT})]


def _bad_number(typed: str, expected: int | None) -> Mistake:
    if not typed.strip():
        return Mistake("declaration", "declaration_missing", "Enter the declaration number (MRN).")
    if expected is None:
        message = (
            "A declaration number (MRN) has 18 characters: two digits of the year, two letters of the country, "
            "13 letters or digits and a check digit."
        )
        return Mistake("declaration", "declaration_malformed", message)
    message = "The last digit of this declaration number should be %(expected)s. Compare it with the declaration."
    return Mistake("declaration", "declaration_check_digit", message, {"expected": expected})


def _quantity_mistakes(comparisons: list[Comparison], declared: Quantities) -> list[Mistake]:
    nothing = [name for name, value in vars(declared).items() if value is not None and value <= 0]
    if nothing:
        return [Mistake(name, "not_positive", "A declared quantity is more than zero.") for name in nothing]
    if not declared.given:
        return [Mistake("volume_m3", "quantity_missing", "Enter the declared volume or the declared net weight.")]
    if all(comparison.declared is None for comparison in comparisons):
        given = {c.measure for c in comparisons}
        if not given:
            return [Mistake("volume_m3", "nothing_licensed", "The licence gives no total to compare with.")]
        message = "The licence gives only this measure, so the declared quantity is needed here."
        return [Mistake(measure, "measure_differs", message) for measure in sorted(given)]
    beyond = (
        "Declared %(declared)s %(unit)s differs from the licensed %(licensed)s %(unit)s by %(difference)s %(unit)s, "
        "that is %(percent)s %%. At most 10 %% conforms (1024/2008 art. 10(2)): %(least)s to %(most)s %(unit)s."
    )
    return [
        Mistake(c.measure, "quantity_over_10_percent", beyond, _arithmetic(c))
        for c in comparisons
        if c.conforms is False
    ]


_UNITS = {"volume_m3": "m³", "net_weight_kg": "kg"}


def _arithmetic(comparison: Comparison) -> dict[str, object]:
    return {
        "unit": _UNITS[comparison.measure],
        "declared": comparison.declared,
        "licensed": comparison.licensed,
        "difference": comparison.difference,
        "percent": comparison.percent,
        "least": comparison.least,
        "most": comparison.most,
    }
