"""Files on their way in: looked into before anything is kept."""

from starlette.datastructures import UploadFile

from services.licences.service import Licences
from shared.attachments import Checked, NotAPictureOrPdf, TooLarge, check
from shared.problems import FieldError, WrongContent
from shared.web.i18n import N_


async def read_and_check(service: Licences, file: UploadFile, *, field: str, box: int | None) -> tuple[bytes, Checked]:
    """The content and what it really is. Raises WrongContent at `field` when it may not be kept."""
    largest = service.settings.attachment_max_bytes
    content = await file.read(largest + 1)
    params = {"name": file.filename or "", "megabytes": largest // 2**20}
    try:
        return content, await check(content, largest=largest)
    except TooLarge:
        message = N_("%(name)s is too large: a file may have at most %(megabytes)s MB and 60 million pixels.")
        raise WrongContent([FieldError(field, "file_too_large", message, box, params)]) from None
    except NotAPictureOrPdf:
        message = N_("%(name)s is no picture (PNG, JPEG, WebP, TIFF) and no PDF, or it is damaged.")
        raise WrongContent([FieldError(field, "not_a_picture_or_pdf", message, box, params)]) from None
