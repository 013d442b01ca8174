"""Handing a licence in, step by step. Every button keeps what was answered; nothing is sent before the last."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.form import Party
from services.licences.domain.licence import Licence
from services.licences.domain.reading import ARRIVALS, LONGEST_TEXT, clean, read_on_behalf
from services.licences.domain.reference import zone_of
from services.licences.pages import choices
from services.licences.pages.saving import draft
from services.licences.service import InService, Licences
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.web.forms import Form
from shared.web.i18n import N_, _, translated
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False, prefix="/licences/{licence_id:uuid}/submit")

STEPS = {
    "point-of-entry": N_("Point of entry"),
    "arrival": N_("Time of arrival"),
    "on-behalf": N_("On behalf"),
    "final": N_("Final step"),
}
FIELDS = {
    "point-of-entry": ("country", "point_of_entry"),
    "arrival": ("arrival_date", "arrival_time", "time_zone"),
    "on-behalf": ("on_behalf.name", "on_behalf.address", "on_behalf.country"),
}
"""What is typed at each step."""
Answers = dict[str, Any]
Read = Callable[[Licences, Form], Awaitable[Answers]]


@router.get("/point-of-entry")
async def point_of_entry(
    request: Request, licence_id: UUID, person: SignedIn, service: InService, country: str = ""
) -> Response:
    licence = await draft(service, person, licence_id)
    office = licence.answers.point_of_entry or ""
    known = {"country": country or office[:2], "point_of_entry": office if country in {"", office[:2]} else ""}
    return await _show(request, service, licence, "point-of-entry", _as_left(licence, known))


@router.post("/point-of-entry")
async def choose_point_of_entry(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    return await _go_on(request, service, person, licence_id, "point-of-entry", form, _read_office)


@router.get("/arrival")
async def arrival(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    licence = await draft(service, person, licence_id)
    moment, office = licence.answers.arrival, licence.answers.point_of_entry or ""
    known = {"arrival_date": "", "arrival_time": "", "time_zone": zone_of(office[:2]).key}
    if moment is not None:
        zone = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else known["time_zone"]
        local = moment.astimezone(ZoneInfo(zone))
        known = {"arrival_date": local.date().isoformat(), "arrival_time": f"{local:%H:%M}", "time_zone": zone}
    return await _show(request, service, licence, "arrival", _as_left(licence, known))


@router.post("/arrival")
async def enter_arrival(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    return await _go_on(request, service, person, licence_id, "arrival", form, _read_arrival)


@router.get("/on-behalf")
async def on_behalf(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    licence = await draft(service, person, licence_id)
    other = licence.answers.on_behalf or Party()
    known = {"on_behalf.name": other.name, "on_behalf.address": other.address, "on_behalf.country": other.country}
    return await _show(request, service, licence, "on-behalf", _as_left(licence, known))


@router.post("/on-behalf")
async def describe_other_importer(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    return await _go_on(request, service, person, licence_id, "on-behalf", form, _read_on_behalf)


@router.get("/final")
async def final(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    return await _show_final(request, service, person, licence_id, [])


@router.post("/final")
async def submit(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    message = clean(form.text("message"))[:LONGEST_TEXT]
    async with service.work() as work:
        await use_cases.answer(work, person, licence_id, message=message)
    if form.text("go") != "submit":
        return see_other(_next_address(licence_id, "final", form.text("go")))
    try:
        async with service.work() as work:
            await use_cases.submit_licence(work, person, licence_id)
    except WrongContent as wrong:
        return await _show_final(request, service, person, licence_id, wrong.errors)
    return see_other(f"/licences/{licence_id}", flash=_("The licence is submitted."))


async def _go_on(
    request: Request,
    service: Licences,
    person: Person,
    licence_id: UUID,
    step: str,
    form: Form,
    read: Read,
) -> Response:
    """Keep the answer and go where the button leads. Who goes back or leaves is not held up by a wrong answer: it is
    kept as it was typed."""
    go = form.text("go")
    try:
        answers = await read(service, form)
    except WrongContent as wrong:
        async with service.work() as work:
            typed = {name: form.raw(name) for name in FIELDS[step]}
            licence = await use_cases.answer(work, person, licence_id, typed=typed)
        if go in {"previous", "cancel"}:
            return see_other(_next_address(licence_id, step, go))
        form = form if go == "country" else form.take(wrong)
        return await _show(request, service, licence, step, form, status=200 if form.ok else 422)
    async with service.work() as work:
        await use_cases.answer(work, person, licence_id, typed=dict.fromkeys(FIELDS[step]), **answers)
    if go == "country":
        return see_other(f"/licences/{licence_id}/submit/{step}?{urlencode({'country': form.text('country')})}")
    return see_other(_next_address(licence_id, step, go))


async def _read_office(service: Licences, form: Form) -> Answers:
    async with service.work() as work:
        office = await use_cases.office_named(work, form.text("point_of_entry"))
    if office is None and not form.text("country"):
        raise _wrong(
            "country", "point_of_entry_missing", N_("Choose the country of the point of entry, then its office.")
        )
    if office is None or (form.text("country") and office.country != form.text("country")):
        raise _wrong("point_of_entry", "point_of_entry_missing", N_("Choose the customs office of the point of entry."))
    return {"point_of_entry": office.id}


async def _read_arrival(_service: Licences, form: Form) -> Answers:
    zone = form.text("time_zone") if form.text("time_zone") in choices.ZONES else choices.ZONES[0]
    day = _day(form.text("arrival_date"))
    if day is None:
        message = N_("Enter the estimated date of arrival as year-month-day, such as 2027-01-31.")
        raise _wrong("arrival_date", "arrival_missing", message)
    try:
        time = dt.time.fromisoformat(form.text("arrival_time"))
    except ValueError:
        raise _wrong("arrival_time", "arrival_missing", N_("Enter the time of arrival, such as 23:59.")) from None
    return {"arrival": dt.datetime.combine(day, time.replace(tzinfo=None), tzinfo=ZoneInfo(zone))}


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in ARRIVALS else None


async def _read_on_behalf(_service: Licences, form: Form) -> Answers:
    raw = {part: form.text(f"on_behalf.{part}") for part in ("name", "address", "country")}
    other, mistakes = read_on_behalf(raw)
    if mistakes:
        raise use_cases.refused(mistakes)
    if other is not None and not other.is_complete:
        message = N_("Describe the other importer wholly, with name, address and country, or leave all of it empty.")
        raise WrongContent([
            FieldError(f"on_behalf.{part}", "on_behalf_incomplete", message) for part, text in raw.items() if not text
        ])  # fmt: skip
    return {"on_behalf": other}


def _wrong(field: str, code: str, message: str) -> WrongContent:
    return WrongContent([FieldError(field, code, message)])


def _as_left(licence: Licence, known: dict[str, str]) -> Form:
    """A step as it was left: as answered, or as typed when that could not be read."""
    return Form.empty({name: licence.typed_answers.get(name, text) for name, text in known.items()})


def _next_address(licence_id: UUID, step: str, go: str) -> str:
    steps = list(STEPS)
    at = steps.index(step)
    if go == "cancel" or (go == "previous" and at == 0):
        return f"/licences/{licence_id}" if go == "cancel" else f"/licences/{licence_id}/edit"
    return f"/licences/{licence_id}/submit/{steps[at - 1 if go == 'previous' else min(at + 1, len(steps) - 1)]}"


async def _show(
    request: Request,
    service: Licences,
    licence: Licence,
    step: str,
    form: Form,
    *,
    status: int = 200,
    context: Mapping[str, Any] | None = None,
) -> Response:
    country, office = form.text("country"), licence.answers.point_of_entry or ""
    async with service.work() as work:
        offices = await use_cases.offices_of(work, country)
        chosen = await use_cases.office_named(work, form.text("point_of_entry") or office)
    known: dict[str, Any] = {
        "licence": licence,
        "form": form,
        "step": step,
        "steps": STEPS,
        "office": chosen,
        "breadcrumbs": [
            (_("My licences"), "/licences"),
            (licence.boxes.licence_number or _("Draft"), f"/licences/{licence.id}"),
            (_("Submit"), None),
        ],
    }
    if step == "point-of-entry":
        known |= {"member_states": choices.member_states(), "offices": offices}
    if step in {"arrival", "on-behalf"}:
        known |= {"zones": choices.zones(), "countries": choices.all_countries()}
    template = f"submit_{step.replace('-', '_')}.html"
    return service.pages.render(request, template, status=status, **(known | dict(context or {})))


async def _show_final(
    request: Request, service: Licences, person: Person, licence_id: UUID, errors: list[FieldError]
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_licence(work, person, licence_id)
        licence = await use_cases.read_draft(work, person, licence_id)
        flags = await use_cases.flags_if_submitted(licence, work)
    context = {
        "authority": view.authority,
        "flags": [(flag.box, translated(flag.message, flag.params), flag.article) for flag in flags],
        "problems": [(_place(licence_id, error), translated(error.message, error.params)) for error in errors],
    }
    form = Form.empty({"message": licence.answers.message})
    return await _show(request, service, licence, "final", form, status=422 if errors else 200, context=context)


def _place(licence_id: UUID, error: FieldError) -> str:
    """Where a person can put a mistake right."""
    head = error.field.partition(".")[0]
    step = {"point_of_entry": "point-of-entry", "arrival": "arrival", "on_behalf": "on-behalf"}.get(head)
    if step:
        return f"/licences/{licence_id}/submit/{step}"
    return f"/licences/{licence_id}/edit?check=true#f-{error.field}"
