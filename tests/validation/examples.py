"""A licence as it comes from `licences`, and people who work on it. Tests say only what matters to them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from services.validation import use_cases
from services.validation.service import Validation
from shared.contracts.licence import (
    Attachment,
    Boxes,
    Commodity,
    Flag,
    Licence,
    Measure,
    Party,
    Requester,
    Signature,
    Species,
    Units,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MRN = "26BEX0000000000018"
OTHER_MRN = "26BEX0000000000026"


def boxes(**changes: Any) -> Boxes:
    """The boxes of a licence with nothing wrong: sawn meranti from Java to Antwerp, by volume and weight."""
    return Boxes(
        **{
            "issuing_authority": Party(
                name="PT Mutuagung Lestari", address="Jl. Raya Bogor Km. 33,5 No. 19, Depok", country="ID"
            ),
            "licence_number": "26.00417-00123.003-ID-BE",
            "expiry_date": date(2027, 2, 28),
            "country_of_export": "ID",
            "transport_mode": "1",
            "licensee": Party(name="PT Kayu Jaya", address="Jl. Pelabuhan 7, Semarang", country="ID"),
            "commodities": [line()],
            "distinguishing_marks": "MSKU 118204-7, B/L SMG-2026-0882",
            "signature": Signature(place="Depok", date=date(2026, 11, 2)),
            **changes,
        }
    )


def line(**changes: Any) -> Commodity:
    """One commodity line of 15.2 m3 and 9,690 kg."""
    return Commodity(
        **{
            "description": "Meranti decking, planed",
            "commodity_code": "44092900",
            "species": [Species(name="Shorea leprosula", countries_of_harvest=["ID"])],
            "volume_m3": Decimal("15.2"),
            "net_weight_kg": Decimal(9690),
            "units": [Units(count=Decimal(412), unit="C62")],
            **changes,
        }
    )


def licence(**changes: Any) -> Licence:
    """A licence as submitted."""
    return Licence(
        **{
            "id": uuid4(),
            "version": 2,
            "operator_id": uuid4(),
            "operator_name": "Timber Trade NV",
            "operator_eori": "BE0123456789",
            "requester": Requester(account_id=uuid4(), name="Ines Importer"),
            "validation_state": "submitted",
            "clearance_state": "not_ready",
            "commodity_codes": ["44092900"],
            "boxes": boxes(),
            "point_of_entry": "BE101000",
            "arrival": NOW + timedelta(days=9),
            "message": "The ship is expected two days late.",
            "created_at": NOW - timedelta(days=1),
            "modified_at": NOW,
            **changes,
        }
    )


def whole(volume: str | None = None, weight: str | None = None) -> Measure:
    """Boxes 14 and 15 for the whole licence."""
    return Measure(volume_m3=volume and Decimal(volume), net_weight_kg=weight and Decimal(weight))


def attachment(sha256: str, **changes: Any) -> Attachment:
    """A scan in Box 2."""
    return Attachment(
        **{
            "id": uuid4(),
            "box": 2,
            "name": "licence.png",
            "media_type": "image/png",
            "size": 1000,
            "sha256": sha256,
            **changes,
        }
    )


def flag(message: str = "The country of export differs from that of the issuing authority.", box: int = 5) -> Flag:
    """A soft rule that was passed."""
    return Flag(code="export_elsewhere", box=box, message=message)


async def opened(service: Validation, submitted: Licence | None = None, *, at: datetime = NOW) -> UUID:
    """Open a case for a licence; returns its id."""
    submitted = submitted or licence()
    async with service.work(at=at) as work:
        await use_cases.open_cases(work, [use_cases.submission(submitted, at)])
    return submitted.id
