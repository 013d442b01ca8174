"""Show a second factor: at the sign-in, or later in a session; or sign in with nothing but a passkey."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.identity.access import (
    SESSION_COOKIE,
    STEP_COOKIE,
    STEP_PATH,
    InService,
    address_of,
    browser_of,
    keep_session,
    keep_token,
    local_path,
    proceed,
    with_next,
)
from services.identity.domain.accounts import hash_of
from services.identity.use_cases import second_factor as use_cases
from services.identity.use_cases import sessions
from services.identity.use_cases.refusals import SecondFactorWrong, SignInEnded
from services.identity.use_cases.second_factor import Answer
from shared.http import SignedIn
from shared.problems import Refusal, TooMany
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other
from shared.web.security import csrf_token

router = APIRouter(prefix="/identity", include_in_schema=False)


@router.get("/sign-in/second-step")
async def show(request: Request, service: InService, next: str = "/") -> Response:  # noqa: A002 - as in the address
    return await _step_page(request, service, Form.empty({"next": local_path(next)}))


@router.post("/sign-in/second-step")
async def finish(request: Request, service: InService) -> Response:
    form = await Form.read(request)
    if not _is_filled_in(form):
        return await _step_page(request, service, form, status=422)
    try:
        signed_in = await use_cases.finish_sign_in(
            service.work,
            service.verifiers,
            request.cookies.get(STEP_COOKIE, ""),
            _answer(form),
            address=address_of(request),
            browser=browser_of(request),
        )
    except SignInEnded as refusal:
        return _begin_again(form.text("next"), refusal)
    except (SecondFactorWrong, TooMany) as refusal:
        return _with_retry(await _step_page(request, service, _taken(form, refusal), status=_status(refusal)), refusal)
    return proceed(service, signed_in, form.text("next"))


@router.post("/sign-in/second-step/passkey")
async def ask_waiting_sign_in(request: Request, service: InService) -> JSONResponse:
    """What the browser's passkeys shall sign to finish this sign-in."""
    await Form.read(request)
    async with service.work() as work:
        asked = await use_cases.ask_waiting_sign_in(work, service.verifiers, request.cookies.get(STEP_COOKIE, ""))
    return JSONResponse(asked.options)


@router.post("/sign-in/passkey/challenge")
async def ask_anybody(request: Request, service: InService) -> JSONResponse:
    """What any passkey for us shall sign; the answer must come from the same browser."""
    await Form.read(request)
    async with service.work() as work:
        asked = await use_cases.ask_anybody(work, service.verifiers, bound_to=_this_browser(request))
    return JSONResponse(asked.options)


@router.post("/sign-in/passkey")
async def sign_in_with_passkey(request: Request, service: InService) -> Response:
    form = await Form.read(request)
    try:
        signed_in = await use_cases.sign_in_with_passkey(
            service.work,
            service.verifiers,
            form.raw("credential"),
            bound_to=_this_browser(request),
            address=address_of(request),
            browser=browser_of(request),
        )
    except SecondFactorWrong as refusal:
        message = translated(refusal.message, refusal.params)
        return see_other(with_next("/identity/sign-in", form.text("next")), flash=message, kind="error")
    return proceed(service, signed_in, form.text("next"))


@router.get("/second-factor")
async def show_proof(
    request: Request,
    service: InService,
    person: SignedIn,
    next: str = "/",  # noqa: A002 - as in the address
) -> Response:
    """Ask for the second factor within a session. Who has none sets one up; who showed one lately goes on."""
    target = local_path(next)
    async with service.work() as work:
        if not await use_cases.ways_of(work, person):
            return see_other(with_next("/identity/profile/second-factor", target))
        if await use_cases.is_proven_lately(work, person):
            response = see_other(target)
            renewed = await sessions.renew(work, request.cookies.get(SESSION_COOKIE, ""))
            if renewed is not None:
                keep_token(response, service, renewed)
            return response
    return await _proof_page(request, service, person, Form.empty({"next": target}))


@router.post("/second-factor")
async def prove(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    if not _is_filled_in(form):
        return await _proof_page(request, service, person, form, status=422)
    try:
        signed_in = await use_cases.prove_in_session(
            service.work, service.verifiers, person, _answer(form), address=address_of(request)
        )
    except (SecondFactorWrong, TooMany) as refusal:
        page = await _proof_page(request, service, person, _taken(form, refusal), status=_status(refusal))
        return _with_retry(page, refusal)
    response = see_other(local_path(form.text("next")))
    keep_session(response, service, signed_in)
    return response


@router.post("/second-factor/passkey")
async def ask_session(request: Request, service: InService, person: SignedIn) -> JSONResponse:
    """What the browser's passkeys shall sign to prove it in this session."""
    await Form.read(request)
    async with service.work() as work:
        asked = await use_cases.ask_session(work, service.verifiers, person)
    return JSONResponse(asked.options)


async def _step_page(request: Request, service: InService, form: Form, *, status: int = 200) -> Response:
    try:
        async with service.work() as work:
            ways = await use_cases.ways_of_waiting_sign_in(work, request.cookies.get(STEP_COOKIE, ""))
    except SignInEnded as refusal:
        return _begin_again(form.text("next"), refusal)
    return _page(request, service, form, ways, status, asks="/identity/sign-in/second-step/passkey", at_sign_in=True)


async def _proof_page(
    request: Request, service: InService, person: SignedIn, form: Form, *, status: int = 200
) -> Response:
    async with service.work() as work:
        ways = await use_cases.ways_of(work, person)
    return _page(request, service, form, ways, status, asks="/identity/second-factor/passkey", at_sign_in=False)


def _page(request: Request, service: InService, form: Form, ways: set[str], status: int, **where: Any) -> Response:
    return service.pages.render(request, "second_step.html", status=status, form=form, ways=ways, **where)


def _is_filled_in(form: Form) -> bool:
    if form.text("code") or form.raw("credential"):
        return True
    form.error("code", _("Enter the code."))
    return False


def _answer(form: Form) -> Answer:
    return Answer(code=form.text("code"), credential=form.raw("credential"))


def _taken(form: Form, refusal: Refusal) -> Form:
    form.error("code", translated(refusal.message, refusal.params))
    return form


def _status(refusal: Refusal) -> int:
    return refusal.status if isinstance(refusal, TooMany) else 422


def _with_retry(response: Response, refusal: Refusal) -> Response:
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _begin_again(wanted: str, refusal: SignInEnded) -> Response:
    response = see_other(with_next("/identity/sign-in", wanted), flash=translated(refusal.message, {}), kind="warning")
    response.delete_cookie(STEP_COOKIE, path=STEP_PATH, httponly=True, samesite="lax")
    return response


def _this_browser(request: Request) -> str:
    """Stands for the browser of a form that was read: its own unguessable cookie."""
    return f"browser {hash_of(csrf_token(request) or '').hex()}"
