"""Following what validation tells: every fact is one entry of the timeline; states only go forward."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.licences.domain.reading import read_boxes
from services.licences.domain.timeline import ANSWER_RECEIVED, ASKED, UNANSWERED, Happening
from services.licences.storage import timeline as storage
from shared.contracts.validation import (
    CaseEvent,
    CaseHandedOver,
    CaseOverdue,
    CaseReleased,
    CaseTaken,
    ClearanceFreed,
    ClearanceRefused,
    ClearanceReserved,
    ClearanceResumed,
    ClearanceSuspended,
    DecisionDeclined,
    DecisionProposed,
    DeclarationCorrected,
    FeeRecorded,
    InformationReceived,
    InformationRequested,
    LicenceAmended,
    LicenceCleared,
    LicenceRejected,
    LicenceReplaced,
    LicenceReplacing,
    LicenceReturned,
    LicenceValidated,
    LicenceWithdrawn,
    PointOfEntryChanged,
    ValidationCancelled,
    VerificationEnded,
    VerificationOpened,
    VerificationReminded,
    WithdrawalDeclined,
)
from shared.problems import Unknown
from shared.work import Work


@dataclass(frozen=True)
class Line:
    """How a fact stands in the timeline: under which name, with which of its fields as text and as details.

    What is not named here is not kept: names of officers, proposals and findings are none of the company's business.
    """

    what: str
    text: str = ""
    details: frozenset[str] = frozenset()


def _line(what: str, text: str = "", *details: str) -> Line:
    return Line(what, text, frozenset(details))


FOLLOWED: Mapping[type[CaseEvent], Line] = {
    LicenceValidated: _line("validated", "remark"),
    LicenceRejected: _line("rejected", "reason", "reason_code"),
    LicenceCleared: _line("cleared", "override_reason", "declaration", "volume_m3", "net_weight_kg"),
    ClearanceSuspended: _line("suspended", "reason"),
    ClearanceResumed: _line("resumed", "reason"),
    ClearanceRefused: _line("clearance_refused", "reason"),
    ClearanceReserved: _line("reserved", "", "declaration"),
    ClearanceFreed: _line("freed", "", "declaration"),
    DeclarationCorrected: _line("declaration_corrected", "reason", "declaration", "volume_m3", "net_weight_kg"),
    CaseTaken: _line("taken"),
    CaseReleased: _line("released"),
    CaseOverdue: _line("overdue", "", "since"),
    InformationRequested: _line(ASKED, "text", "request_id", "kind", "boxes", "due_on"),
    InformationReceived: _line(ANSWER_RECEIVED, "", "request_id"),
    VerificationOpened: _line("verification_opened", "", "kind", "due_on"),
    VerificationReminded: _line("verification_reminded", "", "sent_on"),
    VerificationEnded: _line("verification_ended"),
    LicenceReturned: _line("returned", "text", "boxes"),
    LicenceAmended: _line("amended", "reason", "box", "confirmed_by", "confirmed_on", "confirmation_reference"),
    LicenceWithdrawn: _line("withdrawn", "reason"),
    WithdrawalDeclined: _line("withdrawal_declined", "reason"),
    DecisionProposed: _line("decision_proposed"),
    DecisionDeclined: _line("decision_declined"),
    ValidationCancelled: _line("cancelled", "reason"),
    LicenceReplaced: _line("replaced", "reason", "replaced_by", "replaced_by_number"),
    LicenceReplacing: _line("replacing", "", "replaces", "replaces_number"),
    PointOfEntryChanged: _line("point_of_entry_changed", "reason", "point_of_entry", "point_of_entry_before"),
    CaseHandedOver: _line("handed_over", "reason", "point_of_entry", "point_of_entry_before"),
    FeeRecorded: _line("fee_recorded", "", "amount", "currency", "reference"),
}


async def follow(work: Work, event: CaseEvent) -> None:
    """Note a fact of validation or customs. Raises Unknown when the licence was never here: a person must look."""
    line = FOLLOWED[type(event)]
    text = getattr(event, line.text) if line.text else ""
    details = event.model_dump(mode="json", include=set(line.details))
    at = work.hearing.time if work.hearing else work.now
    what = UNANSWERED if isinstance(event, VerificationEnded) and event.outcome == "silent" else line.what
    if not await storage.follow(work.db, event, Happening(what, at, event.acting_body, text, details)):
        raise Unknown
    if isinstance(event, LicenceAmended):
        boxes, _nothing_wrong_in_what_was_told = read_boxes(event.amended.model_dump(mode="json"))
        await storage.amend(work.db, event.licence_id, version=event.version, boxes=boxes)
