"""Saved searches: kept, given another name, forgotten. Each button leads back to the list as it was."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.pages.listing import show
from services.licences.service import InService
from services.licences.use_cases.listing import asked
from shared.http import SignedIn
from shared.problems import FieldError, WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False, prefix="/licences/searches")


@router.post("")
async def save(request: Request, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    typed = {name: form.raw(name) for name in form.values}
    try:
        async with service.work() as work:
            saved = await use_cases.save_search(work, person, name=form.text("name"), typed=typed)
    except WrongContent as wrong:
        return await show(request, service, person, typed, naming=form.take(wrong))
    return see_other(f"/licences?{saved.query}", flash=_("The search is saved as “%(name)s”.", name=saved.name))


@router.post("/{search_id:uuid}")
async def change(request: Request, search_id: UUID, person: SignedIn, service: InService) -> Response:
    """Rename it or, where that button was pressed, delete it."""
    form = await Form.read(request)
    typed = {name: form.raw(name) for name in form.values}
    field = f"name-{search_id}"
    query = urlencode(asked(typed))
    here = f"/licences?{query}" if query else "/licences"
    if form.text("act") == "delete":
        async with service.work() as work:
            await use_cases.delete_search(work, person, search_id)
        return see_other(here, flash=_("The saved search is deleted."))
    try:
        async with service.work() as work:
            await use_cases.rename_search(work, person, search_id, name=form.text(field))
    except WrongContent as wrong:
        renamed = [FieldError(field, error.code, error.message, params=error.params) for error in wrong.errors]
        return await show(request, service, person, typed, naming=form.take(WrongContent(renamed)))
    return see_other(here, flash=_("The saved search has its new name."))
