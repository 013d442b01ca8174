"""What programs of a company can say while the authority has the licence, and what happened to it meanwhile."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.licences import use_cases
from services.licences.service import InService
from services.licences.shapes import contract_of
from services.licences.uploads import MOST_BYTES_AROUND, files_of_answer
from services.licences.use_cases.messages import MOST_FILES_OF_ANSWER
from shared.http import IdempotencyKey, SignedIn, etag
from shared.idempotency import Answer, answer_once
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.web.forms import Form, read_multipart
from shared.web.i18n import N_
from shared.work import Work

router = APIRouter(prefix="/licences/api/v1/licences/{licence_id:uuid}", tags=["licences"])


class Withdrawal(BaseModel):
    """Why the licence is wanted back."""

    reason: str = ""


class Dispute(BaseModel):
    """Why this draft is the right licence of its number."""

    text: str = ""


ANSWER = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["request_id"],
                    "properties": {
                        "request_id": {"type": "string", "format": "uuid"},
                        "text": {"type": "string"},
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


@router.get("/timeline")
async def timeline(licence_id: UUID, person: SignedIn, service: InService) -> dict[str, Any]:
    """Everything that happened to the licence, the latest first. A question has its `request_id` in the details."""
    async with service.work() as work:
        view = await use_cases.read_licence(work, person, licence_id)
    return {"items": [asdict(happening) for happening in view.timeline], "next": None}


@router.post("/answers", status_code=202, openapi_extra=ANSWER)
async def answer(
    request: Request, licence_id: UUID, person: SignedIn, service: InService, idempotency_key: IdempotencyKey = None
) -> Response:
    """Answer what the authority asked, with text, files or both. Validation tells when it has the answer."""
    largest = service.settings.attachment_max_bytes
    most = MOST_FILES_OF_ANSWER * largest + MOST_BYTES_AROUND
    form = Form.of(await read_multipart(request, max_bytes=most, max_file_bytes=largest))
    request_id, text = _uuid(form.text("request_id")), form.raw("text")
    sent = await files_of_answer(service, person, licence_id, request_id, form.files("files"))

    async def act(work: Work) -> Answer:
        await use_cases.answer_question(work, person, licence_id, request_id, text=text, files=sent)
        return await _accepted(work, person, licence_id)

    return await answer_once(
        request,
        key=idempotency_key,
        by=person.account_id,
        act=act,
        asked=f"{request_id} {text} {[(name, kept.sha256) for name, kept in sent]}".encode(),
    )


@router.post("/withdrawal", status_code=202)
async def withdraw(
    request: Request,
    licence_id: UUID,
    withdrawal: Withdrawal,
    person: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Ask for the licence back before it is decided on. Validation answers: withdrawn, or why not."""

    async def act(work: Work) -> Answer:
        await use_cases.ask_withdrawal(work, person, licence_id, reason=withdrawal.reason)
        return await _accepted(work, person, licence_id)

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act)


@router.post("/dispute", status_code=202)
async def dispute(
    request: Request,
    licence_id: UUID,
    said: Dispute,
    person: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Say that this draft is the right licence of a number that was refused as handed in already."""

    async def act(work: Work) -> Answer:
        await use_cases.dispute_number(work, person, licence_id, text=said.text)
        return await _accepted(work, person, licence_id)

    return await answer_once(request, key=idempotency_key, by=person.account_id, act=act)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = N_("Send the id of the question; it stands in the timeline.")
        raise WrongContent([FieldError("request_id", "request_id_missing", message)]) from None


async def _accepted(work: Work, person: Person, licence_id: UUID) -> Answer:
    """The message is on its way; the licence as it is now."""
    licence = (await use_cases.read_licence(work, person, licence_id)).licence
    return Answer(202, contract_of(licence), {"ETag": etag(licence.version)})
