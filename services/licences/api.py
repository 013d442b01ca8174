"""The JSON API: the same use cases for programs."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.attachments import FILE_BOXES
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Answers
from services.licences.domain.reading import LONGEST_TEXT, MOST_ROWS, clean, read_arrival, read_boxes, read_on_behalf
from services.licences.pages import files
from services.licences.service import InService
from services.licences.shapes import contract_of
from services.licences.storage.search import Row
from services.licences.uploads import MOST_BYTES_AROUND, look_into
from shared import reference_data
from shared.attachments import serving
from shared.http import IdempotencyKey, IfMatch, JsonAnswer, SignedIn, etag, version_in
from shared.idempotency import Answer, answer_once
from shared.paging import LARGEST_PAGE, PAGE
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.forms import Form, read_multipart
from shared.web.i18n import N_
from shared.work import Work

Code = Annotated[str, StringConstraints(pattern=r"^\d{4,10}$")]
"""A commodity code without blanks."""

router = APIRouter(prefix="/licences/api/v1", tags=["licences"])


class Draft(BaseModel):
    """What a draft says. `boxes` has the shape of the form; anything in it may be missing."""

    operator_id: UUID | None = None
    commodity_codes: list[Code] = Field(default=[], max_length=MOST_ROWS)
    boxes: dict[str, Any] = {}

    def read(self) -> Boxes:
        """The boxes. Raises WrongContent when something in them cannot be kept."""
        boxes, mistakes = read_boxes(self.boxes)
        if mistakes:
            raise use_cases.refused(mistakes)
        return boxes


class Submission(BaseModel):
    """Where, when and for whom; `arrival` carries its time zone."""

    point_of_entry: str | None = None
    arrival: str | None = None
    on_behalf: dict[str, Any] | None = None
    message: str = ""

    def read(self) -> Answers:
        """The answers. Raises WrongContent when something in them cannot be understood."""
        arrival, wrong_arrival = read_arrival(self.arrival)
        other, wrong_other = read_on_behalf(self.on_behalf)
        if mistakes := wrong_arrival + wrong_other:
            raise use_cases.refused(mistakes)
        return Answers(self.point_of_entry, arrival, other, clean(self.message)[:LONGEST_TEXT])


class Asked(BaseModel):
    """What is sought: all of it together, as in the list that people see."""

    number: str = Field("", description="Licence number, or a part of it")
    state: str = Field("", description="A validation state or a clearance state")
    commodity_code: str = Field("", description="Commodity code, or its first digits")
    requester: str = Field("", description="Name of who entered it, or a part of it")
    description: str = Field("", description="Part of a commodity's description")
    point_of_entry: str = Field("", description="COL number, name or town of the office, or the Member State")
    partner_country: str = Field("", description="Country that issued the licence")
    arrival_from: str = Field("", description="First day of arrival, such as 2027-01-31, in one's own time zone")
    arrival_to: str = Field("", description="Last day of arrival")
    company: str = Field("", description="Id of one of several companies")
    sort: str = Field("-modified", description="modified, number or arrival; with a minus sign the last first")
    cursor: str | None = Field(None, description="`next` or `previous` of a page of the same search")
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)


@router.get("/licences")
async def search(asked: Annotated[Asked, Query()], person: SignedIn, service: InService) -> dict[str, Any]:
    """Licences of one's companies or, for officials, those handed in that are theirs to see."""
    wanted = use_cases.read_wanted(person, asked.model_dump(exclude={"cursor", "limit"}))
    async with service.work() as work:
        page = await use_cases.search_licences(work, person, wanted, cursor=asked.cursor, limit=asked.limit)
    return {"items": [_summary(row) for row in page.rows], "next": page.next, "previous": page.previous}


@router.post("/licences", status_code=201)
async def create(request: Request, draft: Draft, person: SignedIn, idempotency_key: IdempotencyKey = None) -> Response:

    async def act(work: Work) -> Answer:
        licence = await use_cases.create_draft(
            work, person, operator_id=draft.operator_id, boxes=draft.read(), codes=draft.commodity_codes
        )
        headers = {"Location": f"/licences/api/v1/licences/{licence.id}", "ETag": etag(licence.version)}
        return Answer(201, contract_of(licence), headers)

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act)


