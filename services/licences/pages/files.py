"""The files of a licence, for those who may see it; and new ones for a draft, one at a time."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.attachments import FILE_BOXES, Attachment
from services.licences.pages.form_files import keep_file
from services.licences.service import InService, Licences
from services.licences.uploads import MOST_BYTES_AROUND
from shared.attachments import serving
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.web.forms import Form
from shared.web.i18n import N_

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=10_000)]
FILE = "/licences/{licence_id:uuid}/attachments/{attachment_id:uuid}"


@router.get(FILE)
async def attachment(
    request: Request, licence_id: UUID, attachment_id: UUID, person: SignedIn, service: InService
) -> Response:
    return await serving.original(request, service.files, await seen(service, person, licence_id, attachment_id))


@router.get(FILE + "/pages/{number}.{kind}")
async def page(
    request: Request,
    licence_id: UUID,
    attachment_id: UUID,
    number: Number,
    kind: Literal["webp", "png"],
    person: SignedIn,
    service: InService,
) -> Response:
    file = await seen(service, person, licence_id, attachment_id)
    return await serving.picture(request, service.files, file, page=number, kind=kind)


async def seen(service: Licences, person: Person, licence_id: UUID, attachment_id: UUID) -> Attachment:
    """A file. Raises Unknown for those who may not see the licence."""
    async with service.work() as work:
        return await use_cases.read_attachment(work, person, licence_id, attachment_id)


@router.post("/licences/{licence_id:uuid}/attachments")
async def add(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    """Add one file, sent by a script while the form stays open; answers with the files of its box, to be put in place.

    Whatever is wrong with the file stands in the answer beside the field, with status 422 or 503.
    """
    largest = service.settings.attachment_max_bytes
    form = await Form.read(request, max_bytes=largest * 2 + MOST_BYTES_AROUND, max_file_bytes=largest)
    box = next((box for box in FILE_BOXES if str(box) == form.text("box")), None)
    file = form.file("file")
    if box is None or file is None:
        raise WrongContent([FieldError("box", "no_file_box", N_("Files belong to Box 2, 17 or 18."))])
    shown = Form.empty()
    status = await keep_file(service, person, licence_id, file, shown, box=box)
    async with service.work() as work:
        licence = await use_cases.read_draft(work, person, licence_id)
    shown_with = {"licence": licence, "form": shown, "box": box, "largest_file": largest}
    return service.pages.render(request, "attachments_of_box.html", status=status, **shown_with)
