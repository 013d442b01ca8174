"""Scans, from the content-addressed store: they can be looked at while `licences` is down."""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response

from services.validation import use_cases
from services.validation.pages.common import InService
from shared.attachments import page_as_png
from shared.contracts.licence import Attachment
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Unknown

router = APIRouter()
_SHOWN_BY_BROWSERS = {"image/png", "image/jpeg", "image/webp", "application/pdf"}
_HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; frame-ancestors 'self'",
    "Cache-Control": "private, max-age=3600, immutable",
}


@router.get("/validation/cases/{case_id}/attachments/{attachment_id}")
async def original(service: InService, person: SignedIn, case_id: UUID, attachment_id: UUID) -> Response:
    """The file as it was handed in."""
    attachment, content = await _load(service, person, case_id, attachment_id)
    kind = attachment.media_type
    shown = kind in _SHOWN_BY_BROWSERS
    headers = _HARMLESS | {"Content-Disposition": f"{'inline' if shown else 'attachment'}; {_file_name(attachment)}"}
    return Response(content, media_type=kind if shown else "application/octet-stream", headers=headers)


@router.get("/validation/cases/{case_id}/attachments/{attachment_id}/pages/{page}.png")
async def page_image(service: InService, person: SignedIn, case_id: UUID, attachment_id: UUID, page: int) -> Response:
    """One page of it as a picture."""
    attachment, content = await _load(service, person, case_id, attachment_id)
    try:
        image = await page_as_png(content, attachment.media_type, page)
    except IndexError as error:
        raise Unknown("This attachment has no such page.") from error
    return Response(image, media_type="image/png", headers=_HARMLESS)


async def _load(service: InService, person: Person, case_id: UUID, attachment_id: UUID) -> tuple[Attachment, bytes]:
    async with service.work() as work:
        attachment = await use_cases.find_attachment(work, person, case_id, attachment_id)
    try:
        return attachment, await service.attachments.get(attachment.sha256)
    except FileNotFoundError as error:
        raise Unknown("This scan is not in the store that this service reads.") from error


def _file_name(attachment: Attachment) -> str:
    """The name as it was handed in; percent-encoded, so that it cannot break out of the header."""
    return f"filename*=UTF-8''{quote(attachment.name, safe='')}"
