"""What pages and API need of a request: the service, where it comes from, and the cookies of a session."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.responses import Response

from services.identity.domain.second_factor import STEP_LIVES
from services.identity.domain.sessions import SESSION_LIVES
from services.identity.service import Identity
from services.identity.use_cases.sessions import SecondStep, SignIn
from shared.authentication import ROLE_COOKIE, TOKEN_COOKIE
from shared.person import Person
from shared.web.pages import see_other

SESSION_COOKIE = "flegt_session"
SESSION_PATH = "/identity"
STEP_COOKIE = "flegt_second_step"
STEP_PATH = "/identity/sign-in"
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


async def _service(request: Request) -> Identity:
    service: Identity = request.app.state.service
    return service


InService = Annotated[Identity, Depends(_service)]


def address_of(request: Request) -> str:
    """The network address of the browser or program; behind the gateway uvicorn takes it from the headers."""
    return request.client.host if request.client else "unknown"


def browser_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


def local_path(wanted: str | None, otherwise: str = "/") -> str:
    """`wanted`, if it leads nowhere but to a page of ours."""
    return wanted if wanted and _LOCAL_PATH.fullmatch(wanted) else otherwise


def with_next(path: str, wanted: str | None) -> str:
    """A path that remembers where to go afterwards."""
    target = local_path(wanted)
    return path if target == "/" else f"{path}?next={quote(target, safe='')}"


def proceed(service: Identity, outcome: SignIn | SecondStep, wanted: str | None) -> Response:
    """After a sign-in by any way: on to `wanted`, or first to the second step.

    Whoever has no second factor but a role that needs one is led to set it up.
    """
    target = local_path(wanted)
    if isinstance(outcome, SecondStep):
        response: Response = see_other(with_next("/identity/sign-in/second-step", target))
        response.set_cookie(
            STEP_COOKIE, outcome.secret, max_age=_STEP_SECONDS, path=STEP_PATH, httponly=True, samesite="lax"
        )
        return response
    person = outcome.person
    if target == "/" and not person.roles:
        target = "/identity/roles"
    if person.admitted_with(person.roles).locked and not service.keyring.all_strong:
        target = with_next("/identity/second-factor", target)
    response = see_other(target)
    response.delete_cookie(STEP_COOKIE, path=STEP_PATH, httponly=True, samesite="lax")
    keep_session(response, service, outcome)
    return response


def keep_session(response: Response, service: Identity, signed_in: SignIn) -> None:
    """The session's cookie goes to identity alone; all other services see the token only."""
    response.set_cookie(
        SESSION_COOKIE, signed_in.secret, max_age=_SESSION_SECONDS, path=SESSION_PATH, httponly=True, samesite="lax"
    )
    keep_token(response, service, signed_in.person)


def keep_token(response: Response, service: Identity, person: Person) -> None:
    """A fresh token. The cookie outlives it, so that an ended token can be told from never having been here."""
    token = service.keyring.sign(person, now=service.clock())
    response.set_cookie(TOKEN_COOKIE, token, max_age=_SESSION_SECONDS, httponly=True, samesite="lax")


def keep_role(response: Response, role_id: str) -> None:
    """The role in which somebody works now."""
    response.set_cookie(ROLE_COOKIE, role_id, max_age=_YEAR_SECONDS, httponly=True, samesite="lax")


def forget_session(response: Response) -> None:
    """This browser is signed out."""
    response.delete_cookie(SESSION_COOKIE, path=SESSION_PATH, httponly=True, samesite="lax")
    response.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="lax")


_SESSION_SECONDS = int(SESSION_LIVES.total_seconds())
_STEP_SECONDS = int(STEP_LIVES.total_seconds())
_YEAR_SECONDS = 31_536_000
