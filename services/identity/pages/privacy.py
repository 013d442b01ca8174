"""The privacy statement: to read for everybody, and to accept anew when it has changed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.accounts import PRIVACY_VERSION
from services.identity.use_cases.privacy import accept_privacy, must_accept
from shared.http import SignedIn
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/privacy", include_in_schema=False)


@router.get("")
async def show(request: Request, service: InService) -> Response:
    asked = False
    if request.state.person is not None:
        async with service.work() as work:
            asked = await must_accept(work, request.state.person)
    return _page(request, service, Form.empty(), asked=asked)


@router.post("")
async def accept(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await accept_privacy(work, person, ticked=form.checked("privacy"))
    except WrongContent as refusal:
        return _page(request, service, form.take(refusal), asked=True, status=422)
    return see_other("/", flash=_("Thank you. We keep that you accepted it, and when."))


def _page(request: Request, service: InService, form: Form, *, asked: bool, status: int = 200) -> Response:
    return service.pages.render(
        request,
        "privacy_page.html",
        status=status,
        form=form,
        asked=asked,
        privacy_version=PRIVACY_VERSION,
        breadcrumbs=[(_("Privacy statement"), None)],
    )
