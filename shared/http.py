"""What stands around every request: its trace, its metrics, and words when something is refused or fails."""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client import Histogram
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import AWAY
from shared.person import Person
from shared.problems import (
    FieldError,
    NotSignedIn,
    NotYours,
    Refusal,
    SecondFactorNeeded,
    TooMany,
    Unknown,
    VersionMissing,
    WrongContent,
)
from shared.telemetry import continued, correlation_id, log, tracer
from shared.web.i18n import N_, language_of, translated

logger = log("http")
SCOPE_MISSING = "insufficient_scope"
"""What RFC 6750 calls it when a client asks for more than it was given."""
SECONDS = Histogram("flegt_http_seconds", "Time to answer", ["method", "route", "status"])


class Observation:
    """ASGI middleware: one span, one measurement and, when a fault of ours comes up, one log line per request."""

    def __init__(self, app: ASGIApp, *, fault: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self.app = app
        self.fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _headers_only(send)
        started, status = time.perf_counter(), 500
        headers = dict(scope["headers"])
        parent = continued(headers.get(b"traceparent", b"").decode("latin-1"))
        with tracer.start_as_current_span(scope["method"], context=parent, kind=SpanKind.SERVER) as span:
            scope.setdefault("state", {})["correlation_id"] = correlation = correlation_id()

            async def observe(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message["headers"], (b"x-correlation-id", (correlation or "").encode())]
                await send(message)

            try:
                await self.app(scope, receive, observe)
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR))
                logger.exception("request_failed", method=scope["method"], route=_route(scope), error=repr(error))
                await (await self.fault(Request(scope, receive), error))(scope, receive, observe)
            route = _route(scope)
            span.update_name(f"{scope['method']} {route}")
            span.set_attribute("http.response.status_code", status)
        SECONDS.labels(scope["method"], route, str(status)).observe(time.perf_counter() - started)


