"""What the tests of this service start from: a company, its people, a licence as it stands on paper."""

import copy
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from services.licences import use_cases
from services.licences.domain.licence import Answers, Licence
from services.licences.domain.reading import read_boxes
from services.licences.service import Licences
from shared.person import Person
from shared.testing.people import importer_role, know, person

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ARRIVAL = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)

PAPER: dict[str, Any] = {
    "issuing_authority": {"name": "PT Mutuagung Lestari", "address": "Jl. Raya Bogor, Depok", "country": "ID"},
    "issuing_country_use": "",
    "licence_number": "26.00001-00123.003-ID-BE",
    "expiry_date": "2027-01-31",
    "country_of_export": "ID",
    "transport_mode": "1",
    "licensee": {"name": "PT Kayu Indah", "address": "Jl. Pelabuhan 7, Semarang", "country": "ID"},
    "commodities": [
        {
            "description": "Teak garden chairs",
            "commodity_code": "940169",
            "species": [{"name": "Teak (Tectona grandis)", "countries_of_harvest": ["ID"]}],
            "volume_m3": 12.5,
            "net_weight_kg": 8200,
            "units": [{"count": 400, "unit": "C62"}],
        }
    ],
    "global_measure": None,
    "distinguishing_marks": "INV-2026-118",
    "signature": {"place": "Jakarta", "date": "2026-11-01"},
}
"""A licence on which every rule is kept."""


def paper(**changes: Any) -> dict[str, Any]:
    """The paper with some boxes filled in otherwise."""
    return {**copy.deepcopy(PAPER), **changes}


def numbered(serial: int, country: str = "BE") -> dict[str, Any]:
    """The paper with a number of its own."""
    return paper(licence_number=f"26.{serial:05}-00123.003-ID-{country}")


def a_scan(colour: str = "white") -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (60, 80), colour).save(buffer, "PNG")
    return buffer.getvalue()


def pixels(picture: bytes) -> tuple[tuple[int, int], bytes]:
    """What is seen of a picture: its size and colours."""
    with Image.open(io.BytesIO(picture)) as image:
        return image.size, image.convert("RGB").tobytes()


async def an_importer(service: Licences, *, company: UUID | None = None, name: str = "Ines Importer") -> Person:
    """An importer of this company, else of a new one, whom the service knows."""
    company = company or uuid4()
    someone = person(name, importer_role(company))
    async with service.work() as work:
        await work.db.execute(
            "INSERT INTO operator (id, version, name, eori) VALUES ($1, 1, 'Timber Trade NV', 'BE0123456789') "
            "ON CONFLICT DO NOTHING",
            company,
        )
        return await know(work.db, someone)


async def a_draft(service: Licences, importer: Person, boxes: dict[str, Any] | None = None) -> Licence:
    """A draft with a scan."""
    read, _mistakes = read_boxes(boxes or PAPER)
    kept = await service.files.take(a_scan())
    async with service.work() as work:
        draft = await use_cases.create_draft(work, importer, boxes=read)
        await use_cases.attach_file(work, importer, draft.id, box=2, name="licence.png", kept=kept)
    return draft


async def a_submitted_licence(service: Licences, importer: Person, boxes: dict[str, Any] | None = None) -> Licence:
    """A licence handed in at Antwerp."""
    draft = await a_draft(service, importer, boxes)
    async with service.work() as work:
        return await use_cases.submit_licence(
            work, importer, draft.id, answers=Answers(point_of_entry="BE101000", arrival=ARRIVAL)
        )
