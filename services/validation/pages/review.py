"""The authority's page of one case: everything to decide by, beside its scan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain.days import day_in
from services.validation.domain.fees import CURRENCIES
from services.validation.domain.marks import as_reasons
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.states import Act
from services.validation.pages.common import (
    MOST_SHEETS,
    InService,
    office_name,
    plain_amount,
    sheets_of,
    shown_checks,
)
from services.validation.pages.compared import Compared, compared, history_of
from services.validation.risk_words import risk_reasons
from services.validation.use_cases import CaseView
from services.validation.words import ALTERATIONS, KINDS, OUTCOMES, reason_choices, reason_name
from shared import reference_data
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Refusal
from shared.web.forms import Form
from shared.web.i18n import _, gettext, translated

router = APIRouter()
QUEUE = "/validation/cases"


@dataclass(frozen=True)
class Tried:
    """An act that was not done: its form as it was typed, and why."""

    act: str
    form: Form
    refusal: Refusal | None = None
    status: int = 422


@router.get(QUEUE + "/{case_id}")
async def review(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """One case with its scan, the boxes of the form, the checks, what is open, and every act that may be done.

    `act` opens the form of an act, `box` that for a difference in a box: both for browsers without the script.
    """
    return await show(request, service, person, case_id)


async def show(
    request: Request, service: InService, person: Person, case_id: UUID, tried: Tried | None = None
) -> Response:
    """The page, with the act that was tried open and everything typed kept."""
    async with service.work() as work:
        view = await use_cases.read_case(work, person, case_id)
    case = view.case
    rows = compared(view, person.account_id)
    sheets = sheets_of(case.licence_id, case.licence.attachments)
    sheets.sort(key=lambda sheet: sheet.file.box == 0)
    checks = shown_checks(list(view.checks))
    refusal = tried.refusal if tried else None
    return service.pages.render(
        request,
        "case.html",
        **panels(service, person, view, rows, tried, opened=request.query_params.get("act", "")),
        status=tried.status if tried else 200,
        licence=case.licence,
        current=request.query_params.get("box", ""),
        checks=checks,
        tally={tone: sum(check.tone == tone for check in checks) for tone in ("bad", "attention", "good")},
        risk_reasons=risk_reasons(case.risk_reasons, case.sampled),
        sheets=sheets[:MOST_SHEETS],
        sheets_left_out=max(0, len(sheets) - MOST_SHEETS),
        files={file.id: file for file in case.licence.attachments},
        history=history_of(view),
        kept=_kept(tried),
        refusal=translated(refusal.message, refusal.params) if refusal else None,
        void=case.to_decide().lodged_after_expiry,
        kinds=KINDS,
        outcomes=[(code, gettext(name)) for code, name in OUTCOMES.items()],
        alterations=ALTERATIONS,
        office_name=office_name,
        breadcrumbs=[(_("Cases"), QUEUE), (case.licence_number, None)],
    )


def panels(
    service: InService,
    person: Person,
    view: CaseView,
    rows: list[Compared],
    tried: Tried | None = None,
    *,
    opened: str = "",
) -> dict[str, Any]:
    """What the forms of all acts are made of, in which the marks on boxes are proposed; `opened` is shown open."""
    case, today = view.case, _today(service, view.case.country)
    return {
        "view": view,
        "case": case,
        "may": view.may,
        "act": Act,
        "rows": rows,
        "progress": _progress(rows),
        "form": _form(view, person, tried, today),
        "opened": tried.act if tried else opened,
        "today": today,
        "offices": reference_data.customs_offices(case.country),
        "currencies": [(code, code) for code in CURRENCIES],
        "reasons": reason_choices(),
        "reason_name": reason_name,
    }


def _today(service: InService, country: str) -> str:
    return day_in(country, service.clock()).isoformat()


def _progress(rows: list[Compared]) -> dict[str, int]:
    """How far the comparison is: boxes marked by anybody, and those in which a difference was found."""
    return {
        "all": len(rows),
        "marked": sum(bool(row.marks) for row in rows),
        "differing": sum(row.differs for row in rows),
    }


def _form(view: CaseView, person: Person, tried: Tried | None, today: str) -> Form:
    """What every form of the page starts from, and what was typed into the one that was tried."""
    form = Form.empty(_beginnings(view, person, today))
    if tried is None:
        return form
    own = ("remark", "reason_code", "reason") if tried.act in {Act.VALIDATE, Act.REJECT} else ()
    for name in list(form.values):
        if name.startswith(f"{tried.act}.") or name in own:
            del form.values[name]
    form.values |= tried.form.values
    form.errors = tried.form.errors
    return form


def _beginnings(view: CaseView, person: Person, today: str) -> Mapping[str, object]:
    """Differing boxes are proposed as reasons, and days as what they usually are."""
    found = as_reasons(view.marks, first=person.account_id)
    void, policy = view.case.to_decide().lodged_after_expiry, view.policy
    code = RejectionReason.EXPIRED_AT_LODGING if void else (found[0].reason_code if found else "")
    lines = [
        " – ".join(filter(None, (_("Box %(box)s: %(reason)s", box=b.box, reason=reason_name(b.reason_code)), b.text)))
        for b in found
    ]
    return {
        "reason_code": code,
        "reason": "\n".join(lines),
        "ask": {"kind": "information", "boxes": [str(b.box) for b in found]},
        "open_verification": {"kind": "query", "text": "\n".join(lines), "sent_on": today},
        "remind": {"sent_on": today},
        "return": {
            "boxes": [str(b.box) for b in found],
            **{f"box{b.box}": {"reason_code": b.reason_code, "text": b.text} for b in found},
        },
        "record_fee": {"currency": policy.fee_currency, "amount": plain_amount(policy.usual_fee)},
    }


def _kept(tried: Tried | None) -> list[str]:
    """What was typed into an act that may not be offered any more: nothing typed is ever lost."""
    if tried is None or tried.refusal is None:
        return []
    form = tried.form
    names = [name for name in form.values if name.rpartition(".")[2] in {"text", "reason", "remark", "answer"}]
    return [form.text(name) for name in names if form.text(name)]
