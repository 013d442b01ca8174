"""The customs office's pages: what it may clear, and the clearance itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain.case import Case
from services.validation.domain.quantities import NotAMeasure, Quantities, compare, measure
from services.validation.domain.states import Act, ClearanceState
from services.validation.pages.common import (
    MOST_SHEETS,
    InService,
    address,
    office_name,
    sheets_of,
    timeline_of,
    transport_name,
    unit_symbol,
)
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
}


@router.get(LIST)
async def clearances(
    request: Request,
    service: InService,
    person: SignedIn,
    state: str | None = None,
    number: str = "",
    cursor: str | None = None,
) -> Response:
    """Validated licences of the office: those that await clearance, or with a number those that have it."""
    if state is None and not number.strip():
        state = ClearanceState.AWAITING
    wanted = state if state in set(ClearanceState) else None
    async with service.work() as work:
        page = await use_cases.list_clearances(work, person, state=wanted, number=number, cursor=cursor)
    filters = {"state": state, "number": number.strip()}
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
    """Calculate, clear, suspend, resume or refuse, as the pressed button says."""
    form = await Form.read(request)
    pressed, declared = form.text("act"), Quantities()
    version = int(form.text("version")) if form.text("version").isdecimal() else None
    try:
        if pressed in {CALCULATE, Act.CLEAR}:
            declared = _declared(form)
        if pressed == CALCULATE:
            return await _show(request, service, person, case_id, form, declared)
        async with service.work() as work:
            if pressed == Act.CLEAR:
                number = form.text("declaration")
                await use_cases.clear_licence(
                    work, person, case_id, declaration=number, declared=declared, version=version
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
    case = view.case
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
        form=form,
        refusal=translated(refusal.message, refusal.params) if refusal else None,
        office_name=office_name,
        transport_name=transport_name,
        unit_symbol=unit_symbol,
        breadcrumbs=[(_("Clearances"), LIST), (case.licence_number, None)],
    )
