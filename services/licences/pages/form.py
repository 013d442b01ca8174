"""The form: a new licence, and Boxes 1 to 18 of a draft. Every button keeps everything that was typed."""

import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.form import Boxes, Party
from services.licences.domain.licence import Licence
from services.licences.domain.reading import read_boxes
from services.licences.pages import choices, typed
from services.licences.pages.form_files import act_on_file, keep_files
from services.licences.service import InService, Licences
from shared.attachments.serving import sheets_of
from shared.http import SignedIn
from shared.person import Person
from shared.problems import NotYours, Stale, WrongContent
from shared.reference_data import number_format
from shared.web.forms import Form
from shared.web.i18n import N_, _
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False)
SCAN_BESIDE = "?scan=beside"
"""At the end of the form's address: the scan is shown beside it."""


@router.get("/licences/new")
async def new(request: Request, person: SignedIn, service: InService) -> Response:
    if not person.companies:
        raise NotYours(N_("Only importers can enter licences. Request the role of importer for your company."))
    active = person.active_role.body_id if person.active_role else None
    company = active if active in person.companies else person.companies[0]
    return _show_new(request, person, service, Form.empty({"operator_id": str(company)}))


@router.post("/licences/new")
async def create(request: Request, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    company = next((c for c in person.companies if str(c) == form.text("operator_id")), None)
    authority = form.text("issuing_authority")
    if not authority:
        form.error("issuing_authority", _("Choose the authority that stands in Box 1 of the licence."))
        return _show_new(request, person, service, form, status=422)
    async with service.work() as work:
        boxes = Boxes(issuing_authority=Party(name=authority))
        licence = await use_cases.create_draft(work, person, operator_id=company, boxes=boxes)
    return see_other(f"/licences/{licence.id}/edit")


@router.get("/licences/{licence_id:uuid}/edit")
async def edit(
    request: Request, licence_id: UUID, person: SignedIn, service: InService, check: bool = False
) -> Response:
    async with service.work() as work:
        licence = await use_cases.read_draft(work, person, licence_id)
    form = typed.form_of(licence)
    if check:
        await _check(service, person, licence_id, form)
    return _show(request, service, licence, form)


@router.post("/licences/{licence_id:uuid}/edit")
async def save(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request, max_file_bytes=service.settings.attachment_max_bytes)
    action, code = form.text("action"), form.text("add_code")
    version = int(form.text("version")) if re.fullmatch(r"\d{1,9}", form.text("version")) else 0
    boxes, place = typed.changed(typed.boxes_in(form), action, code)
    if code and action != "add-code":
        boxes, _line = typed.changed(boxes, "add-code", code)
    again, status = typed.shown(boxes, version), 422
    await keep_files(service, person, licence_id, form, again)
    place = await act_on_file(service, person, licence_id, action) or place
    try:
        licence = await _save(service, person, licence_id, boxes, version)
        again = typed.form_of(licence) if again.ok else _with_errors_of(again, typed.form_of(licence))
    except WrongContent as wrong:
        again.take(wrong)
    except Stale as stale:
        again.error("version", _(stale.message))
        status = 412
    if again.ok and action == "submit":
        await _check(service, person, licence_id, again)
    if not again.ok:
        async with service.work() as work:
            licence = await use_cases.read_draft(work, person, licence_id)
        again.values["version"] = [str(licence.version)]
        return _show(request, service, licence, again, status=status)
    if action == "submit":
        return see_other(f"/licences/{licence_id}/submit/point-of-entry")
    beside = action == "show-scan" or (_is_beside(request) and action != "hide-scan")
    here = f"/licences/{licence_id}/edit{SCAN_BESIDE if beside else ''}"
    return see_other(f"{here}#{place}") if place else see_other(here, flash=_("The draft is saved."))


@router.post("/licences/{licence_id:uuid}/delete")
async def delete(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.delete_draft(work, person, licence_id)
    return see_other("/licences", flash=_("The draft is deleted."))


async def _save(service: Licences, person: Person, licence_id: UUID, boxes: typed.Raw, version: int) -> Licence:
    read, mistakes = read_boxes(boxes)
    if mistakes:
        raise use_cases.refused(mistakes)
    async with service.work() as work:
        return await use_cases.save_draft(work, person, licence_id, version=version, boxes=read)


async def _check(service: Licences, person: Person, licence_id: UUID, form: Form) -> None:
    """Say beside each box what would block handing the licence in."""
    try:
        async with service.work() as work:
            await use_cases.check_boxes(work, person, licence_id)
    except WrongContent as wrong:
        form.take(wrong)


def _is_beside(request: Request) -> bool:
    return request.query_params.get("scan") == "beside"


def _with_errors_of(wrong: Form, form: Form) -> Form:
    form.errors = wrong.errors
    return form


def _show_new(request: Request, person: Person, service: Licences, form: Form, *, status: int = 200) -> Response:
    companies = [(str(role.body_id), role.body_name) for role in person.roles if role.kind == "importer"]
    return service.pages.render(
        request,
        "new_licence.html",
        status=status,
        form=form,
        companies=companies,
        authorities=choices.authorities(),
        breadcrumbs=[(_("My licences"), "/licences"), (_("New licence"), None)],
    )


def _show(request: Request, service: Licences, licence: Licence, form: Form, *, status: int = 200) -> Response:
    country = form.text("boxes.issuing_authority.country")
    context: dict[str, Any] = {
        "licence": licence,
        "largest_file": service.settings.attachment_max_bytes,
        "sheets": sheets_of(f"/licences/{licence.id}", licence.attachments),
        "beside": _is_beside(request),
        "form": form,
        "lines": form.indexes("boxes.commodities"),
        "number_format": number_format(country),
        "authorities": choices.authorities(),
        "issuing_countries": choices.issuing_countries(),
        "countries": choices.all_countries(),
        "codes": choices.codes(country, service.clock().date()),
        "code_names": choices.code_names(country),
        "species": choices.species(),
        "transport_modes": choices.transport_modes(),
        "units": choices.units(),
        "breadcrumbs": [
            (_("My licences"), "/licences"),
            (licence.boxes.licence_number or _("Draft"), f"/licences/{licence.id}"),
            (_("Edit"), None),
        ],
    }
    return service.pages.render(request, "edit_licence.html", status=status, **context)
