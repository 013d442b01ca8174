"""Another password for one's account, with the present one."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService, address_of
from services.identity.pages.limits import too_many
from services.identity.use_cases.accounts import read_account, request_password_link
from services.identity.use_cases.password_change import change_password
from shared.http import SignedIn
from shared.person import Person
from shared.problems import TooMany, WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/profile/password", include_in_schema=False)
PAGE = "/identity/profile/password"


@router.get("")
async def show(request: Request, service: InService, person: SignedIn) -> Response:
    return await _page(request, service, person, Form.empty())


@router.post("")
async def change(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        await change_password(
            service.work,
            service.passwords,
            person,
            current=form.raw("current_password"),
            new=form.raw("password"),
            address=address_of(request),
        )
    except WrongContent as refusal:
        return await _page(request, service, person, form.take(refusal), status=422)
    except TooMany as refusal:
        return too_many(
            service,
            request,
            "own_password.html",
            form,
            refusal,
            field="current_password",
            has_password=True,
            **_around(),
        )
    done = _("Your password is changed. Everywhere else you will have to sign in with the new one.")
    return see_other(PAGE, flash=done)


@router.post("/link")
async def send_link(request: Request, service: InService, person: SignedIn) -> Response:
    """For somebody who signs in elsewhere and has no password here: choose one through a mail."""
    await Form.read(request)
    async with service.work() as work:
        account = await read_account(work, person)
        await request_password_link(work, account.email)
    return see_other(PAGE, flash=_("A mail is on its way. Open the link in it within one hour."))


def _around() -> dict[str, list[tuple[str, str | None]]]:
    return {"breadcrumbs": [(_("Profile"), "/identity/profile"), (_("Password"), None)]}


async def _page(request: Request, service: InService, person: Person, form: Form, *, status: int = 200) -> Response:
    async with service.work() as work:
        account = await read_account(work, person)
    has_password = account.password_hash is not None
    return service.pages.render(
        request, "own_password.html", status=status, form=form, has_password=has_password, **_around()
    )
