"""The JSON API of many licences at once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.attachments import clean_name
from services.licences.service import InService
from services.licences.storage.bulk import OUTCOMES, Outcome, Upload
from shared.http import IdempotencyKey, SignedIn
from shared.idempotency import Answer, answer_once
from shared.paging import LARGEST_PAGE, PAGE
from shared.web.formats import byte_size
from shared.web.forms import FormTooLarge
from shared.web.i18n import N_, language_of, translated
from shared.work import Work

router = APIRouter(prefix="/licences/api/v1/bulk", tags=["many licences"])

MANY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {
                "schema": {"type": "array", "items": {"type": "object", "required": ["boxes"]}},
            },
        },
    }
}


@router.post("", status_code=202, openapi_extra=MANY)
async def send_bulk(
    request: Request,
    person: SignedIn,
    service: InService,
    operator_id: UUID | None = None,
    name: str = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Many drafts in one body: CSV with the columns of the example, or a list of objects with `boxes`.

    They are entered in the background; the answer says where to ask how far that is. A licence that the company has
    already, by its country and number, is not entered again.
    """
    content = await _body(request, service.settings.bulk_max_bytes)

    async def act(work: Work) -> Answer:
        upload = await use_cases.send_bulk(
            work,
            person,
            name=clean_name(name),
            content=content,
            most=service.settings.bulk_max_licences,
            operator_id=operator_id,
        )
        return Answer(202, _upload(upload), {"Location": f"{router.prefix}/{upload.id}"})

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act, asked=content)


@router.get("/{upload_id:uuid}")
async def read_bulk(
    request: Request,
    upload_id: UUID,
    person: SignedIn,
    service: InService,
    outcome: str = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> dict[str, Any]:
    """How far it is, and what became of each licence; `outcome` is entered, known, refused or waiting."""
    async with service.work() as work:
        results = await use_cases.read_bulk(work, person, upload_id, only=outcome, cursor=cursor, limit=limit)
    items = [_outcome(found, language_of(request)) for found in results.outcomes]
    return {**_upload(results.upload), "items": items, "next": results.next}


async def _body(request: Request, most: int) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise FormTooLarge(N_("At most %(size)s can be sent at once."), params={"size": byte_size(most)})
    return bytes(content)


def _upload(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.id),
        "operator_id": str(upload.operator_id),
        "name": upload.file_name,
        "licences": upload.licences,
        **{outcome: upload.counts.get(outcome, 0) for outcome in OUTCOMES},
        "sent_at": upload.sent_at.isoformat(),
        "finished_at": upload.finished_at.isoformat() if upload.finished_at else None,
    }


def _outcome(outcome: Outcome, language: str) -> dict[str, Any]:
    return {
        "rows": list(outcome.rows),
        "licence_number": outcome.licence_number,
        "outcome": outcome.outcome,
        "licence_id": str(outcome.licence_id) if outcome.licence_id else None,
        "remarks": [
            {
                "row": remark.row,
                "column": remark.column,
                "box": remark.box,
                "code": remark.code,
                "message": translated(remark.message, remark.params, language),
            }
            for remark in outcome.remarks
        ],
    }
