"""Facts that validation tells: every change of a licence's validation or clearance state."""

import datetime as dt
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Contract, Event, Quantity
from shared.contracts.licence import Boxes, Licence


class CaseEvent(Event):
    """About one submitted licence. `version` only grows; listeners ignore what they have passed.

    `country` is the Member State of the point of entry, `acting_body` the authority or customs office that acted.
    """

    topic = "validation.cases"
    licence_id: UUID
    version: int
    licence_number: str
    operator_id: UUID
    requester_id: UUID
    country: str
    point_of_entry: str
    validation_state: str
    clearance_state: str
    acting_body: str

    @property
    def key(self) -> str:
        return str(self.licence_id)


class LicenceValidated(CaseEvent):
    """The competent authority accepted the licence; customs may clear it (1024/2008 art. 6(2), 11(2))."""

    wire_name = "eu.flegt.validation.licence-validated.v1"
    remark: str = ""


class LicenceRejected(CaseEvent):
    """The competent authority did not accept the licence."""

    wire_name = "eu.flegt.validation.licence-rejected.v1"
    reason_code: str
    reason: str


class LicenceCleared(CaseEvent):
    """Customs released the goods against a declaration (MRN). Quantities as declared: m3 and kg."""

    wire_name = "eu.flegt.validation.licence-cleared.v1"
    declaration: str
    volume_m3: Quantity | None = None
    net_weight_kg: Quantity | None = None
    override_reason: str = ""
    """Why it was released although the quantities differ by more than 10 %, where the authority allows that."""


class ClearanceSuspended(CaseEvent):
    """Customs suspended the release because of doubt (2173/2005 art. 5(7)); the authority must look."""

    wire_name = "eu.flegt.validation.clearance-suspended.v1"
    reason: str


class ClearanceResumed(CaseEvent):
    """The doubt is settled; the licence awaits clearance again."""

    wire_name = "eu.flegt.validation.clearance-resumed.v1"
    reason: str


class ClearanceRefused(CaseEvent):
    """Customs or the authority refused the release, finally."""

    wire_name = "eu.flegt.validation.clearance-refused.v1"
    reason: str


class CaseTaken(CaseEvent):
    """An officer works on the case now: took it, or was handed it by a colleague."""

    wire_name = "eu.flegt.validation.case-taken.v1"
    officer_id: UUID


class CaseReleased(CaseEvent):
    """No officer works on the case any more; it is in the queue of all."""

    wire_name = "eu.flegt.validation.case-released.v1"


class InformationRequested(CaseEvent):
    """The authority needs something of the company: information, or a translation (1024/2008 art. 5)."""

    wire_name = "eu.flegt.validation.information-requested.v1"
    request_id: UUID
    kind: str
    """`information` or `translation` today."""
    text: str
    boxes: list[int] = []
    due_on: dt.date | None = None


class InformationReceived(CaseEvent):
    """The company's answer has reached the authority; the case goes on."""

    wire_name = "eu.flegt.validation.information-received.v1"
    request_id: UUID


class VerificationOpened(CaseEvent):
    """A further check began, which must end well before the licence can be accepted (1024/2008 art. 6(5), 9, 10)."""

    wire_name = "eu.flegt.validation.verification-opened.v1"
    verification_id: UUID
    kind: str
    """`query` to the issuing authority, or `physical` check of the goods today."""
    due_on: dt.date | None = None


class VerificationReminded(CaseEvent):
    """The issuing authority was reminded of a query that it has not answered."""

    wire_name = "eu.flegt.validation.verification-reminded.v1"
    verification_id: UUID
    sent_on: dt.date
    due_on: dt.date | None = None


class VerificationEnded(CaseEvent):
    """The further check ended."""

    wire_name = "eu.flegt.validation.verification-ended.v1"
    verification_id: UUID
    outcome: str
    """`confirmed`, `not_confirmed`, `silent` or `withdrawn` today."""


class BoxReason(Contract):
    """What is wrong with one box."""

    box: int
    reason_code: str
    text: str = ""


