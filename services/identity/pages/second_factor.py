"""One's own second factors: set up, name, remove; and the recovery codes, shown once."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.identity.access import (
    SESSION_COOKIE,
    InService,
    address_of,
    keep_session,
    keep_token,
    local_path,
    with_next,
)
from services.identity.use_cases import factors as use_cases
from services.identity.use_cases import sessions
from services.identity.use_cases.factors import Added
from services.identity.use_cases.refusals import ProofNeeded
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Refusal, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

HERE = "/identity/profile/second-factor"
router = APIRouter(prefix=HERE, include_in_schema=False)


@router.get("")
async def show(
    request: Request,
    service: InService,
    person: SignedIn,
    next: str = "/",  # noqa: A002 - as in the address
) -> Response:
    return await _page(request, service, person, Form.empty({"next": local_path(next)}))


@router.post("/app")
async def begin_app(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.begin_app(work, service.verifiers, person)
    except (ProofNeeded, WrongState) as refusal:
        return _back(refusal)
    return see_other(with_next(f"{HERE}/app", form.text("next")))


@router.get("/app")
async def show_app(
    request: Request,
    service: InService,
    person: SignedIn,
    next: str = "/",  # noqa: A002 - as in the address
) -> Response:
    return await _app_page(request, service, person, Form.empty({"next": local_path(next)}))


@router.post("/app/code")
async def confirm_app(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            added = await use_cases.confirm_app(
                work,
                service.verifiers,
                person,
                name=form.text("name"),
                code=form.text("code"),
                address=address_of(request),
            )
    except WrongContent as refusal:
        return await _app_page(request, service, person, form.take(refusal), status=422)
    except (ProofNeeded, WrongState) as refusal:
        return _back(refusal)
    return _added(request, service, added, form.text("next"))


@router.post("/passkey/challenge")
async def ask_for_passkey(request: Request, service: InService, person: SignedIn) -> JSONResponse:
    """What the browser needs to make a passkey."""
    await Form.read(request)
    async with service.work() as work:
        asked = await use_cases.ask_for_passkey(work, service.verifiers, person)
    return JSONResponse(asked.options)


@router.post("/passkey")
async def add_passkey(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        added = await use_cases.add_passkey(
            service.work,
            service.verifiers,
            person,
            name=form.text("passkey_name"),
            credential=form.raw("credential"),
            address=address_of(request),
        )
    except WrongContent as refusal:
        return await _page(request, service, person, form.take(refusal), status=422)
    except (ProofNeeded, WrongState) as refusal:
        return _back(refusal)
    return _added(request, service, added, form.text("next"))


@router.post("/recovery-codes")
async def replace_recovery_codes(request: Request, service: InService, person: SignedIn) -> Response:
    await Form.read(request)
    try:
        async with service.work() as work:
            codes = await use_cases.replace_recovery_codes(work, person, address=address_of(request))
    except (ProofNeeded, WrongState) as refusal:
        return _back(refusal)
    return _codes_page(request, service, codes, HERE)


@router.post("/{factor_id}/name")
async def rename(request: Request, service: InService, person: SignedIn, factor_id: UUID) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.rename_factor(work, person, factor_id, form.text("name"))
    except WrongContent as refusal:
        return await _page(request, service, person, form.take(refusal), status=422, renaming=factor_id)
    return see_other(HERE, flash=_("The name is changed."))


@router.post("/{factor_id}/remove")
async def remove(request: Request, service: InService, person: SignedIn, factor_id: UUID) -> Response:
    await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.remove_factor(work, person, factor_id, address=address_of(request))
            renewed = await sessions.renew(work, request.cookies.get(SESSION_COOKIE, ""))
    except ProofNeeded as refusal:
        return _back(refusal)
    response = see_other(HERE, flash=_("The second factor is removed."))
    if renewed is not None:
        keep_token(response, service, renewed)
    return response


async def _page(
    request: Request,
    service: InService,
    person: Person,
    form: Form,
    *,
    status: int = 200,
    renaming: UUID | None = None,
) -> Response:
    async with service.work() as work:
        overview = await use_cases.read_factors(work, person)
    return service.pages.render(
        request,
        "second_factor.html",
        status=status,
        form=form,
        overview=overview,
        renaming=renaming,
        proof=with_next("/identity/second-factor", HERE),
        breadcrumbs=[(_("Profile"), "/identity/profile"), (_("Second factor"), None)],
    )


async def _app_page(request: Request, service: InService, person: Person, form: Form, *, status: int = 200) -> Response:
    try:
        async with service.work() as work:
            waiting = await use_cases.read_waiting_app(work, service.verifiers, person)
    except ProofNeeded as refusal:
        return _back(refusal)
    if waiting is None:
        return see_other(HERE)
    breadcrumbs = [(_("Profile"), "/identity/profile"), (_("Second factor"), HERE), (_("Authenticator app"), None)]
    return service.pages.render(
        request, "authenticator_app.html", status=status, form=form, waiting=waiting, breadcrumbs=breadcrumbs
    )


def _added(request: Request, service: InService, added: Added, wanted: str) -> Response:
    """The first factor comes with recovery codes. They are in this very answer, as they are kept nowhere to be read."""
    target = local_path(wanted, otherwise=HERE)
    if added.recovery_codes:
        request.state.person = added.signed_in.person
        response = _codes_page(request, service, added.recovery_codes, HERE if target == "/" else target)
    else:
        response = see_other(HERE if target == "/" else target, flash=_("The second factor is set up."))
    keep_session(response, service, added.signed_in)
    return response


def _codes_page(request: Request, service: InService, codes: list[str], onward: str) -> Response:
    breadcrumbs = [(_("Profile"), "/identity/profile"), (_("Second factor"), HERE), (_("Recovery codes"), None)]
    return service.pages.render(request, "recovery_codes.html", codes=codes, onward=onward, breadcrumbs=breadcrumbs)


def _back(refusal: Refusal) -> Response:
    """First to the proof, if that is what is missing; else to the list, which shows how things are."""
    if isinstance(refusal, ProofNeeded):
        return see_other(with_next("/identity/second-factor", HERE))
    return see_other(HERE, flash=translated(refusal.message, refusal.params), kind="error")
