"""A forgotten password is replaced through a link in a mail."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService, address_of, forget_session
from services.identity.pages.limits import too_many
from services.identity.use_cases import accounts as use_cases
from services.identity.use_cases.asking import count_asking, evenly
from shared.problems import TooMany, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/password", include_in_schema=False)


@router.get("")
async def show(request: Request, service: InService) -> Response:
    return service.pages.render(request, "forgot_password.html", form=Form.empty())


@router.post("")
async def send_link(request: Request, service: InService) -> Response:
    form = await Form.read(request)
    if not form.text("email"):
        form.error("email", _("Enter your e-mail address."))
        return service.pages.render(request, "forgot_password.html", status=422, form=form)
    try:
        await count_asking(service.work, "mail", address=address_of(request), limit=service.settings.asked_per_hour)
    except TooMany as refusal:
        return too_many(service, request, "forgot_password.html", form, refusal)
    async with evenly(), service.work() as work:
        await use_cases.request_password_link(work, form.text("email"))
    return see_other("/identity/password/sent")


@router.get("/sent")
async def show_sent(request: Request, service: InService) -> Response:
    """The same for everybody, whether or not the address has an account."""
    return service.pages.render(request, "look_into_mailbox.html", kind="password")


@router.get("/{secret}")
async def show_link(request: Request, service: InService, secret: str) -> Response:
    try:
        async with service.work() as work:
            await use_cases.read_link(work, secret, "password")
    except WrongState as refusal:
        return _refused_link(request, service, refusal)
    return service.pages.render(request, "new_password.html", form=Form.empty())


@router.post("/{secret}")
async def choose(request: Request, service: InService, secret: str) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.check_new_password(work, secret, form.raw("password"))
        password_hash = await service.passwords.hash(form.raw("password"))
        async with service.work() as work:
            await use_cases.choose_new_password(work, secret, password_hash=password_hash, address=address_of(request))
    except WrongContent as refusal:
        return service.pages.render(request, "new_password.html", status=422, form=form.take(refusal))
    except WrongState as refusal:
        return _refused_link(request, service, refusal)
    response = see_other("/identity/sign-in", flash=_("Your new password counts from now on. Please sign in with it."))
    forget_session(response)
    return response


def _refused_link(request: Request, service: InService, refusal: WrongState) -> Response:
    return service.pages.render(request, "password_link_refused.html", status=410, refusal=refusal)
