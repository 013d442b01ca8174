"""Facts that validation tells: every change of a licence's validation or clearance state."""

from uuid import UUID

from shared.contracts.event import Event, Quantity


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


class ClearanceSuspended(CaseEvent):
    """Customs suspended the release because of doubt (2173/2005 art. 5(7)); the authority must look."""

    wire_name = "eu.flegt.validation.clearance-suspended.v1"
    reason: str


class ClearanceResumed(CaseEvent):
    """The doubt is settled; the licence awaits clearance again."""

    wire_name = "eu.flegt.validation.clearance-resumed.v1"
    reason: str


class ClearanceRefused(CaseEvent):
    """Customs refused the release, finally."""

    wire_name = "eu.flegt.validation.clearance-refused.v1"
    reason: str
