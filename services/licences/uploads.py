"""Files on their way in: first whether they may come at all, then what they are, and only then are they kept."""

from collections.abc import Sequence
from uuid import UUID

from starlette.datastructures import UploadFile

from services.licences import use_cases
from services.licences.domain.attachments import MESSAGE, Attachment, clean_name
from services.licences.service import Licences
from services.licences.use_cases.messages import MOST_FILES_OF_ANSWER, NamedFile, too_many_files
from shared.attachments.files import FileRefused, Kept
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.telemetry import log

logger = log("uploads")
MOST_BYTES_AROUND = 1_000_000
"""What may be sent around one file: names, a token, boundaries."""


async def add_file(
    service: Licences, person: Person, licence_id: UUID, file: UploadFile, *, box: int, field: str
) -> Attachment:
    """Add a file to a box of a draft. Raises WrongContent at `field` when it may not be kept, and what use cases do."""
    kept = await look_into(service, person, licence_id, file, box=box, field=field)
    async with service.work() as work:
        return await use_cases.attach_file(work, person, licence_id, box=box, name=file.filename or "", kept=kept)


async def look_into(
    service: Licences, person: Person, licence_id: UUID, file: UploadFile, *, box: int, field: str
) -> Kept:
    """A file that may be attached; its bytes lie in the store. No transaction is open while it is looked at."""
    async with service.work() as work:
        await use_cases.require_room(work, person, licence_id, box=box)
    return await take_in(service, person, licence_id, file, box=box, field=field)


async def files_of_answer(
    service: Licences, person: Person, licence_id: UUID, request_id: UUID, files: Sequence[UploadFile]
) -> list[NamedFile]:
    """Files that may go with an answer; their bytes lie in the store. Raises WrongContent at `files`, and what use
    cases do."""
    async with service.work() as work:
        await use_cases.asked_about(work, person, licence_id, request_id)
    if len(files) > MOST_FILES_OF_ANSWER:
        raise too_many_files()
    kept = [await take_in(service, person, licence_id, file, box=MESSAGE, field="files") for file in files]
    return [(file.filename or "", known) for file, known in zip(files, kept, strict=True)]


async def take_in(
    service: Licences, person: Person, licence_id: UUID, file: UploadFile, *, box: int, field: str
) -> Kept:
    """What a file is, once it is sure that it may come. Raises WrongContent at `field` when it may not be kept."""
    content = await file.read(service.settings.attachment_max_bytes + 1)
    try:
        return await service.files.take(content)
    except FileRefused as refusal:
        logger.warning(
            "file_refused",
            reason=refusal.code,
            found=refusal.params.get("found"),
            licence_id=str(licence_id),
            account_id=str(person.account_id),
        )
        name = clean_name(file.filename or "") or "?"
        raise WrongContent([FieldError(field, refusal.code, refusal.message, box, refusal.about(name))]) from None
