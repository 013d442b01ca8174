"""One box of a case: marking it while it is compared with the scan, and correcting it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.boxes import Box, all_boxes
from services.validation.domain.marks import Place
from services.validation.domain.proceedings import Confirmation
from services.validation.domain.states import Act
from services.validation.pages.common import MOST_SHEETS, InService, sheets_of
from services.validation.pages.compared import compared
from services.validation.pages.review import QUEUE, panels
from services.validation.use_cases.correcting import FIELDS, country_codes
from services.validation.words import ALTERATIONS
from shared import reference_data
from shared.contracts.licence import Boxes, Species, Units
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, Refusal, Stale, Unknown, WrongContent, WrongState
from shared.web.formats import country
from shared.web.forms import Form
from shared.web.i18n import _, gettext, translated
from shared.web.pages import see_other

router = APIRouter()
CASE = QUEUE + "/{case_id}"
BOX = CASE + "/boxes/{number}-{line}"
SPARE_ROWS = 2
"""Empty rows that a list of species or counts ends with."""
ROWS = 20


@router.post(CASE + "/marks")
async def mark(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """Mark a box, or take the mark away; then on to the next box. The script asks for what changes on its page."""
    form = await Form.read(request)
    place = _place(form.text("box"), form.text("line"))
    wrong: WrongContent | None = None
    try:
        async with service.work() as work:
            if form.text("finding") == "none":
                await use_cases.unmark_box(work, person, case_id, place)
            else:
                await use_cases.mark_box(
                    work,
                    person,
                    case_id,
                    place,
                    finding=form.text("finding"),
                    reason_code=form.text("reason_code"),
                    text=form.text("text"),
                    seen=form.text("seen") if "seen" in form.values else None,
                )
    except WrongContent as refusal:
        wrong = refusal
    form = form.take(WrongContent([_mark_field(error) for error in wrong.errors])) if wrong else Form.empty()
    return await _marked(request, service, person, case_id, place, form)


async def _marked(
    request: Request, service: InService, person: Person, case_id: UUID, place: Place, form: Form
) -> Response:
    part = request.headers.get("X-Part") == "box"
    async with service.work() as work:
        view = await use_cases.look_again(work, person, case_id)
    rows = compared(view, person.account_id)
    here = next((index for index, row in enumerate(rows) if row.box.place == place), 0)
    if form.ok and not part:
        following = rows[min(here + 1, len(rows) - 1)].box.key
        return see_other(f"{QUEUE}/{case_id}#box-{following}")
    return service.pages.render(
        request,
        "review/marked.html" if part else "review/mark.html",
        **panels(service, person, view, rows),
        status=200 if form.ok else 422,
        row=rows[here],
        mark_form=_mark_form(form),
        current="" if form.ok else rows[here].box.key,
        breadcrumbs=_crumbs(case_id, view.case.licence_number, _("Difference")),
    )


def _mark_field(error: FieldError) -> FieldError:
    return FieldError(f"mark.{error.field}", error.code, error.message, params=error.params)


def _mark_form(form: Form) -> Form:
    shown = Form.empty({"mark": {"reason_code": form.text("reason_code"), "text": form.text("text")}})
    shown.errors = form.errors
    return shown


@router.get(BOX)
async def correct(
    request: Request, service: InService, person: SignedIn, case_id: UUID, number: int, line: int
) -> Response:
    """The form that corrects one box, beside the scan."""
    return await _show(request, service, person, case_id, (number, line))


@router.post(BOX)
async def amend(
    request: Request, service: InService, person: SignedIn, case_id: UUID, number: int, line: int
) -> Response:
    """Correct the box."""
    form = await Form.read(request)
    place = (number, line)
    version = int(form.text("version")) if form.text("version").isdecimal() else None
    confirmed_on, wrong = _day(form)
    confirmation = Confirmation(form.text("confirmed_by"), confirmed_on, form.text("confirmation_reference"))
    try:
        async with service.work() as work:
            await use_cases.correct_box(
                work,
                person,
                case_id,
                place,
                value=_value(form),
                why=form.text("why"),
                reason=form.text("reason"),
                confirmation=confirmation,
                version=version,
            )
            _readable(wrong)
    except WrongContent as refusal:
        errors = [error for error in refusal.errors if error.field not in {w.field for w in wrong}]
        return await _show(request, service, person, case_id, place, form.take(WrongContent([*wrong, *errors])))
    except (WrongState, Stale) as refusal:
        return await _show(request, service, person, case_id, place, form, refusal)
    return see_other(f"{QUEUE}/{case_id}#box-{number}-{line}", flash=_("The box is corrected. The original stays."))


def _readable(wrong: list[FieldError]) -> None:
    if wrong:
        raise WrongContent(wrong)


def _day(form: Form) -> tuple[date | None, list[FieldError]]:
    try:
        return (date.fromisoformat(text) if (text := form.text("confirmed_on")) else None), []
    except ValueError:
        message = "This is not a date. Enter it as year-month-day, such as 2027-01-31."
        return None, [FieldError("confirmed_on", "no_date", message)]


def _value(form: Form) -> dict[str, Any]:
    """What was typed, as the JSON of the box: `value.species.0.name` is a row of a list."""
    value: dict[str, Any] = {}
    for name in form.values:
        parts = name.split(".")
        if parts[0] != "value":
            continue
        if len(parts) == 2:
            value[parts[1]] = form.raw(name)
        elif len(parts) == 4 and parts[2].isdecimal() and int(parts[2]) < ROWS:
            rows = value.setdefault(parts[1], [{} for _row in range(ROWS)])
            rows[int(parts[2])][parts[3]] = form.raw(name)
    return value


async def _show(
    request: Request,
    service: InService,
    person: Person,
    case_id: UUID,
    place: Place,
    form: Form | None = None,
    refusal: Refusal | None = None,
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_case(work, person, case_id)
    case = view.case
    box = _box(case.licence.boxes, place)
    value = _typed(case.licence.boxes, place)
    sheets = sheets_of(case.licence_id, case.licence.attachments)
    status = 200 if form is None else refusal.status if refusal else 422
    return service.pages.render(
        request,
        "correct_box.html",
        status=status,
        case=case,
        box=box,
        may=Act.AMEND in view.may,
        fields=FIELDS[place[0]],
        rows=range(min(ROWS, max(len(value.get(rows_of, [])), 1) + SPARE_ROWS)) if (rows_of := _rows_of(place)) else (),
        form=form or Form.empty({"value": value, "why": "copying"}),
        refusal=translated(refusal.message, refusal.params) if refusal else None,
        alterations=[(code, gettext(name)) for code, name in ALTERATIONS.items()],
        countries=sorted(((code, country(code)) for code in country_codes()), key=lambda pair: pair[1]),
        issuing=[(c.code, country(c.code)) for c in reference_data.vpa_countries() if c.issuing],
        modes=[(mode.code, mode.name) for mode in reference_data.transport_modes()],
        units=[(unit.code, f"{unit.name} ({unit.symbol})") for unit in reference_data.units() if unit.on_form],
        sheets=sheets[:MOST_SHEETS],
        sheets_left_out=max(0, len(sheets) - MOST_SHEETS),
        breadcrumbs=_crumbs(case_id, case.licence_number, _("Box %(box)s", box=box.shown_number)),
    )


def _box(boxes: Boxes, place: Place) -> Box:
    for box in all_boxes(boxes):
        if box.place == place:
            return box
    raise Unknown("This licence has no such box.")


def _rows_of(place: Place) -> str:
    return {11: "species", 12: "species", 16: "units"}.get(place[0], "")


def _typed(boxes: Boxes, place: Place) -> Mapping[str, Any]:
    """The box as a person would have typed it."""
    number, line = place
    whole: dict[str, Any] = boxes.model_dump(mode="json")
    source = whole["commodities"][line - 1] if line else whole
    if not line and number in {14, 15, 16}:
        source = whole["global_measure"] or {}
    if number in {1, 8, 18}:
        part = source[{1: "issuing_authority", 8: "licensee", 18: "signature"}[number]]
        return dict(part)
    if number in {11, 12}:
        return {"species": [_species_row(Species.model_validate(row)) for row in source["species"]]}
    if number == 16:
        return {"units": [_units_row(Units.model_validate(row)) for row in source.get("units") or []]}
    field = FIELDS[number][0]
    value = source.get(field)
    return {field: format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else value}


def _species_row(species: Species) -> dict[str, str]:
    return {"name": species.name, "countries_of_harvest": "; ".join(species.countries_of_harvest)}


def _units_row(units: Units) -> dict[str, str]:
    return {"count": format(units.count, "f"), "unit": units.unit}


def _place(box: str, line: str) -> Place:
    """Where the box is. Raises Unknown when that cannot be read."""
    if not (box.isdecimal() and line.isdecimal() and len(box) < 3 and len(line) < 4):
        raise Unknown("This licence has no such box.")
    return int(box), int(line)


def _crumbs(case_id: UUID, number: str, here: str) -> list[tuple[str, str | None]]:
    return [(_("Cases"), QUEUE), (number, f"{QUEUE}/{case_id}"), (here, None)]
