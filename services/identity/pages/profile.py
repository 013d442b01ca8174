"""One's own name, language and time zone, and the way to another role."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import SESSION_COOKIE, InService, keep_token
from services.identity.pages.choices import language_options, time_zones
from services.identity.use_cases import accounts as use_cases
from services.identity.use_cases import sessions
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/profile", include_in_schema=False)


@router.get("")
async def show(request: Request, service: InService, person: SignedIn) -> Response:
    async with service.work() as work:
        account = await use_cases.read_account(work, person)
    form = Form.empty(
        {
            "first_name": account.first_name,
            "last_name": account.last_name,
            "language": account.language,
            "time_zone": account.time_zone,
        }
    )
    return await _page(request, service, person, form)


@router.post("")
async def edit(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.edit_profile(
                work,
                person,
                first_name=form.text("first_name"),
                last_name=form.text("last_name"),
                language=form.text("language"),
                time_zone=form.text("time_zone"),
            )
            renewed = await sessions.renew(work, request.cookies.get(SESSION_COOKIE, ""))
    except WrongContent as refusal:
        return await _page(request, service, person, form.take(refusal), status=422)
    response = see_other("/identity/profile", flash=_("Your profile is saved."))
    if renewed is not None:
        keep_token(response, service, renewed)
    return response


async def _page(request: Request, service: InService, person: Person, form: Form, *, status: int = 200) -> Response:
    async with service.work() as work:
        account = await use_cases.read_account(work, person)
    return service.pages.render(
        request,
        "profile.html",
        status=status,
        form=form,
        account=account,
        languages=language_options(),
        time_zones=time_zones(),
        breadcrumbs=[(_("Profile"), None)],
    )