class LicenceReturned(CaseEvent):
    """The baton goes back to the company, which may correct these boxes only and hand the licence in again."""

    wire_name = "eu.flegt.validation.licence-returned.v1"
    text: str
    boxes: list[BoxReason]


class LicenceAmended(CaseEvent):
    """The authority corrected a box; `amended` are all boxes as they are now.

    For an alteration or extension the issuing authority confirmed it (1024/2008 art. 8(1), (2)): who, when, reference.
    """

    wire_name = "eu.flegt.validation.licence-amended.v1"
    box: int
    reason: str
    confirmed_by: str = ""
    confirmed_on: dt.date | None = None
    confirmation_reference: str = ""
    amended: Boxes


class LicenceWithdrawn(CaseEvent):
    """The company took the licence back before the decision."""

    wire_name = "eu.flegt.validation.licence-withdrawn.v1"
    reason: str


class WithdrawalDeclined(CaseEvent):
    """The company asked for the licence back when it was decided already."""

    wire_name = "eu.flegt.validation.withdrawal-declined.v1"
    reason: str


class DecisionProposed(CaseEvent):
    """A first officer decided; a second one has to confirm (four eyes). Nothing is decided yet."""

    wire_name = "eu.flegt.validation.decision-proposed.v1"
    officer_id: UUID


class DecisionDeclined(CaseEvent):
    """The second officer did not agree; the case is undecided as before."""

    wire_name = "eu.flegt.validation.decision-declined.v1"
    officer_id: UUID


class ValidationCancelled(CaseEvent):
    """The authority takes back its acceptance; customs can no longer clear the licence."""

    wire_name = "eu.flegt.validation.validation-cancelled.v1"
    reason: str


class LicenceReplaced(CaseEvent):
    """Another licence, issued as its replacement or duplicate, takes this one's place (1024/2008 art. 8(3))."""

    wire_name = "eu.flegt.validation.licence-replaced.v1"
    replaced_by: UUID
    replaced_by_number: str
    reason: str = ""


class LicenceReplacing(CaseEvent):
    """This licence is the replacement or duplicate of another one."""

    wire_name = "eu.flegt.validation.licence-replacing.v1"
    replaces: UUID
    replaces_number: str


class PointOfEntryChanged(CaseEvent):
    """The goods come through another office of the same Member State."""

    wire_name = "eu.flegt.validation.point-of-entry-changed.v1"
    point_of_entry_before: str
    reason: str


class CaseHandedOver(CaseEvent):
    """The goods come through another Member State, whose authority holds the case from now on.

    `country` and `point_of_entry` are the new ones. The licence travels whole, as the other authority may never have
    heard of it; `licence.version` is this event's version.
    """

    wire_name = "eu.flegt.validation.case-handed-over.v1"
    country_before: str
    point_of_entry_before: str
    reason: str
    submitted_at: AwareDatetime
    licence: Licence


class FeeRecorded(CaseEvent):
    """The authority noted its fee (2173/2005 art. 5(6))."""

    wire_name = "eu.flegt.validation.fee-recorded.v1"
    amount: Quantity
    currency: str
    reference: str = ""


class CaseOverdue(CaseEvent):
    """The case has stood in its state for longer than it should; `escalated` when the administrators have to look."""

    wire_name = "eu.flegt.validation.case-overdue.v1"
    since: AwareDatetime
    officer_id: UUID | None = None
    escalated: bool = False


class DeclarationCorrected(CaseEvent):
    """Customs corrected the declaration after clearance; what stood there before stays in the history."""

    wire_name = "eu.flegt.validation.declaration-corrected.v1"
    declaration: str
    volume_m3: Quantity | None = None
    net_weight_kg: Quantity | None = None
    reason: str


class ClearanceReserved(CaseEvent):
    """A customs system keeps the licence for one declaration (MRN) until it clears it or frees it."""

    wire_name = "eu.flegt.validation.clearance-reserved.v1"
    declaration: str


class ClearanceFreed(CaseEvent):
    """The declaration (MRN) that kept the licence does not need it any more."""

    wire_name = "eu.flegt.validation.clearance-freed.v1"
    declaration: str