@router.get("/licences/{licence_id:uuid}")
async def read(licence_id: UUID, person: SignedIn, service: InService) -> Response:
    async with service.work() as work:
        licence = (await use_cases.read_licence(work, person, licence_id)).licence
    return JsonAnswer(contract_of(licence), headers={"ETag": etag(licence.version)})


@router.put("/licences/{licence_id:uuid}")
async def change(
    licence_id: UUID, draft: Draft, person: SignedIn, service: InService, if_match: IfMatch = None
) -> Response:
    version, boxes = version_in(if_match), draft.read()
    async with service.work() as work:
        licence = await use_cases.save_draft(
            work, person, licence_id, version=version, boxes=boxes, codes=draft.commodity_codes
        )
    return JsonAnswer(contract_of(licence), headers={"ETag": etag(licence.version)})


ONE_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "box": {"type": "integer", "enum": list(FILE_BOXES), "default": FILE_BOXES[0]},
                    },
                }
            }
        },
    }
}


@router.post("/licences/{licence_id:uuid}/attachments", status_code=201, openapi_extra=ONE_FILE)
async def attach(
    request: Request, licence_id: UUID, person: SignedIn, service: InService, idempotency_key: IdempotencyKey = None
) -> Response:
    """The body is read here and not by the framework, so that no more of it is taken in than a file may have."""
    largest = service.settings.attachment_max_bytes
    sent = await read_multipart(request, max_bytes=largest + MOST_BYTES_AROUND, max_file_bytes=largest)
    form = Form.of(sent)
    file, box = form.file("file"), form.text("box") or str(FILE_BOXES[0])
    if file is None:
        raise WrongContent([FieldError("file", "missing", N_("Send the file as a part named file."))])
    name, number = file.filename or "", int(box) if box in map(str, FILE_BOXES) else 0
    kept = await look_into(service, person, licence_id, file, box=number, field="file")

    async def act(work: Work) -> Answer:
        added = await use_cases.attach_file(work, person, licence_id, box=number, name=name, kept=kept)
        address = f"/licences/api/v1/licences/{licence_id}/attachments/{added.id}"
        return Answer(201, asdict(added) | {"id": str(added.id)}, {"Location": address})

    return await answer_once(
        request, key=idempotency_key, by=person.account_id, act=act, asked=f"{box} {name} {kept.sha256}".encode()
    )


@router.get("/licences/{licence_id:uuid}/attachments/{attachment_id:uuid}")
async def attachment(
    request: Request, licence_id: UUID, attachment_id: UUID, person: SignedIn, service: InService
) -> Response:
    return await serving.original(request, service.files, await files.seen(service, person, licence_id, attachment_id))


@router.post("/licences/{licence_id:uuid}/submission")
async def submit(
    request: Request,
    licence_id: UUID,
    submission: Submission,
    person: SignedIn,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    answers, version = submission.read(), version_in(if_match) if if_match else None

    async def act(work: Work) -> Answer:
        licence = await use_cases.submit_licence(work, person, licence_id, answers=answers, version=version)
        return Answer(200, contract_of(licence), {"ETag": etag(licence.version)})

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act)


@router.get("/reference/{kind}")
async def look_up(
    _person: SignedIn, kind: str, service: InService, country: str | None = None, on: date | None = None
) -> dict[str, Any]:
    """What can be chosen: of one country where that makes a difference; commodity codes as they count `on` a day."""
    found: tuple[Any, ...]
    match kind:
        case "commodity-codes":
            found = reference_data.commodity_codes(country, on or service.clock().date())
        case "issuing-authorities":
            found = reference_data.issuing_authorities(country)
        case "customs-offices":
            found = reference_data.customs_offices(country)
        case "species":
            found = reference_data.species()
        case "transport-modes":
            found = reference_data.transport_modes()
        case "units":
            found = reference_data.units()
        case _:
            raise Unknown
    return {"items": [asdict(item) for item in found], "next": None}


def _summary(row: Row) -> dict[str, Any]:
    summary = asdict(row)
    requester = {"account_id": summary.pop("requester_id"), "name": summary.pop("requester_name")}
    return summary | {"requester": requester}
