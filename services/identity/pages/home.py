"""The first page of the product, and the door to operations."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.identity.access import InService
from services.identity.domain.roles import Status
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.privacy import must_accept
from shared.authentication import TOKEN_COOKIE
from shared.http import SignedIn
from shared.problems import NotYours
from shared.web.i18n import N_, _
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False)
SERVICES = {
    "identity": N_("Accounts, companies, authorities and roles"),
    "licences": N_("Drafts, submitted licences and their attachments"),
    "validation": N_("Cases of the competent authorities, clearance by customs"),
    "notifications": N_("Inbox and mails"),
}


@router.get("/")
async def home(request: Request, service: InService) -> Response:
    """What this is; for those who are signed in, what waits for them in each of their roles."""
    person = request.state.person
    if person is None:
        if TOKEN_COOKIE in request.cookies:
            return RedirectResponse("/identity/session/refresh?next=/", status_code=303)
        return service.pages.render(request, "welcome.html")
    if person.is_machine:
        raise NotYours(N_("Programs use the API; pages are for people."))
    async with service.work() as work:
        own = await use_cases.list_own_roles(work, person)
    person = person.admitted_with(await service.roles_of(person.account_id))
    request.state.person = person
    async with service.work() as work:
        waiting = await use_cases.count_waiting(work, person)
        must_read = await must_accept(work, person)
    if must_read:
        return see_other("/identity/privacy")
    asked = [role for role in own if role.status is Status.REQUESTED]
    return service.pages.render(request, "home.html", asked=asked, waiting=waiting)


@router.get("/operations")
async def operations(request: Request, service: InService, person: SignedIn) -> Response:
    """The way to each service's page of unsent events and parked messages."""
    if not person.is_support:
        raise NotYours(N_("Only the support team may see this."))
    breadcrumbs = [(_("Operations"), None)]
    return service.pages.render(request, "all_operations.html", services=SERVICES, breadcrumbs=breadcrumbs)
