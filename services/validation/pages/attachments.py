"""Scans, from the content-addressed store: they can be looked at while `licences` is down."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.pages.common import InService
from shared.attachments import serving
from shared.contracts.licence import Attachment
from shared.http import SignedIn
from shared.person import Person

router = APIRouter()
FILE = "/validation/cases/{case_id}/attachments/{attachment_id}"


@router.get(FILE)
async def original(
    request: Request, service: InService, person: SignedIn, case_id: UUID, attachment_id: UUID
) -> Response:
    """The file as it was handed in."""
    return await serving.original(request, service.files, await _find(service, person, case_id, attachment_id))


@router.get(FILE + "/pages/{page}.{kind}")
async def page_image(
    request: Request,
    service: InService,
    person: SignedIn,
    case_id: UUID,
    attachment_id: UUID,
    page: int,
    kind: Literal["webp", "png"],
) -> Response:
    """One page of it as a picture."""
    file = await _find(service, person, case_id, attachment_id)
    return await serving.picture(request, service.files, file, page=page, kind=kind)


async def _find(service: InService, person: Person, case_id: UUID, attachment_id: UUID) -> Attachment:
    async with service.work() as work:
        return await use_cases.find_attachment(work, person, case_id, attachment_id)
