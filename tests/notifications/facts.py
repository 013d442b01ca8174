"""Facts as other services tell them, made shortly."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.identity import AccountConfirmed, AuthorityRegistered, Role, RoleGranted, RoleRequestWritten
from shared.contracts.licence import Boxes, Licence, Requester
from shared.contracts.licences import LicenceSubmitted
from shared.contracts.validation import CaseEvent, LicenceValidated
from shared.ids import new_id

NUMBER = "26.00001-00123.010-ID-BE"


def address() -> str:
    """An address that no other test uses."""
    return f"{uuid4().hex[:12]}@houtimport.example"


def account(account_id: UUID | None = None, email: str | None = None, **others: Any) -> AccountConfirmed:
    known = {
        "version": 1,
        "first_name": "Ana",
        "last_name": "Peeters",
        "language": "en",
        "time_zone": "Europe/Brussels",
    }
    return AccountConfirmed(account_id=account_id or uuid4(), email=email or address(), **(known | others))


def role(account_id: UUID, operator_id: UUID | None = None, **others: Any) -> Role:
    known = {
        "role_id": uuid4(), "version": 1, "kind": "importer", "body_id": operator_id or uuid4(),
        "body_name": "Houtimport NV", "country": "BE",
    }  # fmt: skip
    return Role(account_id=account_id, **(known | others))


def granted(account_id: UUID, operator_id: UUID) -> RoleGranted:
    return RoleGranted(role=role(account_id, operator_id))


def letter(**others: Any) -> RoleRequestWritten:
    known = {
        "account_id": uuid4(), "email": "ana@houtimport.example", "first_name": "Ana", "last_name": "Peeters",
        "language": "en", "role_id": uuid4(), "to": "support@flegt.example", "copy_to": None,
        "subject": "Role request: FLEGT timber importer", "body": "Dear support team,\n\nAna Peeters asks for a role.",
    }  # fmt: skip
    return RoleRequestWritten(**(known | others))


def authority(
    country: str,
    mailbox: str | None,
    *,
    office: str | None = None,
    authority_id: UUID | None = None,
    version: int = 1,
    closed: bool = False,
) -> AuthorityRegistered:
    return AuthorityRegistered(
        authority_id=authority_id or uuid4(),
        version=version,
        closed=closed,
        kind="customs" if office else "msca",
        name="An authority",
        country=country,
        office=office,
        mailbox=mailbox,
    )


def submitted(
    requester_id: UUID, operator_id: UUID, *, office: str = "BE101000", number: str = NUMBER
) -> LicenceSubmitted:
    now = datetime.now(UTC)
    return LicenceSubmitted(
        licence=Licence(
            id=new_id(),
            version=2,
            operator_id=operator_id,
            operator_name="Houtimport NV",
            operator_eori="BE0123456789",
            requester=Requester(account_id=requester_id, name="Ana Peeters"),
            validation_state="submitted",
            clearance_state="not_ready",
            boxes=Boxes(licence_number=number, country_of_export="ID", expiry_date=date(2027, 3, 1)),
            point_of_entry=office,
            arrival=now + timedelta(days=20),
            created_at=now,
            modified_at=now,
        )
    )


def decided(licence: LicenceSubmitted, of: type[CaseEvent] = LicenceValidated, /, **others: Any) -> Any:
    known = {
        "licence_id": licence.licence_id,
        "version": 3,
        "licence_number": licence.licence.boxes.licence_number,
        "operator_id": licence.licence.operator_id,
        "requester_id": licence.licence.requester.account_id,
        "country": (licence.licence.point_of_entry or "")[:2],
        "point_of_entry": licence.licence.point_of_entry,
        "validation_state": "validated",
        "clearance_state": "awaiting",
        "acting_body": "FLEGT Competent Authority of Belgium",
    }
    return of(**(known | others))
