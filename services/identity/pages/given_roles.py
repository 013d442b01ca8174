"""Roles that nobody asks for: support makes monitors and members of its own team."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.pages.choices import end_of_day, member_states, partner_countries
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Scope
from shared.http import SignedIn
from shared.person import Person
from shared.problems import NotYours, WrongContent
from shared.web.forms import Form
from shared.web.i18n import N_, _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/requests", include_in_schema=False)


@router.get("/monitor")
async def show_monitor(request: Request, service: InService, person: SignedIn, email: str = "") -> Response:
    return _page(request, service, person, "give_monitor.html", Form.empty({"email": email}))


@router.post("/monitor")
async def give_monitor(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    scope = Scope(form.text("country") or None, form.text("partner_country") or None)
    try:
        async with service.work() as work:
            role = await use_cases.give_monitor_role(
                work,
                person,
                email=form.text("email"),
                scope=scope,
                ends_at=end_of_day(form.text("ends_at"), person.time_zone),
                reason=form.text("reason"),
            )
    except WrongContent as refusal:
        return _page(request, service, person, "give_monitor.html", form.take(refusal))
    return see_other(f"/identity/requests/{role.id}", flash=_("The monitor's role is granted."))


@router.get("/support")
async def show_support(request: Request, service: InService, person: SignedIn, email: str = "") -> Response:
    return _page(request, service, person, "give_support.html", Form.empty({"email": email}))


@router.post("/support")
async def give_support(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            role = await use_cases.give_support_role(work, person, email=form.text("email"), reason=form.text("reason"))
    except WrongContent as refusal:
        return _page(request, service, person, "give_support.html", form.take(refusal))
    return see_other(f"/identity/requests/{role.id}", flash=_("The person is a member of the support team now."))


def _page(request: Request, service: InService, person: Person, template: str, form: Form) -> Response:
    if not person.is_support:
        raise NotYours(N_("Only the support team gives roles that nobody asked for."))
    return service.pages.render(
        request,
        template,
        status=200 if form.ok else 422,
        form=form,
        countries=member_states(),
        partners=partner_countries(),
        breadcrumbs=[(_("Role requests"), "/identity/requests"), (_("Grant a role"), None)],
    )
