"""The customs office's pages: what it may clear, and the clearance itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.boxes import transport_name, unit_symbol
from services.validation.domain.case import Case
from services.validation.domain.proceedings import DeclaredLine
from services.validation.domain.quantities import NotAMeasure, Quantities, compare, measure, total
from services.validation.domain.states import Act, ClearanceState
from services.validation.pages.common import (
    MOST_SHEETS,
    InService,
    address,
    office_name,
    sheets_of,
    timeline_of,
)
from services.validation.storage import StoredCase
from services.validation.storage.lists import COUNTED
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, Refusal, Stale, Unknown, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import N_, _, gettext, translated
from shared.web.pages import see_other
from shared.web.words import state_name

router = APIRouter()
LIST = "/validation/clearances"
CALCULATE = "calculate"
MOST_LINES = 500
_NOT_A_MEASURE = N_("Write the quantity in digits, with a point before decimals and nothing between thousands: 9690.5")

_WITH_REASON: dict[str, Callable[..., Awaitable[Case]]] = {
    Act.SUSPEND: use_cases.suspend_clearance,
    Act.RESUME: use_cases.resume_clearance,
    Act.REFUSE: use_cases.refuse_clearance,
}
_TOLD = {
    Act.CLEAR: N_("The licence is cleared. The authority and the importer are told."),
    Act.SUSPEND: N_("The release is suspended. The authority and the importer are told."),
    Act.RESUME: N_("The licence awaits clearance again."),
    Act.REFUSE: N_("Clearance is refused. The authority and the importer are told."),
    Act.CORRECT_DECLARATION: N_("The declaration is corrected. What stood there before stays in the history."),
}


@router.get(LIST)
async def clearances(
    request: Request,
    service: InService,
    person: SignedIn,
    state: str | None = None,
    number: str = "",
    offices: Literal["", "all"] = "",
    cursor: str | None = None,
) -> Response:
    """Validated licences of the office: those that await clearance, or with a number those that have it.

    `offices=all` shows those of the whole country, where the competent authority allows that.
    """
    if state is None and not number.strip():
        state = ClearanceState.AWAITING
    wanted = state if state in set(ClearanceState) else None
    async with service.work() as work:
        page = await use_cases.list_clearances(
            work, person, state=wanted, number=number, whole_country=offices == "all", cursor=cursor
        )
        may_see_country = await use_cases.may_see_country(work, person)
    filters = {"state": state, "number": number.strip(), "offices": offices}
    return service.pages.render(
        request,
        "clearances.html",
        page=page,
        stats=_stats(page.counts),
        form=Form.empty(filters),
        number=number.strip(),
        state=wanted,
        state_name=state_name,
        office_name=office_name,
        may_see_country=may_see_country,
        offices=offices,
        own_url=address(LIST, {**filters, "offices": ""}),
        all_url=address(LIST, {**filters, "offices": "all"}),
        next_url=address(LIST, {**filters, "cursor": page.next}) if page.next else None,
        first_url=address(LIST, filters) if cursor else None,
        breadcrumbs=[(_("Clearances"), None)],
    )


def _stats(counts: Mapping[str, int]) -> list[tuple[str, int, str, str | None]]:
    return [
        (
            state_name("clearance", state),
            number,
            address(LIST, {"state": state}),
            _("or more") if number >= COUNTED else None,
        )
        for state, number in counts.items()
    ]


@router.get(LIST + "/{case_id}")
async def clearance(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """One accepted licence, with what customs can do with it."""
    return await _show(request, service, person, case_id, Form.empty(), Quantities())


@router.post(LIST + "/{case_id}")
async def act(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """Calculate, clear, suspend, resume, refuse or correct the declaration, as the pressed button says."""
    form = await Form.read(request)
    pressed, declared, lines = form.text("act"), Quantities(), []
    version = int(form.text("version")) if form.text("version").isdecimal() else None
    try:
        if pressed in {CALCULATE, Act.CLEAR, Act.CORRECT_DECLARATION}:
            lines = _declared_lines(form)
            declared = total(None, [line.quantities for line in lines]) if lines else _declared(form)
        if pressed == CALCULATE:
            return await _show(request, service, person, case_id, form, declared)
        async with service.work() as work:
            if pressed == Act.CLEAR:
                number = form.text("declaration")
                await use_cases.clear_licence(
                    work,
                    person,
                    case_id,
                    declaration=number,
                    declared=declared,
                    lines=lines,
                    override_reason=form.text("override_reason"),
                    version=version,
                )
            elif pressed == Act.CORRECT_DECLARATION:
                number, reason = form.text("declaration"), form.text(f"{pressed}_reason")
                await use_cases.correct_declaration(
                    work, person, case_id, declaration=number, declared=declared, reason=reason, version=version
                )
            elif pressed in _WITH_REASON:
                reason = form.text(f"{pressed}_reason")
                await _WITH_REASON[pressed](work, person, case_id, reason=reason, version=version)
            else:
                raise Unknown("There is no such act.")
    except WrongContent as refusal:
        here = WrongContent([_beside(error, pressed) for error in refusal.errors])
        return await _show(request, service, person, case_id, form.take(here), declared, status=422)
    except (WrongState, Stale) as refusal:
        return await _show(request, service, person, case_id, form, declared, status=refusal.status, refusal=refusal)
    return see_other(f"{LIST}/{case_id}", flash=gettext(_TOLD[Act(pressed)]))


def _beside(error: FieldError, pressed: str) -> FieldError:
    """Several forms of the page ask for a reason, so each names its field after its act."""
    return replace(error, field=f"{pressed}_reason") if error.field == "reason" else error


def _declared(form: Form) -> Quantities:
    """What was typed as declared. Raises WrongContent where it cannot be read."""
    values, wrong = {}, []
    for name in ("volume_m3", "net_weight_kg"):
        try:
            values[name] = measure(form.text(name))
        except NotAMeasure:
            wrong.append(FieldError(name, "not_a_measure", _NOT_A_MEASURE))
    if wrong:
        raise WrongContent(wrong)
    return Quantities(**values)


def _declared_lines(form: Form) -> list[DeclaredLine]:
    """The lines of the licence for which something was declared. Raises WrongContent where it cannot be read."""
    lines, wrong = [], []
    for place in range(MOST_LINES):
        if f"lines.{place}.commodity_code" not in form.values:
            break
        values: dict[str, Decimal | None] = {}
        for name in ("volume_m3", "net_weight_kg"):
            try:
                values[name] = measure(form.text(f"lines.{place}.{name}"))
            except NotAMeasure:
                wrong.append(FieldError(f"lines.{place}.{name}", "not_a_measure", _NOT_A_MEASURE))
        if any(value is not None for value in values.values()):
            code = "".join(filter(str.isdigit, form.text(f"lines.{place}.commodity_code")))
            lines.append(DeclaredLine(code, Quantities(**values)))
    if wrong:
        raise WrongContent(wrong)
    return lines


def _fill_in(form: Form, case: StoredCase) -> bool:
    """What stands in the form before anybody types. Returns whether something was typed line by line."""
    for place, line in enumerate(case.licence.boxes.commodities):
        form.values.setdefault(f"lines.{place}.commodity_code", [line.commodity_code])
    if case.declaration:
        quantities = case.declaration.quantities
        form.values.setdefault("declaration", [case.declaration.number])
        for name, value in vars(quantities).items():
            form.values.setdefault(name, ["" if value is None else f"{value.normalize():f}"])
    return any(texts != [""] for name, texts in form.values.items() if name.startswith("lines.") and "code" not in name)


def _kept(form: Form) -> list[str]:
    """What was typed into an act that may not be offered any more: nothing typed is ever lost."""
    typed = ("declaration", "volume_m3", "net_weight_kg", "override_reason", *(f"{act}_reason" for act in _TOLD))
    return [form.text(name) for name in typed if form.text(name)]


async def _show(
    request: Request,
    service: InService,
    person: Person,
    case_id: UUID,
    form: Form,
    declared: Quantities,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_clearance(work, person, case_id)
        may_override = await use_cases.may_override(work, view.case)
    case = view.case
    lines_open = _fill_in(form, case)
    sheets = sheets_of(case.licence_id, case.licence.attachments)
    return service.pages.render(
        request,
        "clearance.html",
        status=status,
        case=case,
        licence=case.licence,
        state=case.clearance_state.value,
        comparisons=compare(case.licensed, case.declaration.quantities if case.declaration else declared),
        sheets=sheets[:MOST_SHEETS],
        sheets_left_out=max(0, len(sheets) - MOST_SHEETS),
        history=timeline_of(list(view.acts)),
        reads=view.reads,
        may_act=person.customs_at(case.point_of_entry) is not None and case.held,
        may_override=may_override,
        lines_open=lines_open,
        form=form,
        refusal=translated(refusal.message, refusal.params) if refusal else None,
        kept=_kept(form) if refusal else [],
        office_name=office_name,
        transport_name=transport_name,
        unit_symbol=unit_symbol,
        breadcrumbs=[(_("Clearances"), LIST), (case.licence_number, None)],
    )
