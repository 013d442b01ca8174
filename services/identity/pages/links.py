"""Where else one may sign in, and ending that."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.use_cases import accounts
from services.identity.use_cases import openid as use_cases
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongState
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/profile/links", include_in_schema=False)


@router.get("")
async def show(request: Request, service: InService, person: SignedIn) -> Response:
    return await _page(request, service, person)


@router.post("/{tie_id}/removal")
async def remove(request: Request, service: InService, person: SignedIn, tie_id: UUID) -> Response:
    await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.remove_tie(work, person, tie_id)
    except WrongState as refusal:
        return await _page(request, service, person, refusal)
    return see_other("/identity/profile/links", flash=_("The link is removed."))


async def _page(request: Request, service: InService, person: Person, refusal: WrongState | None = None) -> Response:
    async with service.work() as work:
        ties = await use_cases.list_ties(work, person)
        account = await accounts.read_account(work, person)
    return service.pages.render(
        request,
        "openid_links.html",
        status=refusal.status if refusal else 200,
        ties=ties,
        has_password=account.password_hash is not None,
        provider=service.settings.openid_name if service.openid else None,
        refusal=refusal,
        breadcrumbs=[(_("Profile"), "/identity/profile"), (_("Linked sign-ins"), None)],
    )
