"""Another e-mail address: asked for in the profile, confirmed through a link in each mailbox."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService, address_of
from services.identity.pages.limits import too_many
from services.identity.use_cases import email_changes as use_cases
from services.identity.use_cases.accounts import read_account
from services.identity.use_cases.asking import evenly
from shared.http import SignedIn
from shared.person import Person
from shared.problems import TooMany, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity", include_in_schema=False)
PAGE = "/identity/profile/email"


@router.get("/profile/email")
async def show(request: Request, service: InService, person: SignedIn) -> Response:
    context = await _context(service, person)
    return service.pages.render(request, "own_email.html", form=Form.empty(), **context)


@router.post("/profile/email")
async def ask(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with evenly(), service.work() as work:
            await use_cases.request_change(work, person, form.text("email"), address=address_of(request))
    except WrongContent as refusal:
        context = await _context(service, person)
        return service.pages.render(request, "own_email.html", status=422, form=form.take(refusal), **context)
    except TooMany as refusal:
        context = await _context(service, person)
        return too_many(service, request, "own_email.html", form, refusal, **context)
    return see_other(PAGE, flash=_("Two mails are on their way, one to each address. Open the link in both."))


@router.post("/profile/email/cancel")
async def cancel(request: Request, service: InService, person: SignedIn) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.cancel_change(work, person)
    return see_other(PAGE, flash=_("The change is cancelled. Your present address stays."))


@router.get("/email/{secret}")
async def show_link(request: Request, service: InService, secret: str) -> Response:
    """Looking changes nothing: mail scanners open links too. The button confirms."""
    try:
        async with service.work() as work:
            opened = await use_cases.open_link(work, secret)
    except WrongState as refusal:
        return _refused_link(request, service, refusal)
    return service.pages.render(request, "confirm_email.html", change=opened.change, side=opened.side)


@router.post("/email/{secret}")
async def confirm(request: Request, service: InService, secret: str) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            if form.text("answer") == "refuse":
                await use_cases.refuse_change(work, secret, address=address_of(request))
                return see_other("/", flash=_("The change is cancelled. The present address stays."))
            change = await use_cases.confirm_change(work, secret, address=address_of(request))
    except WrongState as refusal:
        return _refused_link(request, service, refusal)
    if change.is_complete:
        done = _("The new e-mail address counts from now on. Sign in with it.")
    else:
        done = _("Thank you. The new address counts as soon as the link in the other mailbox is opened too.")
    return see_other("/", flash=done)


def _refused_link(request: Request, service: InService, refusal: WrongState) -> Response:
    return service.pages.render(request, "email_link_refused.html", status=410, refusal=refusal)


async def _context(service: InService, person: Person) -> dict[str, Any]:
    async with service.work() as work:
        account = await read_account(work, person)
        change = await use_cases.read_change(work, person)
    breadcrumbs = [(_("Profile"), "/identity/profile"), (_("E-mail address"), None)]
    return {"account": account, "change": change, "breadcrumbs": breadcrumbs}
