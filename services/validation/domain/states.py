"""The two states of a case, and the table of who may do what from where. What is not in the table may not happen."""

from dataclasses import dataclass
from enum import StrEnum


class ValidationState(StrEnum):
    """What the competent authority says."""

    SUBMITTED = "submitted"
    UNDER_VERIFICATION = "under_verification"
    INFORMATION_REQUESTED = "information_requested"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    VALIDATED = "validated"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


class ClearanceState(StrEnum):
    """What customs says. Anything but NOT_READY needs a validated licence (1024/2008 art. 6(2), 11(2))."""

    NOT_READY = "not_ready"
    AWAITING = "awaiting"
    CLEARED = "cleared"
    SUSPENDED = "suspended"
    REFUSED = "refused"


class ActorKind(StrEnum):
    """As what somebody acts."""

    MSCA = "msca"
    CUSTOMS = "customs"
    COMPANY = "company"


class Act(StrEnum):
    """What can be done with a case. Each is one event."""

    TAKE = "take"
    RELEASE = "release"
    ASK = "ask"
    ANSWER = "answer"
    WAIVE = "waive"
    OPEN_VERIFICATION = "open_verification"
    REMIND = "remind"
    END_VERIFICATION = "end_verification"
    AMEND = "amend"
    RETURN = "return"
    PROPOSE = "propose"
    DECLINE = "decline"
    VALIDATE = "validate"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    REPLACE = "replace"
    TAKE_PLACE = "take_place"
    REROUTE = "reroute"
    HAND_OVER = "hand_over"
    RECORD_FEE = "record_fee"
    CLEAR = "clear"
    SUSPEND = "suspend"
    RESUME = "resume"
    REFUSE = "refuse"
    CORRECT_DECLARATION = "correct_declaration"
    RESERVE = "reserve"
    FREE = "free"


State = tuple[ValidationState, ClearanceState]

OPEN: State = (ValidationState.SUBMITTED, ClearanceState.NOT_READY)
VERIFYING: State = (ValidationState.UNDER_VERIFICATION, ClearanceState.NOT_READY)
ASKING: State = (ValidationState.INFORMATION_REQUESTED, ClearanceState.NOT_READY)
RETURNED: State = (ValidationState.RETURNED, ClearanceState.NOT_READY)
WITHDRAWN: State = (ValidationState.WITHDRAWN, ClearanceState.NOT_READY)
REJECTED: State = (ValidationState.REJECTED, ClearanceState.NOT_READY)
CANCELLED: State = (ValidationState.CANCELLED, ClearanceState.NOT_READY)
REPLACED: State = (ValidationState.REPLACED, ClearanceState.NOT_READY)
AWAITING: State = (ValidationState.VALIDATED, ClearanceState.AWAITING)
CLEARED: State = (ValidationState.VALIDATED, ClearanceState.CLEARED)
SUSPENDED: State = (ValidationState.VALIDATED, ClearanceState.SUSPENDED)
REFUSED: State = (ValidationState.VALIDATED, ClearanceState.REFUSED)

STATES = (
    OPEN, VERIFYING, ASKING, RETURNED, WITHDRAWN, REJECTED, CANCELLED, REPLACED, AWAITING, CLEARED, SUSPENDED, REFUSED,
)  # fmt: skip
UNDECIDED = frozenset({OPEN, VERIFYING, ASKING})
"""The authority owes a decision."""
FINAL = frozenset({WITHDRAWN, REJECTED, CANCELLED, REPLACED, CLEARED, REFUSED})
"""Nothing has to happen any more (a licence may still be replaced by a new one)."""


@dataclass(frozen=True)
class Transition:
    """Who may do an act, from which states, and where it leads; None: to what is still open, or nowhere else."""

    by: frozenset[ActorKind]
    start: frozenset[State]
    end: State | None = None


_MSCA, _CUSTOMS = frozenset({ActorKind.MSCA}), frozenset({ActorKind.CUSTOMS})
_COMPANY, _BOTH = frozenset({ActorKind.COMPANY}), _MSCA | _CUSTOMS
_VALID = frozenset({AWAITING, SUSPENDED})

TRANSITIONS: dict[Act, Transition] = {
    Act.TAKE: Transition(_MSCA, UNDECIDED),
    Act.RELEASE: Transition(_MSCA, UNDECIDED),
    Act.ASK: Transition(_MSCA, UNDECIDED),
    Act.ANSWER: Transition(_COMPANY, frozenset({ASKING})),
    Act.WAIVE: Transition(_MSCA, frozenset({ASKING})),
    Act.OPEN_VERIFICATION: Transition(_MSCA, UNDECIDED),
    Act.REMIND: Transition(_MSCA, UNDECIDED),
    Act.END_VERIFICATION: Transition(_MSCA, UNDECIDED),
    Act.AMEND: Transition(_MSCA, UNDECIDED),
    Act.RETURN: Transition(_MSCA, frozenset({OPEN, ASKING}), RETURNED),
    Act.PROPOSE: Transition(_MSCA, UNDECIDED),
    Act.DECLINE: Transition(_MSCA, UNDECIDED),
    Act.VALIDATE: Transition(_MSCA, frozenset({OPEN}), AWAITING),
    Act.REJECT: Transition(_MSCA, UNDECIDED, REJECTED),
    Act.WITHDRAW: Transition(_COMPANY, UNDECIDED | {RETURNED}, WITHDRAWN),
    Act.CANCEL: Transition(_MSCA, _VALID, CANCELLED),
    Act.REPLACE: Transition(_MSCA, UNDECIDED | _VALID | {REJECTED, CANCELLED, REFUSED}, REPLACED),
    Act.TAKE_PLACE: Transition(_MSCA, UNDECIDED | _VALID),
    Act.REROUTE: Transition(_MSCA, UNDECIDED | _VALID),
    Act.HAND_OVER: Transition(_MSCA, frozenset({OPEN, AWAITING}), OPEN),
    Act.RECORD_FEE: Transition(_MSCA, UNDECIDED | _VALID | {CLEARED, REFUSED, REJECTED, CANCELLED, REPLACED}),
    Act.CLEAR: Transition(_CUSTOMS, frozenset({AWAITING}), CLEARED),
    Act.SUSPEND: Transition(_CUSTOMS, frozenset({AWAITING}), SUSPENDED),
    Act.RESUME: Transition(_BOTH, frozenset({SUSPENDED}), AWAITING),
    Act.REFUSE: Transition(_BOTH, _VALID, REFUSED),
    Act.CORRECT_DECLARATION: Transition(_CUSTOMS, frozenset({CLEARED})),
    Act.RESERVE: Transition(_CUSTOMS, frozenset({AWAITING})),
    Act.FREE: Transition(_CUSTOMS, frozenset({AWAITING, SUSPENDED})),
}
"""The whole of it. An authority acts on cases of its Member State, an office on those of its point of entry, a company
on its own; which person may speak for which of them is decided in use_cases/permissions.py."""

DECIDING = frozenset({Act.VALIDATE, Act.REJECT, Act.PROPOSE, Act.DECLINE, Act.CANCEL})
"""Nobody does these to a licence that they entered."""
WITHOUT_OFFICER = frozenset({Act.TAKE, Act.DECLINE, Act.RECORD_FEE, Act.REPLACE, Act.CANCEL, Act.RESUME, Act.REFUSE})
"""Acts of the authority that need not be done by the officer who works on the case."""