def _headers_only(send: Send) -> Send:
    """HEAD is GET without the body; routes need not know."""

    async def without_body(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return without_body


def _route(scope: Scope) -> str:
    """The pattern, not the address: addresses hold ids and what people searched for."""
    return getattr(scope.get("route"), "path", "unmatched")


def wants_json(request: Request) -> bool:
    """Whether a program asks: by the address, or by what it accepts."""
    path = request.url.path
    is_api = "/api/" in path or "/oauth/" in path or "/health/" in path
    return is_api or "text/html" not in request.headers.get("accept", "text/html")


def problem(request: Request, refusal: Refusal) -> JSONResponse:
    """A refusal as RFC 9457 problem details, in the caller's language."""
    language = language_of(request)
    body: dict[str, Any] = {
        "type": f"{request.app.state.settings.origin}/problems/{refusal.code}",
        "title": translated(refusal.title, {}, language),
        "status": refusal.status,
        "detail": translated(refusal.message, refusal.params, language),
        "correlation_id": request.state.correlation_id,
    }
    if isinstance(refusal, WrongContent):
        body["errors"] = [_field(error, language) for error in refusal.errors]
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
    if isinstance(refusal, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.code == SCOPE_MISSING:
        headers["WWW-Authenticate"] = f'Bearer error="{SCOPE_MISSING}", scope="{refusal.params["scope"]}"'
    return JSONResponse(body, refusal.status, headers, media_type="application/problem+json")


def _field(error: FieldError, language: str) -> dict[str, Any]:
    described: dict[str, Any] = {"pointer": error.pointer, "field": error.json_pointer}
    if error.box:
        described["box"] = error.box
    if error.article:
        described["article"] = error.article
    return described | {"code": error.code, "message": translated(error.message, error.params, language)}


class JsonAnswer(JSONResponse):
    """JSON; a model writes itself, which is quicker than to make a dictionary of it first."""

    def render(self, content: Any) -> bytes:
        """The bytes that are sent."""
        return content.model_dump_json().encode() if isinstance(content, BaseModel) else super().render(content)


class Fault(Refusal):
    """Something of ours broke."""

    status, title, code = 500, "Something went wrong on our side", "fault"


def answer_in_words(app: FastAPI) -> None:
    """Turn refusals, unknown addresses and malformed calls into pages for people and problems for programs."""

    async def refused(request: Request, error: Exception) -> Response:
        refusal = error if isinstance(error, Refusal) else Fault()
        if isinstance(refusal, NotYours | Unknown) and _has_locked_roles(request):
            refusal = SecondFactorNeeded()
        if wants_json(request):
            return problem(request, refusal)
        if isinstance(refusal, NotSignedIn):
            return await _ask_to_sign_in(request)
        if isinstance(refusal, SecondFactorNeeded) and request.method == "GET":
            return RedirectResponse(_with_next("/identity/second-factor", request), status_code=303)
        page: Response = request.app.state.pages.problem(request, refusal)
        return page

    async def malformed(request: Request, error: Exception) -> Response:
        errors = error.errors() if isinstance(error, RequestValidationError) else []
        if any(e["loc"][:1] == ("path",) for e in errors):
            return await refused(request, Unknown())
        fields = [FieldError(".".join(str(p) for p in e["loc"][1:]), e["type"], e["msg"]) for e in errors]
        return await refused(request, WrongContent(fields))

    async def by_status(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        refusal = Unknown("There is nothing at this address.") if status == 404 else Refusal(str(error))
        refusal.status = status
        return await refused(request, refusal)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, by_status)


class Unavailable(Refusal):
    """The database cannot be reached. Nothing was changed; asking again later is right."""

    status, title, code = 503, "This part is not available at the moment", "unavailable"


async def fault_answer(request: Request, error: Exception) -> Response:
    """The answer when an error of ours came up: no details, but the id under which it stands in the log."""
    refusal: Refusal = Fault()
    if isinstance(error, AWAY):
        refusal = Unavailable(
            "Nothing that you sent was kept, and nothing that was kept is lost. Try again in a minute."
        )
    if wants_json(request):
        return problem(request, refusal)
    page: Response = request.app.state.pages.problem(request, refusal)
    return page


def _has_locked_roles(request: Request) -> bool:
    """Whether it may be refused only because a second factor is missing."""
    person: Person | None = getattr(request.state, "person", None)
    return person is not None and bool(person.locked)


def _with_next(path: str, request: Request) -> str:
    """A path of identity from which the way leads back here."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{path}?next={quote(here, safe='')}"


async def _ask_to_sign_in(request: Request) -> Response:
    if request.method == "GET":
        return RedirectResponse(_with_next("/identity/session/refresh", request), status_code=303)
    page: Response = await request.app.state.pages.session_ended(request)
    return page


async def signed_in(request: Request) -> Person:
    """The person, with the roles this service knows of now. Raises NotSignedIn.

    The API takes cookies for reading only: a program that writes proves itself with a bearer token, so no other
    site can make a browser write through it. A machine client reaches the API alone, and of it what its scopes name:
    `<service>:read` for GET, else `<service>:write` (so a route that only reads must not be a POST). One without a
    role is disabled, or so new that its role has not arrived here yet. Raises NotYours.
    """
    person: Person | None = request.state.person
    service = request.app.state.service
    is_api, reads = request.url.path.startswith(f"/{service.name}/api/"), request.method == "GET"
    if person is None or (is_api and not reads and not request.state.by_bearer):
        raise NotSignedIn
    if person.scopes is not None:
        _require_scope(person.scopes, f"{service.name}:{'read' if reads else 'write'}" if is_api else None)
    request.state.person = person = person.admitted_with(await service.roles_of(person.account_id))
    if person.is_machine and not person.roles:
        raise NotYours(N_("This client was disabled, or made a moment ago."), code="client_without_role")
    return person


def _require_scope(scopes: tuple[str, ...], needed: str | None) -> None:
    if needed is None:
        raise NotYours(N_("Programs use the API; pages are for people."))
    if needed not in scopes:
        missing = N_("This client was not given the scope %(scope)s.")
        raise NotYours(missing, code=SCOPE_MISSING, params={"scope": needed})


SignedIn = Annotated[Person, Depends(signed_in)]


def version_in(if_match: str | None) -> int:
    """The version in an If-Match header. Raises VersionMissing without one."""
    try:
        return int((if_match or "").strip().removeprefix("W/").strip('"'))
    except ValueError:
        raise VersionMissing from None


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


IfMatch = Annotated[str | None, Header(alias="If-Match")]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key")]
