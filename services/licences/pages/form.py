"""The form: a new licence, and Boxes 1 to 18 of a draft. Every button keeps everything that was typed."""

import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.licences import use_cases
from services.licences.domain.form import Boxes, Party
from services.licences.domain.licence import Licence, is_open, open_boxes, takes_files
from services.licences.domain.number import normalised
from services.licences.pages import choices, for_companies, goods, rows, typed
from services.licences.pages.conflict import CHOICE, Difference, differences, merged, undecided
from services.licences.pages.form_files import act_on_file, keep_files
from services.licences.pages.overview import TITLES, overview
from services.licences.pages.paper import because
from services.licences.pages.saving import as_typed, draft, keep, version_of
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
LONGEST_QUERY = 100


@router.get("/licences/new")
async def new(request: Request, person: SignedIn, service: InService) -> Response:
    if for_companies.works_as_officer(person):
        return see_other(for_companies.HERE)
    if not person.companies:
        raise NotYours(N_("Only importers can enter licences. Request the role of importer for your company."))
    active = person.active_role.body_id if person.active_role else None
    company = active if active in person.companies else person.companies[0]
    return await _show_new(request, person, service, Form.empty({"operator_id": str(company)}))


@router.post("/licences/new")
async def create(request: Request, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    company = next((c for c in person.companies if str(c) == form.text("operator_id")), None)
    authority, other = form.text("issuing_authority"), form.text("other_authority")
    if not authority and not other:
        form.error("issuing_authority", _("Choose the authority that stands in Box 1 of the licence."))
        return await _show_new(request, person, service, form, status=422)
    async with service.work() as work:
        boxes = Boxes(issuing_authority=Party(name=other or authority))
        licence = await use_cases.create_draft(work, person, operator_id=company, boxes=boxes)
    return see_other(f"/licences/{licence.id}/edit")


@router.get("/licences/{licence_id:uuid}/edit")
async def edit(
    request: Request, licence_id: UUID, person: SignedIn, service: InService, check: bool = False, codes: str = ""
) -> Response:
    licence = await draft(service, person, licence_id)
    form = typed.form_of(licence)
    form.values["add_code"] = [codes[:LONGEST_QUERY]]
    if check:
        await _check(service, person, licence_id, form)
    return await _show(request, service, licence, form)


@router.post("/licences/{licence_id:uuid}/edit")
async def save(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request, max_file_bytes=service.settings.attachment_max_bytes)
    licence = await draft(service, person, licence_id)
    action, chosen, place = form.text("action"), _codes_chosen(form), None

    def change(boxes: typed.Raw) -> typed.Raw:
        nonlocal place
        boxes, place = rows.changed(rows.with_codes(boxes, chosen), action)
        return boxes

    again, status = as_typed(licence, form, change), 422
    await keep_files(service, person, licence_id, form, again)
    place = await act_on_file(service, person, licence_id, action) or place
    refused_files, again.errors = again.errors, {}
    try:
        licence = await keep(service, person, licence_id, again)
        again = typed.form_of(licence)
    except WrongContent as wrong:
        again.take(wrong)
    except Stale:
        licence = await draft(service, person, licence_id)
        theirs = typed.form_of(licence)
        if found := differences(again, theirs):
            return _show_conflict(request, service, licence, again, found)
        again = theirs
    again.errors |= refused_files
    if again.ok and action == "submit":
        await _check(service, person, licence_id, again)
    if not again.ok and (action in {"save", "submit", ""} or refused_files):
        again.values["add_code"] = [form.raw("add_code")]
        return await _show(request, service, await draft(service, person, licence_id), again, status=status)
    return _go_on(request, licence_id, form, action, place or ("commodities" if chosen else None))


@router.post("/licences/{licence_id:uuid}/autosave")
async def autosave(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    """What a script sends a moment after somebody typed; files are not in it. Answers in JSON."""
    form = await Form.read(request)
    licence = await draft(service, person, licence_id)
    again = as_typed(licence, form)
    try:
        licence = await keep(service, person, licence_id, again)
        again = typed.form_of(licence)
    except WrongContent as wrong:
        again.take(wrong)
    except Stale:
        licence = await draft(service, person, licence_id)
        if differences(again, typed.form_of(licence)):
            return JSONResponse({"conflict": True}, 412)
    said = {
        "version": licence.version,
        "errors": again.errors,
        "states": {box.number: box.state for box in _overview(licence, again)},
    }
    return JSONResponse(said, 200 if again.ok or licence.typed.unread else 422)


@router.post("/licences/{licence_id:uuid}/merge")
async def merge(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    """Both versions of a draft were looked at; now one is made of them."""
    form = await Form.read(request)
    licence = await draft(service, person, licence_id)
    mine, theirs = as_typed(licence, form), typed.form_of(licence)
    found = differences(mine, theirs)
    if version_of(form) != licence.version or not undecided(form, found).ok:
        mine.errors = form.errors
        mine.values |= {name: texts for name, texts in form.values.items() if name.startswith(CHOICE)}
        return _show_conflict(request, service, licence, mine, found)
    both = merged(form, mine, theirs)
    both.values["version"] = [str(licence.version)]
    await keep(service, person, licence_id, both)
    return see_other(f"/licences/{licence_id}/edit", flash=_("The draft is saved."))


@router.post("/licences/{licence_id:uuid}/copy")
async def copy(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    await Form.read(request)
    async with service.work() as work:
        licence = await use_cases.copy_licence(work, person, licence_id)
    flash = _("This new draft has the same boxes. Number, dates and scans are those of the new paper: add them.")
    return see_other(f"/licences/{licence.id}/edit", flash=flash)


@router.post("/licences/{licence_id:uuid}/delete")
async def delete(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.delete_draft(work, person, licence_id)
    return see_other("/licences", flash=_("The draft is deleted."))


def _codes_chosen(form: Form) -> list[str]:
    """Codes ticked in the tree, and one typed: words are looked for, digits are a code."""
    typed_code = re.sub(r"[\s.]", "", form.text("add_code"))
    is_code = re.fullmatch(r"\d{4,10}", typed_code) and form.text("action") != "find-codes"
    return [*form.list("codes"), *([typed_code] if is_code else [])][: typed.MOST_CODES]


def _go_on(request: Request, licence_id: UUID, form: Form, action: str, place: str | None) -> Response:
    """Where a button leads after everything was kept."""
    if action == "submit":
        return see_other(f"/licences/{licence_id}/submit/point-of-entry")
    if action == "lines":
        return see_other(f"/licences/{licence_id}/lines")
    beside = action == "show-scan" or (_is_beside(request) and action != "hide-scan")
    here = f"/licences/{licence_id}/edit{SCAN_BESIDE if beside else ''}"
    if action == "find-codes":
        query = f"codes={form.text('add_code')[:LONGEST_QUERY]}"
        return see_other(f"{here}{'&' if beside else '?'}{query}#commodity-codes")
    if place:
        return see_other(f"{here}#{place}")
    return see_other(here, flash=_("The draft is saved.") if action in {"", "save", "add-code"} else None)


async def _check(service: Licences, person: Person, licence_id: UUID, form: Form) -> None:
    """Say beside each box what would block handing the licence in."""
    try:
        async with service.work() as work:
            await use_cases.check_boxes(work, person, licence_id)
    except WrongContent as wrong:
        for mistake in wrong.errors:
            field = mistake.field
            if mistake.code == "neither_volume_nor_weight" and form.text(typed.MEASURED) == typed.WHOLE:
                field = "boxes.global_measure.volume_m3"
            known = form.errors_of(field)
            said = _(mistake.message, **mistake.params)
            if said not in known and not (mistake.code == "unread" and known):
                form.error(field, said, mistake.article)


def _is_beside(request: Request) -> bool:
    return request.query_params.get("scan") == "beside"


def _overview(licence: Licence, form: Form) -> list[Any]:
    measured = form.text(typed.MEASURED)
    return overview(form, licence.attachments, [name for name in form.values if typed.is_aside(name, measured)])


async def _show_new(request: Request, person: Person, service: Licences, form: Form, *, status: int = 200) -> Response:
    companies = [(str(role.body_id), role.body_name) for role in person.roles if role.kind == "importer"]
    async with service.work() as work:
        known = await use_cases.choices_of(work)
    return service.pages.render(
        request,
        "new_licence.html",
        status=status,
        form=form,
        companies=companies,
        authorities=choices.authorities(known),
        breadcrumbs=[(_("My licences"), "/licences"), (_("New licence"), None)],
    )


def _show_conflict(
    request: Request, service: Licences, licence: Licence, mine: Form, found: list[Difference]
) -> Response:
    return service.pages.render(
        request,
        "draft_conflict.html",
        status=412,
        licence=licence,
        form=mine,
        differences=found,
        kept=[(name, text) for name in mine.values if name.startswith("boxes.") for text in mine.values[name][:1]],
        breadcrumbs=_crumbs(licence),
    )


async def _show(request: Request, service: Licences, licence: Licence, form: Form, *, status: int = 200) -> Response:
    country, day = form.text("boxes.issuing_authority.country"), service.clock().date()
    async with service.work() as work:
        known = await use_cases.choices_of(work)
    name = form.text("boxes.issuing_authority.name")
    context: dict[str, Any] = {
        "licence": licence,
        "boxes": _overview(licence, form),
        "titles": TITLES,
        "is_open": lambda box: is_open(licence, box),
        "takes_files": lambda box: takes_files(licence, box),
        "all_open": open_boxes(licence) is None,
        "reasons": {reason.box: because(reason) for reason in licence.returned},
        "largest_file": service.settings.attachment_max_bytes,
        "sheets": sheets_of(f"/licences/{licence.id}", licence.attachments),
        "beside": _is_beside(request),
        "form": form,
        "lines": form.indexes("boxes.commodities"),
        "number_format": number_format(country),
        "number_formats": choices.number_formats(),
        "number": normalised(form.text("boxes.licence_number")),
        "issuers": known.issuers,
        "listed": not name or any(name.casefold() == issuer.name.casefold() for issuer in known.issuers),
        "issuing_countries": choices.issuing_countries(),
        "countries": choices.all_countries(),
        "codes": goods.options(country, day),
        "tree": goods.tree(country, day, form.text("add_code")),
        "described": goods.described(country, day),
        "species": choices.species(),
        "species_known": choices.species_known,
        "transport_modes": choices.transport_modes(),
        "units": choices.units(),
        "breadcrumbs": _crumbs(licence),
    }
    template = "electronic_files.html" if licence.issued_electronically else "edit_licence.html"
    return service.pages.render(request, template, status=status, **context)


def _crumbs(licence: Licence) -> list[tuple[str, str | None]]:
    return [
        (_("My licences"), "/licences"),
        (licence.boxes.licence_number or _("Draft"), f"/licences/{licence.id}"),
        (_("Edit"), None),
    ]
