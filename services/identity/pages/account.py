"""Register, and confirm the e-mail address."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService, address_of
from services.identity.domain.accounts import PRIVACY_VERSION, Registration
from services.identity.pages.choices import language_options, time_zones
from services.identity.pages.limits import too_many
from services.identity.use_cases import accounts as use_cases
from services.identity.use_cases.asking import count_asking, evenly
from shared.problems import TooMany, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import DEFAULT_ZONE, _, language_of
from shared.web.pages import see_other

router = APIRouter(prefix="/identity", include_in_schema=False)


def _choices() -> dict[str, Any]:
    return {"languages": language_options(), "time_zones": time_zones(), "privacy_version": PRIVACY_VERSION}


@router.get("/register")
async def show_registration(request: Request, service: InService) -> Response:
    form = Form.empty({"language": language_of(request), "time_zone": DEFAULT_ZONE})
    return service.pages.render(request, "register.html", form=form, **_choices())


@router.post("/register")
async def register(request: Request, service: InService) -> Response:
    form = await Form.read(request)
    try:
        registration = use_cases.check_registration(
            Registration(
                first_name=form.text("first_name"),
                last_name=form.text("last_name"),
                email=form.text("email"),
                password=form.raw("password"),
                language=form.text("language"),
                time_zone=form.text("time_zone"),
                privacy_accepted=form.checked("privacy"),
            )
        )
    except WrongContent as refusal:
        return service.pages.render(request, "register.html", status=422, form=form.take(refusal), **_choices())
    try:
        await count_asking(
            service.work, "registration", address=address_of(request), limit=service.settings.asked_per_hour
        )
    except TooMany as refusal:
        return too_many(service, request, "register.html", form, refusal, **_choices())
    password_hash = await service.passwords.hash(registration.password)
    async with evenly(), service.work() as work:
        await use_cases.register_account(work, registration, password_hash=password_hash, address=address_of(request))
    return see_other("/identity/register/sent")


@router.get("/register/sent")
async def show_registered(request: Request, service: InService) -> Response:
    """The same for everybody: whether the address had an account stands only in the mail."""
    return service.pages.render(request, "look_into_mailbox.html", kind="confirmation")


@router.get("/confirm")
async def show_send_again(request: Request, service: InService) -> Response:
    return service.pages.render(request, "send_again.html", form=Form.empty())


@router.post("/confirm")
async def send_again(request: Request, service: InService) -> Response:
    form = await Form.read(request)
    if not form.text("email"):
        form.error("email", _("Enter your e-mail address."))
        return service.pages.render(request, "send_again.html", status=422, form=form)
    try:
        await count_asking(service.work, "mail", address=address_of(request), limit=service.settings.asked_per_hour)
    except TooMany as refusal:
        return too_many(service, request, "send_again.html", form, refusal)
    async with evenly(), service.work() as work:
        await use_cases.request_confirmation_again(work, form.text("email"))
    return see_other("/identity/register/sent")


@router.get("/confirm/{secret}")
async def show_link(request: Request, service: InService, secret: str) -> Response:
    """Looking changes nothing: mail scanners open links too. The button confirms."""
    try:
        async with service.work() as work:
            await use_cases.read_link(work, secret, "confirmation")
    except WrongState as refusal:
        return _refused_link(request, service, refusal)
    return service.pages.render(request, "confirm.html")


@router.post("/confirm/{secret}")
async def confirm(request: Request, service: InService, secret: str) -> Response:
    await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.confirm_account(work, secret, address=address_of(request))
    except WrongState as refusal:
        return _refused_link(request, service, refusal)
    return see_other("/identity/sign-in", flash=_("Your e-mail address is confirmed. You can sign in now."))


def _refused_link(request: Request, service: InService, refusal: WrongState) -> Response:
    return service.pages.render(request, "link_refused.html", status=410, refusal=refusal, form=Form.empty())
