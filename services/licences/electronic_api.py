"""The JSON API of electronic licences: the issuing authority's system sends them, importers claim them."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from services.licences import use_cases
from services.licences.api import ONE_FILE
from services.licences.domain.attachments import FILE_BOXES
from services.licences.domain.electronic import ElectronicLicence, Notice
from services.licences.domain.form import Boxes
from services.licences.domain.reading import LONGEST_TEXT, clean, read_boxes
from services.licences.service import InService
from services.licences.shapes import boxes_json, contract_of
from services.licences.uploads import MOST_BYTES_AROUND, take_in
from shared.attachments import serving
from shared.http import IdempotencyKey, IfMatch, SignedIn, etag, version_in
from shared.idempotency import Answer, answer_once
from shared.paging import LARGEST_PAGE, PAGE
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.forms import Form, read_multipart
from shared.web.i18n import N_
from shared.work import Work

router = APIRouter(prefix="/licences/api/v1")
ELECTRONIC = "/electronic-licences"


class Electronic(BaseModel):
    """A licence as it was issued. `boxes` has the shape of the form; Box 1 may be left out, as it is the sender."""

    boxes: dict[str, Any]

    def read(self) -> Boxes:
        """The boxes. Raises WrongContent when something in them cannot be kept."""
        boxes, mistakes = read_boxes(self.boxes)
        if mistakes:
            raise use_cases.refused(mistakes)
        return boxes


class IssuerNotice(BaseModel):
    """That a licence was `withdrawn` or `extended` (then with its new `expiry_date`), on which day and why."""

    kind: str
    date: dt.date | None = None
    reason: str = ""
    expiry_date: dt.date | None = None


class ClaimOf(BaseModel):
    """Which electronic licence is claimed: `expiry_date` is Box 4, which only those know who have seen it."""

    operator_id: UUID | None = None
    issuing_country: str
    licence_number: str
    expiry_date: dt.date


@router.post(ELECTRONIC, status_code=201, tags=["electronic licences"])
async def post(
    request: Request, sent: Electronic, person: SignedIn, idempotency_key: IdempotencyKey = None
) -> Response:
    """For client programs of an issuing authority. One per partner country and number; all hard rules apply."""

    async def act(work: Work) -> Answer:
        licence = await use_cases.post_electronic(work, person, sent.read())
        headers = {"Location": f"{router.prefix}{ELECTRONIC}/{licence.id}", "ETag": etag(licence.version)}
        return Answer(201, _electronic(licence), headers)

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act)


@router.get(ELECTRONIC, tags=["electronic licences"])
async def list_posted(
    person: SignedIn,
    service: InService,
    number: str = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> dict[str, Any]:
    """What the authority sent, the last first."""
    async with service.work() as work:
        found, after = await use_cases.list_electronic(work, person, number=number, cursor=cursor, limit=limit)
    return {"items": [_electronic(licence) for licence in found], "next": after}


@router.get(ELECTRONIC + "/{electronic_id:uuid}", tags=["electronic licences"])
async def read_posted(electronic_id: UUID, person: SignedIn, service: InService) -> Response:
    """`state` is unclaimed, claimed or withdrawn; by whom it was claimed is not told."""
    async with service.work() as work:
        licence = await use_cases.read_electronic(work, person, electronic_id)
    return JSONResponse(_electronic(licence), headers={"ETag": etag(licence.version)})


@router.put(ELECTRONIC + "/{electronic_id:uuid}", tags=["electronic licences"])
async def replace_posted(
    electronic_id: UUID, sent: Electronic, person: SignedIn, service: InService, if_match: IfMatch = None
) -> Response:
    """Correct a licence that nobody claimed."""
    version, boxes = version_in(if_match), sent.read()
    async with service.work() as work:
        licence = await use_cases.replace_electronic(work, person, electronic_id, version=version, boxes=boxes)
    return JSONResponse(_electronic(licence), headers={"ETag": etag(licence.version)})


@router.post(ELECTRONIC + "/{electronic_id:uuid}/notices", tags=["electronic licences"])
async def notice(
    request: Request,
    electronic_id: UUID,
    sent: IssuerNotice,
    person: SignedIn,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Withdraw or extend a licence that nobody claimed."""
    version = version_in(if_match)
    told = Notice(sent.kind, sent.date, clean(sent.reason)[:LONGEST_TEXT], sent.expiry_date)

    async def act(work: Work) -> Answer:
        licence = await use_cases.notice_electronic(work, person, electronic_id, version=version, notice=told)
        return Answer(200, _electronic(licence), {"ETag": etag(licence.version)})

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act)


