"""What a fact means here: which messages it gives rise to, and what of it stands in the public event log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications.domain import Message
from shared.contracts import Envelope, Event
from shared.contracts.identity import (
    AccountLinkRequested,
    ConfirmationRequested,
    EmailChangeRequested,
    MailEvent,
    PasswordResetRequested,
    RegistrationRepeated,
    RoleChanged,
    RoleEnded,
    RoleEvent,
    RoleGranted,
    RoleRefused,
    RoleRequested,
    RoleRequestWaiting,
    RoleRequestWritten,
    RoleRevoked,
    RoleSuspended,
    RoleWithdrawn,
    SecurityNoticed,
)
from shared.contracts.licences import (
    InformationProvided,
    LicenceDraftedByAuthority,
    LicenceMessage,
    LicenceNumberDisputed,
    LicenceSubmitted,
)
from shared.contracts.validation import (
    CaseEvent,
    CaseHandedOver,
    CaseOverdue,
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
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
from shared.ids import new_id
from shared.messaging import Heard

_TOLD_ABOUT_ACCOUNTS: Mapping[type[MailEvent], str] = {
    ConfirmationRequested: "confirmation",
    RegistrationRepeated: "registration-repeated",
    PasswordResetRequested: "password-reset",
    EmailChangeRequested: "email-change",
    AccountLinkRequested: "account-link",
    SecurityNoticed: "security-notice",
}
_TOLD_ABOUT_ROLES: Mapping[type[RoleEvent], str] = {
    RoleRequested: "role-requested",
    RoleRequestWaiting: "role-request-waiting",
    RoleWithdrawn: "role-withdrawn",
    RoleGranted: "role-granted",
    RoleRefused: "role-refused",
    RoleRevoked: "role-revoked",
    RoleChanged: "role-changed",
    RoleSuspended: "role-suspended",
    RoleEnded: "role-ended",
}
_ROLE_DATA = {"office", "administrator", "partner_country", "ends_at"}
_ROLE_EVENT_DATA = {"person_name", "additional", "as_agent", "reason", "change", "since"}
_TOLD_ABOUT_CASES: Mapping[type[CaseEvent], tuple[str, ...]] = {
    LicenceValidated: ("licence-validated", "licence-to-clear"),
    LicenceRejected: ("licence-rejected",),
    LicenceCleared: ("licence-cleared",),
    ClearanceSuspended: ("clearance-suspended", "suspension-to-settle"),
    ClearanceResumed: ("clearance-resumed",),
    ClearanceRefused: ("clearance-refused",),
    InformationRequested: ("information-requested",),
    VerificationOpened: ("verification-opened",),
    VerificationEnded: ("verification-ended",),
    LicenceReturned: ("licence-returned",),
    LicenceAmended: ("licence-amended",),
    LicenceWithdrawn: ("licence-withdrawn",),
    WithdrawalDeclined: ("withdrawal-declined",),
    ValidationCancelled: ("validation-cancelled", "clearance-called-off"),
    LicenceReplaced: ("licence-replaced",),
    PointOfEntryChanged: ("point-of-entry-changed",),
    CaseHandedOver: ("case-handed-over", "case-received"),
    FeeRecorded: ("fee-recorded",),
    DeclarationCorrected: ("declaration-corrected",),
    DecisionProposed: ("decision-to-confirm",),
    CaseOverdue: ("case-overdue",),
    InformationReceived: (),
    VerificationReminded: (),
    LicenceReplacing: (),
}
_TOLD_ABOUT_MESSAGES: Mapping[type[LicenceMessage], str] = {
    InformationProvided: "answer-received",
    LicenceDraftedByAuthority: "licence-drafted",
    LicenceNumberDisputed: "number-disputed",
}
_INTERNAL = (CaseOverdue, DecisionProposed)
"""What only the authority itself has to know: it does not stand in the public event log."""
_CASE_DATA = {
    "validation_state", "clearance_state", "acting_body", "point_of_entry",
    "remark", "reason_code", "reason", "declaration", "volume_m3", "net_weight_kg",
    "kind", "text", "boxes", "box", "due_on", "outcome", "confirmed_by", "point_of_entry_before", "replaced_by_number",
    "amount", "currency", "reference", "since", "officer_id",
}  # fmt: skip
_PUBLIC = {
    "licence_id", "version", "licence_number", "operator_id", "country", "point_of_entry",
    "validation_state", "clearance_state", "reason_code", "declaration", "volume_m3", "net_weight_kg",
}  # fmt: skip


def about_account(event: MailEvent, heard: Envelope) -> Message:
    """Something for one address, which comes with the fact: its account may not be confirmed, or be gone."""
    kind = _TOLD_ABOUT_ACCOUNTS[type(event)]
    if isinstance(event, SecurityNoticed) and event.what == "account-deleted":
        kind = event.what
    data = event.model_dump(mode="json", exclude={"account_id", "first_name", "expires_at"})
    return _message(heard, kind, event.account_id, expires_at=getattr(event, "expires_at", None), data=data)


def letter(event: RoleRequestWritten, heard: Envelope) -> Message:
    """A mail that is ready to be sent, in the name of the person who wrote it."""
    data = event.model_dump(mode="json", exclude={"account_id", "role_id"})
    return _message(heard, "role-request-letter", event.role_id, person_id=event.account_id, data=data)


def about_roles(heard: Iterable[Heard]) -> list[Message]:
    """Roles were asked for, decided or changed: one message each, but none about a client program's."""
    return [_about_role(h.event, h.envelope) for h in heard if not h.event.role.machine]


