"""A case as somebody knows it who was told of it and nothing else: the facts, one after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.validation.storage import StoredCase
from shared.contracts import Event
from shared.contracts import validation as facts
from shared.contracts.licence import Boxes
from shared.contracts.licences import LicenceSubmitted


@dataclass
class Retold:
    """What counts of a case. `questions` are those that are open; of a verification its end and its reminders."""

    version: int = 0
    states: tuple[str, str] = ("", "")
    where: tuple[str, str] = ("", "")
    officer: UUID | None = None
    questions: set[UUID] = field(default_factory=set)
    verifications: dict[UUID, tuple[str | None, int]] = field(default_factory=dict)
    proposed: bool = False
    decided: str | None = None
    declaration: tuple[Any, ...] | None = None
    reserved_for: str | None = None
    replaces: UUID | None = None
    replaced_by: UUID | None = None
    boxes: Boxes | None = None


def known(case: StoredCase) -> Retold:
    """The same of a case as it lies in the database."""
    declared = case.declaration
    decided = (str(case.decision.reason_code or "accepted")) if case.decision else None
    return Retold(
        case.version,
        (str(case.validation_state), str(case.clearance_state)),
        (case.country, case.point_of_entry),
        case.officer.account_id if case.officer else None,
        {question.id for question in case.questions if question.is_open},
        {check.id: (check.outcome, len(check.reminders)) for check in case.verifications},
        case.proposal is not None,
        decided,
        (declared.number, *vars(declared.quantities).values()) if declared else None,
        case.reserved_for,
        case.replaces,
        case.replaced_by,
        case.licence.boxes,
    )


def retold(told: Iterable[Event]) -> Retold:
    """What all these facts about one licence come to, from nothing."""
    case = Retold()
    for event in told:
        if isinstance(event, LicenceSubmitted):
            case.version, case.boxes = event.licence.version, event.licence.boxes
            case.states = ("submitted", "not_ready")
            case.where = (event.licence.point_of_entry[:2], event.licence.point_of_entry)
        elif isinstance(event, facts.CaseEvent):
            assert event.version > case.version
            case.version = event.version
            case.states = (event.validation_state, event.clearance_state)
            case.where = (event.country, event.point_of_entry)
            _EFFECTS.get(type(event), lambda _case, _event: None)(case, event)
            if event.clearance_state not in {"awaiting", "suspended"}:
                case.reserved_for = None
    return case


def _opened(case: Retold, event: Any) -> None:
    case.verifications[event.verification_id] = (None, 0)


def _reminded(case: Retold, event: Any) -> None:
    outcome, reminders = case.verifications[event.verification_id]
    case.verifications[event.verification_id] = (outcome, reminders + 1)


def _ended(case: Retold, event: Any) -> None:
    case.verifications[event.verification_id] = (event.outcome, case.verifications[event.verification_id][1])


def _decided(case: Retold, event: Any) -> None:
    case.decided, case.proposed = getattr(event, "reason_code", "accepted"), False


def _handed_over(case: Retold, event: Any) -> None:
    case.officer, case.decided, case.boxes = None, None, event.licence.boxes


def _declared(case: Retold, event: Any) -> None:
    case.declaration = (event.declaration, event.volume_m3, event.net_weight_kg)


def _sets(name: str, value: Callable[[Any], Any]) -> Callable[[Retold, Any], None]:
    return lambda case, event: setattr(case, name, value(event))


_EFFECTS: dict[type[Event], Callable[[Retold, Any], None]] = {
    facts.CaseTaken: _sets("officer", lambda event: event.officer_id),
    facts.CaseReleased: _sets("officer", lambda _event: None),
    facts.InformationRequested: lambda case, event: case.questions.add(event.request_id),
    facts.InformationReceived: lambda case, event: case.questions.discard(event.request_id),
    facts.LicenceReturned: lambda case, _event: case.questions.clear(),
    facts.VerificationOpened: _opened,
    facts.VerificationReminded: _reminded,
    facts.VerificationEnded: _ended,
    facts.LicenceAmended: _sets("boxes", lambda event: event.amended),
    facts.DecisionProposed: _sets("proposed", lambda _event: True),
    facts.DecisionDeclined: _sets("proposed", lambda _event: False),
    facts.LicenceValidated: _decided,
    facts.LicenceRejected: _decided,
    facts.LicenceWithdrawn: _sets("proposed", lambda _event: False),
    facts.LicenceReplaced: lambda case, event: vars(case).update(proposed=False, replaced_by=event.replaced_by),
    facts.LicenceReplacing: _sets("replaces", lambda event: event.replaces),
    facts.CaseHandedOver: _handed_over,
    facts.PointOfEntryChanged: _sets("reserved_for", lambda _event: None),
    facts.LicenceCleared: _declared,
    facts.DeclarationCorrected: _declared,
    facts.ClearanceReserved: _sets("reserved_for", lambda event: event.declaration),
    facts.ClearanceFreed: _sets("reserved_for", lambda _event: None),
}
