"""The authority's page of one case: the review with its decision."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.states import ClearanceState, ValidationState
from services.validation.pages.common import (
    MOST_SHEETS,
    InService,
    office_name,
    sheets_of,
    shown_checks,
    timeline_of,
    transport_name,
    unit_symbol,
)
from services.validation.words import reason_choices, reason_name
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Refusal, Stale, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter()
QUEUE = "/validation/cases"


@router.get(QUEUE + "/{case_id}")
async def review(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """One case with its scan, the boxes of the form, the checks, and the decision to take or taken."""
    return await _show(request, service, person, case_id, Form.empty())


@router.post(QUEUE + "/{case_id}")
async def decide(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """Validate or reject, as the pressed button says."""
    form = await Form.read(request)
    version = int(form.text("version")) if form.text("version").isdecimal() else None
    try:
        async with service.work() as work:
            if form.text("outcome") == "validated":
                await use_cases.validate_licence(work, person, case_id, remark=form.text("remark"), version=version)
                told = _("The licence is validated. Customs and the importer are told.")
            else:
                code, reason = form.text("reason_code"), form.text("reason")
                await use_cases.reject_licence(work, person, case_id, reason_code=code, reason=reason, version=version)
                told = _("The licence is rejected. The importer is told the reason.")
    except WrongContent as refusal:
        return await _show(request, service, person, case_id, form.take(refusal), status=422)
    except (WrongState, Stale) as refusal:
        return await _show(request, service, person, case_id, form, status=refusal.status, refusal=refusal)
    return see_other(f"{QUEUE}/{case_id}", flash=told)


async def _show(
    request: Request,
    service: InService,
    person: Person,
    case_id: UUID,
    form: Form,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_case(work, person, case_id)
    case = view.case
    void = case.to_decide().lodged_after_expiry
    if void and not form.text("reason_code"):
        form.values["reason_code"] = [RejectionReason.EXPIRED_AT_LODGING]
    sheets = sheets_of(case.licence_id, case.licence.attachments)
    checks = shown_checks(list(view.checks))
    return service.pages.render(
        request,
        "case.html",
        status=status,
        case=case,
        licence=case.licence,
        checks=checks,
        tally={tone: sum(check.tone == tone for check in checks) for tone in ("bad", "attention", "good")},
        sheets=sheets[:MOST_SHEETS],
        sheets_left_out=max(0, len(sheets) - MOST_SHEETS),
        history=timeline_of(list(view.acts)),
        reads=view.reads,
        form=form,
        open=case.validation_state is ValidationState.SUBMITTED,
        suspended=case.clearance_state is ClearanceState.SUSPENDED,
        own=view.own,
        may_decide=view.may_decide,
        void=void,
        refusal=translated(refusal.message, refusal.params) if refusal else None,
        reasons=reason_choices(),
        reason_name=reason_name,
        office_name=office_name,
        transport_name=transport_name,
        unit_symbol=unit_symbol,
        breadcrumbs=[(_("Cases"), QUEUE), (case.licence_number, None)],
    )
