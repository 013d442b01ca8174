"""My data: what is kept about me, taking it along, and deleting the account."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.identity.access import InService, address_of, forget_session
from services.identity.pages.act_words import act_word
from services.identity.pages.choices import language_name
from services.identity.pages.limits import too_many
from services.identity.use_cases.accounts import read_account
from services.identity.use_cases.audit import list_own_acts
from services.identity.use_cases.deletion import delete_account
from services.identity.use_cases.my_data import read_my_data, take_along
from shared.authentication import ROLE_COOKIE
from shared.http import SignedIn
from shared.person import Person
from shared.problems import TooMany, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/profile/data", include_in_schema=False)
PAGE = "/identity/profile/data"
DELETION = f"{PAGE}/deletion"


@router.get("")
async def show(request: Request, service: InService, person: SignedIn, cursor: str | None = None) -> Response:
    async with service.work() as work:
        data = await read_my_data(work, person)
        acts, following = await list_own_acts(work, person, cursor=cursor)
    return service.pages.render(
        request,
        "own_data.html",
        data=data,
        acts=acts,
        act_word=act_word,
        language_name=language_name,
        next_url=f"{PAGE}?cursor={following}#acts" if following else None,
        first_url=f"{PAGE}#acts" if cursor else None,
        breadcrumbs=[(_("Profile"), "/identity/profile"), (_("My data"), None)],
    )


@router.post("/download")
async def download(request: Request, service: InService, person: SignedIn) -> Response:
    """Everything as one JSON file. By a form, as it is recorded."""
    await Form.read(request)
    async with service.work() as work:
        data = await take_along(work, person)
    return JSONResponse(data, headers={"Content-Disposition": 'attachment; filename="my-data.json"'})


@router.get("/deletion")
async def show_deletion(request: Request, service: InService, person: SignedIn) -> Response:
    return await _deletion(request, service, person, Form.empty())


@router.post("/deletion")
async def delete(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        if not form.checked("sure"):
            form.error("sure", _("Tick that you want to delete your account for good."))
            return await _deletion(request, service, person, form, status=422)
        await delete_account(
            service.work, service.passwords, person, password=form.raw("password"), address=address_of(request)
        )
    except WrongContent as refusal:
        return await _deletion(request, service, person, form.take(refusal), status=422)
    except WrongState as refusal:
        form.error("password", translated(refusal.message, refusal.params))
        return await _deletion(request, service, person, form, status=refusal.status)
    except TooMany as refusal:
        breadcrumbs = [(_("My data"), PAGE), (_("Delete my account"), None)]
        return too_many(
            service,
            request,
            "delete_account.html",
            form,
            refusal,
            field="password",
            has_password=True,
            breadcrumbs=breadcrumbs,
        )
    response = see_other("/", flash=_("Your account is deleted. Thank you for having worked with us."))
    forget_session(response)
    response.delete_cookie(ROLE_COOKIE, httponly=True, samesite="lax")
    return response


async def _deletion(request: Request, service: InService, person: Person, form: Form, *, status: int = 200) -> Response:
    async with service.work() as work:
        account = await read_account(work, person)
    return service.pages.render(
        request,
        "delete_account.html",
        status=status,
        form=form,
        has_password=account.password_hash is not None,
        breadcrumbs=[(_("My data"), PAGE), (_("Delete my account"), None)],
    )
