"""Sign in through the OpenID provider: there, back again, and what the first time asks for."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.identity.access import InService, address_of, browser_of, local_path, proceed
from services.identity.domain.accounts import PRIVACY_VERSION, new_secret
from services.identity.domain.openid import ACCOUNT_FORM_LIVES, Newcomer, Stranger
from services.identity.openid import OpenIDProvider, ProviderAway, SignInRefused
from services.identity.pages.choices import language_options, time_zones
from services.identity.service import Identity
from services.identity.use_cases import openid as use_cases
from services.identity.use_cases.openid import Unfinished, Visit
from shared.problems import Refusal, TooMany, Unknown, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import DEFAULT_ZONE, N_, _, language_of, languages
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/openid", include_in_schema=False)
COOKIE = "flegt_openid"
PATH = "/identity/openid"
LONGEST_CODE = 4_096
AWAY = {"temporarily_unavailable", "server_error"}
REFUSED = {
    "access_denied": N_("%(provider)s was not allowed to tell us who you are, so nobody was signed in."),
    "login_required": N_("%(provider)s asks you to sign in there first."),
    "interaction_required": N_("%(provider)s has a question for you that could not be shown. Please try again."),
    "consent_required": N_("%(provider)s asks for your consent before it tells us who you are."),
}


@router.get("/sign-in")
async def sign_in(request: Request, service: InService, next: str = "/") -> Response:  # noqa: A002 - as in the address
    """Off to the provider, with secrets that only this browser can bring back."""
    provider = _provider(service)
    secret = request.cookies.get(COOKIE) or new_secret()
    try:
        async with service.work() as work:
            passage = await use_cases.begin_passage(
                work, browser_secret=secret, target=local_path(next), address=address_of(request)
            )
        response = RedirectResponse(await provider.address(passage), status_code=303)
    except (ProviderAway, TooMany) as refusal:
        return _refused(request, service, refusal)
    _keep(response, secret)
    return response


@router.get("/callback")
async def come_back(request: Request, service: InService) -> Response:
    """Back from the provider, with a code or with the reason why there is none."""
    provider, told = _provider(service), request.query_params
    try:
        async with service.work() as work:
            passage, target = await use_cases.take_passage(
                work, told.get("state", ""), browser_secret=request.cookies.get(COOKIE, "")
            )
    except SignInRefused as refusal:
        return _refused(request, service, refusal)
    try:
        if "error" in told or not 0 < len(told.get("code", "")) <= LONGEST_CODE:
            raise _error(service, told.get("error", ""))
        stranger = await provider.stranger(told["code"], passage, named=told.get("iss"))
        async with service.work() as work:
            outcome = await use_cases.arrive(work, stranger, _visit(request, service, stranger), target=target)
    except (ProviderAway, SignInRefused, TooMany) as refusal:
        async with service.work() as work:
            await use_cases.note_failure(work, refusal.code, address=address_of(request))
        return _refused(request, service, refusal)
    if isinstance(outcome, Unfinished):
        return _go_on(outcome)
    return _forgetting(proceed(service, outcome, target))


def _go_on(outcome: Unfinished) -> Response:
    if outcome.secret is None:
        return _forgetting(see_other("/identity/openid/link/sent"))
    response = see_other("/identity/openid/account")
    _keep(response, outcome.secret)
    return response


@router.get("/account")
async def show_account_form(request: Request, service: InService) -> Response:
    """Before there is an account: who the person is, how pages should be, and the privacy statement."""
    try:
        async with service.work() as work:
            waiting = await use_cases.read_newcomer(work, request.cookies.get(COOKIE, ""))
    except WrongState as refusal:
        return _refused(request, service, refusal)
    language = waiting.language if waiting.language in languages() else language_of(request)
    names = {"first_name": waiting.first_name, "last_name": waiting.last_name}
    form = Form.empty(names | {"language": language, "time_zone": DEFAULT_ZONE})
    return _account_page(request, service, form, waiting.email)


@router.post("/account")
async def create_account(request: Request, service: InService) -> Response:
    form, secret = await Form.read(request), request.cookies.get(COOKIE, "")
    newcomer = Newcomer(
        form.text("first_name"),
        form.text("last_name"),
        form.text("language"),
        form.text("time_zone"),
        privacy_accepted=form.checked("privacy"),
    )
    try:
        async with service.work() as work:
            waiting = await use_cases.read_newcomer(work, secret)
        async with service.work() as work:
            outcome = await use_cases.create_account(work, secret, newcomer, _visit(request, service))
    except WrongContent as refusal:
        return _account_page(request, service, form.take(refusal), waiting.email, status=422)
    except WrongState as refusal:
        return _refused(request, service, refusal)
    return _forgetting(proceed(service, outcome, waiting.target))


@router.get("/link/sent")
async def show_link_sent(request: Request, service: InService) -> Response:
    _provider(service)
    return service.pages.render(request, "openid_link_sent.html", provider=service.settings.openid_name)


@router.get("/link/{secret}")
async def show_link(request: Request, service: InService, secret: str) -> Response:
    """Looking changes nothing: mail scanners open links too. The button links."""
    _provider(service)
    try:
        async with service.work() as work:
            await use_cases.read_link_request(work, secret)
    except WrongState as refusal:
        return _refused(request, service, refusal)
    return service.pages.render(request, "openid_link.html", provider=service.settings.openid_name)


@router.post("/link/{secret}")
async def confirm_link(request: Request, service: InService, secret: str) -> Response:
    _provider(service)
    await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.confirm_link(work, secret, _visit(request, service))
    except WrongState as refusal:
        return _refused(request, service, refusal)
    name = service.settings.openid_name
    return see_other(
        "/identity/sign-in",
        flash=_("Your account is linked. You can sign in with %(provider)s now.") % {"provider": name},
    )


def _provider(service: Identity) -> OpenIDProvider:
    """Raises Unknown where no provider is set."""
    if service.openid is None:
        raise Unknown
    return service.openid


def _visit(request: Request, service: Identity, stranger: Stranger | None = None) -> Visit:
    settings = service.settings
    acr, amr = settings.openid_strong_acr.split(), settings.openid_strong_amr.split()
    strong = stranger is not None and stranger.is_strong(acr=acr, amr=amr)
    return Visit(settings.openid_name, strong, address_of(request), browser_of(request))


def _error(service: Identity, error: str) -> Refusal:
    """Only errors that we know are repeated: anybody can put words into an address."""
    if error in AWAY:
        return ProviderAway()
    message = REFUSED.get(error, N_("%(provider)s could not sign you in."))
    params = {"provider": service.settings.openid_name}
    return SignInRefused(message, code=error if error in REFUSED else "refused_there", params=params)


def _account_page(request: Request, service: Identity, form: Form, email: str, *, status: int = 200) -> Response:
    shown: dict[str, Any] = {
        "languages": language_options(),
        "time_zones": time_zones(),
        "privacy_version": PRIVACY_VERSION,
        "provider": service.settings.openid_name,
        "email": email,
    }
    return service.pages.render(request, "openid_account.html", status=status, form=form, **shown)


def _refused(request: Request, service: Identity, refusal: Refusal) -> Response:
    status = 410 if isinstance(refusal, WrongState) else refusal.status
    name = service.settings.openid_name
    response = service.pages.render(request, "openid_refused.html", status=status, refusal=refusal, provider=name)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _keep(response: Response, secret: str) -> None:
    """The cookie goes nowhere but here. Lax, as the provider sends the browser back from another site."""
    response.set_cookie(
        COOKIE, secret, max_age=int(ACCOUNT_FORM_LIVES.total_seconds()), path=PATH, httponly=True, samesite="lax"
    )


def _forgetting(response: Response) -> Response:
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return response