@router.post(
    ELECTRONIC + "/{electronic_id:uuid}/attachments",
    status_code=201,
    openapi_extra=ONE_FILE,
    tags=["electronic licences"],
)
async def attach(
    request: Request, electronic_id: UUID, person: SignedIn, service: InService, idempotency_key: IdempotencyKey = None
) -> Response:
    """A file that was issued with the licence; it stays with it once it is claimed."""
    largest = service.settings.attachment_max_bytes
    form = Form.of(await read_multipart(request, max_bytes=largest + MOST_BYTES_AROUND, max_file_bytes=largest))
    file, box = form.file("file"), form.text("box") or str(FILE_BOXES[0])
    if file is None:
        raise WrongContent([FieldError("file", "missing", N_("Send the file as a part named file."))])
    name, number = file.filename or "", int(box) if box in map(str, FILE_BOXES) else 0
    async with service.work() as work:
        await use_cases.require_room_in_electronic(work, person, electronic_id, box=number)
    kept = await take_in(service, person, electronic_id, file, box=number, field="file")

    async def act(work: Work) -> Answer:
        added = await use_cases.attach_to_electronic(work, person, electronic_id, box=number, name=name, kept=kept)
        address = f"{router.prefix}{ELECTRONIC}/{electronic_id}/attachments/{added.id}"
        return Answer(201, {**vars(added), "id": str(added.id)}, {"Location": address})

    return await answer_once(
        request, key=idempotency_key, by=person.account_id, act=act, asked=f"{box} {name} {kept.sha256}".encode()
    )


@router.get(ELECTRONIC + "/{electronic_id:uuid}/attachments/{attachment_id:uuid}", tags=["electronic licences"])
async def attachment(
    request: Request, electronic_id: UUID, attachment_id: UUID, person: SignedIn, service: InService
) -> Response:
    async with service.work() as work:
        licence = await use_cases.read_electronic(work, person, electronic_id)
    file = next((file for file in licence.attachments if file.id == attachment_id), None)
    if file is None:
        raise Unknown
    return await serving.original(request, service.files, file)


@router.post("/claims", status_code=201, tags=["licences"])
async def claim(
    request: Request, sent: ClaimOf, person: SignedIn, service: InService, idempotency_key: IdempotencyKey = None
) -> Response:
    """Make a draft of an electronic licence; its boxes are locked. A few wrong attempts, and one has to wait; the same
    call repeated with its key is none."""
    async with service.work() as work:
        attempt = await use_cases.note_attempt(work, person, operator_id=sent.operator_id)

    async def act(work: Work) -> Answer:
        licence = await use_cases.claim_licence(
            work,
            person,
            attempt,
            country=sent.issuing_country.strip().upper(),
            number=clean(sent.licence_number),
            expiry_date=sent.expiry_date,
        )
        headers = {"Location": f"{router.prefix}/licences/{licence.id}", "ETag": etag(licence.version)}
        return Answer(201, contract_of(licence), headers)

    answer = await answer_once(request, key=idempotency_key, by=person.account_id, act=act)
    async with service.work() as work:
        await use_cases.forget_attempt(work, attempt)
    return answer


def _electronic(licence: ElectronicLicence) -> dict[str, Any]:
    return {
        "id": str(licence.id),
        "version": licence.version,
        "state": licence.state,
        "boxes": boxes_json(licence.boxes),
        "attachments": [{**vars(file), "id": str(file.id)} for file in licence.attachments],
        "notices": [
            {"kind": n.kind, "date": _text(n.day), "reason": n.reason, "expiry_date": _text(n.expiry_date)}
            for n in licence.notices
        ],
        "posted_at": licence.posted_at.isoformat(),
        "modified_at": licence.modified_at.isoformat(),
    }


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
