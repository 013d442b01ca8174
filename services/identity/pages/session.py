"""Sign in and out, stay signed in, work in another role; and the public keys for whoever verifies tokens."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.identity.access import (
    SESSION_COOKIE,
    InService,
    address_of,
    browser_of,
    forget_session,
    keep_role,
    keep_token,
    local_path,
    proceed,
    with_next,
)
from services.identity.domain.keys import CACHED_FOR
from services.identity.use_cases import sessions as use_cases
from services.identity.use_cases.refusals import NotConfirmed, WrongCredentials
from shared.authentication import ROLE_COOKIE
from shared.http import SignedIn
from shared.problems import NotYours, Refusal, TooMany
from shared.web.forms import Form
from shared.web.i18n import N_, translated
from shared.web.pages import see_other

router = APIRouter(prefix="/identity", include_in_schema=False)
JWKS_SECONDS = int(CACHED_FOR.total_seconds())


@router.get("/sign-in")
async def show_sign_in(request: Request, service: InService, next: str = "/") -> Response:  # noqa: A002 - as in the address
    if request.state.person is not None:
        return see_other(local_path(next))
    return service.pages.render(request, "sign_in.html", form=Form.empty({"next": local_path(next)}), refusal=None)


@router.post("/sign-in")
async def sign_in(request: Request, service: InService) -> Response:
    form = await Form.read(request)
    try:
        outcome = await use_cases.sign_in(
            service.work,
            service.passwords,
            email=form.text("email"),
            password=form.raw("password"),
            address=address_of(request),
            browser=browser_of(request),
        )
    except (WrongCredentials, NotConfirmed, TooMany) as refusal:
        return _refused(request, service, form, refusal)
    return proceed(service, outcome, form.text("next"))


def _refused(request: Request, service: InService, form: Form, refusal: Refusal) -> Response:
    form.error("email", translated(refusal.message, refusal.params))
    status = refusal.status if isinstance(refusal, TooMany) else 422
    response = service.pages.render(request, "sign_in.html", status=status, form=form, refusal=refusal)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, service: InService) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.sign_out(work, request.cookies.get(SESSION_COOKIE, ""))
    response = see_other("/")
    forget_session(response)
    response.delete_cookie(ROLE_COOKIE, httponly=True, samesite="lax")
    return response


@router.get("/session/refresh")
async def refresh(request: Request, service: InService, next: str = "/") -> Response:  # noqa: A002 - as in the address
    """A fresh token, then on to where somebody wanted to go; or first to the sign-in."""
    target = local_path(next)
    async with service.work() as work:
        person = await use_cases.renew(work, request.cookies.get(SESSION_COOKIE, ""))
    if person is None:
        gone = RedirectResponse("/" if target == "/" else with_next("/identity/sign-in", target), status_code=303)
        forget_session(gone)
        return gone
    response = RedirectResponse(target, status_code=303)
    keep_token(response, service, person)
    return response


@router.post("/session/refresh")
async def keep_alive(request: Request, service: InService) -> Response:
    """An open page asks for a fresh token every few minutes."""
    await Form.read(request)
    async with service.work() as work:
        person = await use_cases.renew(work, request.cookies.get(SESSION_COOKIE, ""))
    if person is None:
        gone = Response(status_code=401)
        forget_session(gone)
        return gone
    response = Response(status_code=204)
    keep_token(response, service, person)
    return response


@router.post("/active-role")
async def choose_role(request: Request, person: SignedIn) -> Response:
    """Work in another of one's roles. The cookie only chooses; what may be done is looked up each time."""
    form = await Form.read(request)
    role = next((role for role in person.roles if str(role.id) == form.text("role")), None)
    if role is None:
        raise NotYours(N_("You do not have this role."))
    response = see_other("/")
    keep_role(response, str(role.id))
    return response


@router.get("/.well-known/jwks.json")
async def jwks(service: InService) -> JSONResponse:
    answer: dict[str, Any] = service.keyring.jwks()
    return JSONResponse(answer, headers={"Cache-Control": f"public, max-age={JWKS_SECONDS}"})
