"""A competent authority enters a licence: for which company of its country, and who issued it."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.form import Boxes, Party
from services.licences.pages import choices
from services.licences.service import InService, Licences
from shared.http import SignedIn
from shared.person import Person
from shared.problems import NotYours, WrongContent
from shared.web.forms import Form
from shared.web.i18n import _, language_of, speak, zone_of
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False)
HERE = "/licences/new/for-company"


@router.get(HERE)
async def new(request: Request, person: SignedIn, service: InService, company: str = "") -> Response:
    use_cases.officer(person)
    return await _show(request, person, service, Form.empty({"company": company}))


@router.post(HERE)
async def create(request: Request, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request)
    use_cases.officer(person)
    operator_id, authority = _id(form.text("operator_id")), form.text("issuing_authority")
    if operator_id is None:
        form.error("operator_id" if form.text("company") else "company", _("Choose the company whose licence it is."))
    if not authority:
        form.error("issuing_authority", _("Choose the authority that stands in Box 1 of the licence."))
    if form.ok:
        boxes = Boxes(issuing_authority=Party(name=authority))
        try:
            async with service.work() as work:
                licence = await use_cases.create_draft(work, person, operator_id=operator_id, boxes=boxes)
            return see_other(f"/licences/{licence.id}/edit")
        except NotYours as refusal:
            form.error("operator_id", _(refusal.message))
    return await _show(request, person, service, form, status=422)


def works_as_officer(person: Person) -> bool:
    """Whether somebody enters licences for others now, and not for a company of the own."""
    active = person.active_role
    return active is not None and active.kind == "msca"


async def _show(request: Request, person: Person, service: Licences, form: Form, *, status: int = 200) -> Response:
    speak(language_of(request), zone_of(request))
    async with service.work() as work:
        found = []
        if form.text("company"):
            try:
                found = await use_cases.find_companies(work, person, form.text("company"))
            except WrongContent as wrong:
                form.take(wrong)
        authorities = choices.authorities(await use_cases.choices_of(work))
    return service.pages.render(
        request,
        "new_licence_for_company.html",
        status=status,
        form=form,
        found=[(str(c.id), c.name, ", ".join(filter(None, (c.eori, c.address, c.town)))) for c in found],
        authorities=authorities,
        country=use_cases.officer(person).country,
        breadcrumbs=[(_("Licences"), "/licences"), (_("New licence for a company"), None)],
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