def _about_role(event: RoleEvent, heard: Envelope) -> Message:
    role = event.role
    data = {"role": role.kind, "body_name": " ".join(role.body_name.split())}
    data |= role.model_dump(mode="json", include=_ROLE_DATA) | event.model_dump(mode="json", include=_ROLE_EVENT_DATA)
    return _message(
        heard,
        _TOLD_ABOUT_ROLES[type(event)],
        role.role_id,
        person_id=role.account_id,
        operator_id=role.body_id,
        country=role.country,
        data=data,
    )


def about_submission(event: LicenceSubmitted, heard: Envelope) -> Iterator[Message]:
    """A licence was handed in: the company is told, the authority of the point of entry's country is asked."""
    licence = event.licence
    common = {
        "person_id": licence.requester.account_id,
        "operator_id": licence.operator_id,
        "country": _country_of(licence.point_of_entry),
        "office": licence.point_of_entry,
        "licence_number": licence.boxes.licence_number,
    }
    data = {
        "operator_name": licence.operator_name,
        "country_of_export": licence.boxes.country_of_export,
        "point_of_entry": licence.point_of_entry,
        "arrival": licence.arrival.isoformat() if licence.arrival else None,
        "expiry_date": licence.boxes.expiry_date.isoformat() if licence.boxes.expiry_date else None,
    }
    asked = data | {"message": licence.message, "on_behalf": licence.on_behalf.name if licence.on_behalf else None}
    yield _message(heard, "licence-submitted", licence.id, data=data, **common)
    yield _message(heard, "licence-to-decide", licence.id, data=asked, **common)


def about_case(event: CaseEvent, heard: Envelope) -> Iterator[Message]:
    """A licence was decided or cleared: the company is told, and whoever has to act next."""
    data = event.model_dump(mode="json", include=_CASE_DATA)
    kinds = _TOLD_ABOUT_CASES[type(event)]
    if isinstance(event, PointOfEntryChanged) and event.clearance_state == "awaiting":
        kinds, data = (*kinds, "licence-to-clear"), data | {"remark": event.reason}
    if isinstance(event, CaseOverdue) and event.escalated:
        kinds = ("case-escalated",)
    for kind in kinds:
        yield _message(
            heard,
            kind,
            event.licence_id,
            person_id=event.requester_id,
            operator_id=event.operator_id,
            country=event.country,
            office=event.point_of_entry,
            licence_number=event.licence_number,
            data=data,
        )


def about_message(event: LicenceMessage, heard: Envelope) -> Message:
    """What a company said of its licence, or an authority entered for it."""
    data = event.model_dump(mode="json", include={"text", "point_of_entry", "authority"})
    return _message(
        heard,
        _TOLD_ABOUT_MESSAGES[type(event)],
        event.licence_id,
        person_id=event.by.account_id,
        operator_id=event.operator_id,
        country=event.country,
        office=event.point_of_entry,
        licence_number=event.licence_number,
        data=data,
    )


def public_ones(heard: Iterable[Heard]) -> list["PublicEvent"]:
    """Of these facts those that stand in the public event log."""
    return [public(h.event, h.envelope) for h in heard if not isinstance(h.event, _INTERNAL)]


def _message(heard: Envelope, kind: str, about: UUID, **known: Any) -> Message:
    return Message(new_id(), heard.id, kind, about, happened_at=heard.time, **known)


@dataclass(frozen=True)
class PublicEvent:
    """A fact about a licence without what concerns persons. `for_customs`: its office may know of it."""

    event_id: UUID
    type: str
    source: str
    subject: UUID
    happened_at: datetime
    operator_id: UUID
    country: str
    office: str
    for_customs: bool
    body: Mapping[str, Any]


def public(event: Event, heard: Envelope) -> PublicEvent:
    """What the public event log says of a fact: ids, number, states and quantities; no names and no free text."""
    if isinstance(event, LicenceSubmitted):
        body = _public_submission(event)
    else:
        body = event.model_dump(mode="json", include=_PUBLIC)
    return PublicEvent(
        event_id=heard.id,
        type=heard.type,
        source=heard.source,
        subject=UUID(body["licence_id"]),
        happened_at=heard.time,
        operator_id=UUID(body["operator_id"]),
        country=body["country"],
        office=body["point_of_entry"],
        for_customs=body["clearance_state"] != "not_ready",
        body=body,
    )


def _public_submission(event: LicenceSubmitted) -> dict[str, Any]:
    licence = event.licence
    return {
        "licence_id": str(licence.id),
        "version": licence.version,
        "licence_number": licence.boxes.licence_number,
        "operator_id": str(licence.operator_id),
        "country": _country_of(licence.point_of_entry),
        "point_of_entry": licence.point_of_entry or "",
        "validation_state": licence.validation_state,
        "clearance_state": licence.clearance_state,
    }


def _country_of(office: str | None) -> str:
    """A customs office's COL number begins with its country."""
    return (office or "")[:2]
