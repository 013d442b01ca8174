"""The files of a licence, for those who may see it, with headers that make them harmless."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.licence import Attachment
from services.licences.service import InService, Licences
from shared.attachments import page_as_png
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Unknown

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=10_000)]
SHOWN = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf"}
"""What browsers show by themselves, with the ending of its name; anything else is saved."""


@router.get("/licences/{licence_id:uuid}/attachments/{attachment_id:uuid}")
async def attachment(licence_id: UUID, attachment_id: UUID, person: SignedIn, service: InService) -> Response:
    file, content = await read(service, person, licence_id, attachment_id)
    return harmless(file, content)


@router.get("/licences/{licence_id:uuid}/attachments/{attachment_id:uuid}/pages/{number}.png")
async def page(licence_id: UUID, attachment_id: UUID, number: Number, person: SignedIn, service: InService) -> Response:
    file, content = await read(service, person, licence_id, attachment_id)
    try:
        picture = await page_as_png(content, file.media_type, number)
    except IndexError:
        raise Unknown from None
    name = f'inline; filename="{file.id}-{number}.png"'
    return Response(picture, media_type="image/png", headers=_headers(name, "image/png"))


async def read(service: Licences, person: Person, licence_id: UUID, attachment_id: UUID) -> tuple[Attachment, bytes]:
    """A file and its bytes. Raises Unknown for those who may not see the licence."""
    async with service.work() as work:
        file = await use_cases.read_attachment(work, person, licence_id, attachment_id)
    return file, await service.attachments.get(file.sha256)


def harmless(file: Attachment, content: bytes) -> Response:
    """The bytes as they were sent. Their own name does not travel in a header; their type is what was found in them."""
    ending = SHOWN.get(file.media_type)
    disposition = f'inline; filename="{file.id}.{ending}"' if ending else f'attachment; filename="{file.id}.tif"'
    return Response(content, media_type=file.media_type, headers=_headers(disposition, file.media_type))


def _headers(disposition: str, media_type: str) -> dict[str, str]:
    """Nothing in the file may load or run anything. Browsers do not show PDFs in a sandbox; their viewers are one."""
    sandbox = "" if media_type == "application/pdf" else "; sandbox"
    return {
        "Content-Disposition": disposition,
        "Content-Security-Policy": f"default-src 'none'; style-src 'unsafe-inline'{sandbox}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
    }
