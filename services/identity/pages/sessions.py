"""Where one is signed in; end one session, all others, or all."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService, forget_session
from services.identity.domain.sessions import SESSION_IDLE, SESSION_LIVES, browser_name
from services.identity.use_cases import sessions as use_cases
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

HERE = "/identity/profile/sessions"
router = APIRouter(prefix=HERE, include_in_schema=False)
HOUR = 3600


@router.get("")
async def show(request: Request, service: InService, person: SignedIn) -> Response:
    async with service.work() as work:
        found = await use_cases.list_sessions(work, person)
    return service.pages.render(
        request,
        "sessions.html",
        sessions=found,
        browser_name=browser_name,
        hours=int(SESSION_LIVES.total_seconds()) // HOUR,
        idle_hours=int(SESSION_IDLE.total_seconds()) // HOUR,
        token_minutes=service.settings.token_minutes,
        breadcrumbs=[(_("Profile"), "/identity/profile"), (_("Sessions"), None)],
    )


@router.post("/others/end")
async def end_others(request: Request, service: InService, person: SignedIn) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.end_other_sessions(work, person)
    return see_other(HERE, flash=_("You are signed out everywhere else."))


@router.post("/all/end")
async def end_all(request: Request, service: InService, person: SignedIn) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.end_all_sessions(work, person)
    return _signed_out()


@router.post("/{session_id}/end")
async def end(request: Request, service: InService, person: SignedIn, session_id: UUID) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.end_session(work, person, session_id)
    if session_id == person.session_id:
        return _signed_out()
    return see_other(HERE, flash=_("The session is ended."))


def _signed_out() -> Response:
    response = see_other("/identity/sign-in", flash=_("You are signed out."))
    forget_session(response)
    return response
