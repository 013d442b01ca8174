"""Forms on the licence page for what the company can say while the authority has the licence."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.pages import reading
from services.licences.service import InService, Licences
from services.licences.uploads import MOST_BYTES_AROUND, files_of_answer
from services.licences.use_cases.messages import MOST_FILES_OF_ANSWER
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, Refusal, WrongContent
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False, prefix="/licences/{licence_id:uuid}")
NOT_NOW = 503


@router.post("/answers/{request_id:uuid}")
async def answer(
    request: Request, licence_id: UUID, request_id: UUID, person: SignedIn, service: InService
) -> Response:
    largest = service.settings.attachment_max_bytes
    most = MOST_FILES_OF_ANSWER * largest + MOST_BYTES_AROUND
    form = await Form.read(request, max_bytes=most, max_file_bytes=largest)
    name = str(request_id)
    try:
        chosen, text = form.files(f"{name}.files"), form.raw(f"{name}.text")
        files = await files_of_answer(service, person, licence_id, request_id, chosen)
        async with service.work() as work:
            await use_cases.answer_question(work, person, licence_id, request_id, text=text, files=files)
    except WrongContent as wrong:
        return await _again(request, service, person, licence_id, form, name, wrong)
    except Refusal as refusal:
        if refusal.status != NOT_NOW:
            raise
        unavailable = WrongContent([FieldError("files", refusal.code, refusal.message, params=refusal.params)])
        return await _again(request, service, person, licence_id, form, name, unavailable)
    return see_other(f"/licences/{licence_id}", flash=_("Your answer is sent."))


@router.post("/withdrawal")
async def withdraw(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.ask_withdrawal(work, person, licence_id, reason=form.raw("withdrawal.reason"))
    except WrongContent as wrong:
        return await _again(request, service, person, licence_id, form, "withdrawal", wrong)
    return see_other(f"/licences/{licence_id}", flash=_("You asked for the licence back."))


@router.post("/dispute")
async def dispute(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.dispute_number(work, person, licence_id, text=form.raw("dispute.text"))
    except WrongContent as wrong:
        return await _again(request, service, person, licence_id, form, "dispute", wrong)
    return see_other(f"/licences/{licence_id}", flash=_("The competent authority is told that you dispute the number."))


async def _again(
    request: Request,
    service: Licences,
    person: Person,
    licence_id: UUID,
    form: Form,
    name: str,
    wrong: WrongContent,
) -> Response:
    """The page with everything typed; the fields of each form on it begin with the form's name."""
    for error in wrong.errors:
        form.error(f"{name}.{error.field}", translated(error.message, error.params))
    async with service.work() as work:
        view = await use_cases.read_licence(work, person, licence_id)
    return reading.show(request, service, view, form)
