"""Claiming an electronic licence: its number, and what only those know who have seen it."""

import datetime as dt

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.reading import NO_DATE, clean
from services.licences.pages import choices
from services.licences.service import InService, Licences
from services.licences.use_cases.for_companies import ONLY_IMPORTERS
from shared.http import SignedIn
from shared.person import Person
from shared.problems import NotYours, TooMany, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False)


@router.get("/licences/claim")
async def claim(request: Request, person: SignedIn, service: InService) -> Response:
    if not person.companies:
        raise NotYours(ONLY_IMPORTERS)
    active = person.active_role.body_id if person.active_role else None
    company = active if active in person.companies else person.companies[0]
    return _show(request, person, service, Form.empty({"operator_id": str(company)}))


@router.post("/licences/claim")
async def send(request: Request, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    company = next((c for c in person.companies if str(c) == form.text("operator_id")), None)
    expiry = _read(form)
    if expiry is None or not form.ok:
        return _show(request, person, service, form, status=422)
    try:
        async with service.work() as work:
            attempt = await use_cases.note_attempt(work, person, operator_id=company)
        async with service.work() as work:
            licence = await use_cases.claim_licence(
                work,
                person,
                attempt,
                country=form.text("issuing_country"),
                number=clean(form.text("licence_number")),
                expiry_date=expiry,
            )
    except WrongContent as wrong:
        return _show(request, person, service, form.take(wrong), status=wrong.status)
    except (TooMany, WrongState) as refusal:
        form.error("licence_number", translated(refusal.message, refusal.params))
        return _show(request, person, service, form, status=refusal.status)
    return see_other(f"/licences/{licence.id}", flash=_("The licence is claimed. Submit it when you know the arrival."))


def _read(form: Form) -> dt.date | None:
    """The date of expiry; beside each field what is missing."""
    if not form.text("issuing_country"):
        form.error("issuing_country", _("Choose the country that issued the licence."))
    if not form.text("licence_number"):
        form.error("licence_number", _("Enter the licence number."))
    try:
        return dt.date.fromisoformat(form.text("expiry_date"))
    except ValueError:
        form.error("expiry_date", _(NO_DATE) if form.text("expiry_date") else _("Enter the date of expiry."))
        return None


def _show(request: Request, person: Person, service: Licences, form: Form, *, status: int = 200) -> Response:
    return service.pages.render(
        request,
        "claim_licence.html",
        status=status,
        form=form,
        companies=choices.companies(person),
        issuing_countries=choices.issuing_countries(),
        support=service.settings.support_mailbox,
        breadcrumbs=[(_("My licences"), "/licences"), (_("Claim an electronic licence"), None)],
    )
