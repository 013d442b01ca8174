"""Facts of validation as the tests of this service hear them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord

from services.licences.domain.licence import Licence
from services.licences.service import Licences
from services.licences.shapes import contract_of
from shared.contracts.event import Event
from shared.contracts.validation import (
    CaseEvent,
    CaseHandedOver,
    InformationRequested,
    LicenceAmended,
    LicenceReturned,
)
from tests.licences.stage import NOW, paper

AUTHORITY = "Forest Authority of Belgium"


def record(event: Event, *, event_id: UUID | None = None, at: datetime = NOW) -> ConsumerRecord:
    """The event as Kafka would bring it."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id or uuid4()),
        "ce_type": event.wire_name,
        "ce_source": event.owner(),
        "ce_subject": event.key,
        "ce_time": at.isoformat(),
    }
    value = event.model_dump_json().encode()
    pairs = [(name, text.encode()) for name, text in headers.items()]
    return ConsumerRecord(event.topic, 0, 0, 0, 0, event.key.encode(), value, None, 0, len(value), pairs)


def fact(
    licence: Licence,
    kind: type[CaseEvent],
    version: int,
    validation: str,
    clearance: str = "not_ready",
    /,
    **more: Any,
) -> CaseEvent:
    """A fact about a licence handed in at Antwerp."""
    about = {
        "licence_id": licence.id,
        "version": version,
        "licence_number": licence.boxes.licence_number,
        "operator_id": licence.operator.id,
        "requester_id": licence.requester.account_id,
        "country": "BE",
        "point_of_entry": "BE101000",
        "validation_state": validation,
        "clearance_state": clearance,
        "acting_body": AUTHORITY,
    }
    return kind.model_validate(about | more)


async def hear(service: Licences, *events: CaseEvent) -> None:
    """Hear these facts together."""
    await service.hearing.hear([record(event) for event in events])


def returned(licence: Licence, *boxes: int, version: int = 3) -> CaseEvent:
    """Given back for the correction of these boxes."""
    reasons = [{"box": box, "reason_code": "MISSING_DATA", "text": f"Look at Box {box}."} for box in boxes]
    return fact(licence, LicenceReturned, version, "returned", text="Please correct.", boxes=reasons)


def asked(licence: Licence, request_id: UUID, version: int = 3) -> CaseEvent:
    """Asked for a translation of Box 17."""
    question = {"request_id": request_id, "kind": "translation", "text": "What does the stamp say?", "boxes": [17]}
    return fact(licence, InformationRequested, version, "information_requested", due_on="2026-12-04", **question)


def amended(licence: Licence, version: int, box: int = 4, **boxes: Any) -> CaseEvent:
    """One box corrected."""
    changed = paper(**({"licence_number": licence.boxes.licence_number} | boxes))
    return fact(licence, LicenceAmended, version, "submitted", box=box, reason="As on the paper.", amended=changed)


def handed_over(licence: Licence, version: int, office: str, state: str = "submitted") -> CaseEvent:
    """Gone to another Member State."""
    travels = contract_of(licence).model_copy(update={"version": version, "point_of_entry": office})
    return fact(
        licence,
        CaseHandedOver,
        version,
        state,
        country=office[:2],
        point_of_entry=office,
        country_before="BE",
        point_of_entry_before="BE101000",
        reason="The ship was diverted.",
        submitted_at=NOW,
        licence=travels,
    )
