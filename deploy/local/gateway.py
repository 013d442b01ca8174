"""The one origin: a small reverse proxy in front of the services (`python -m deploy.local.gateway`).

For one machine only; containers and production use nginx (deploy/gateway/) with the same table of addresses.
Settings: HOST, PORT, IDENTITY_URL, LICENCES_URL, VALIDATION_URL, NOTIFICATIONS_URL, MAILBOX_URL (may be missing).
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

SERVICES = ("identity", "licences", "validation", "notifications")
HEALTH_LIMIT = 2.0  # seconds a service has to say how it is
TIMEOUT = httpx.Timeout(60, connect=2, pool=5)
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade".split()
)
OURS_ALONE = frozenset((b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"x-real-ip"))
CORRELATION = b"x-correlation-id"
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

DOWN_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Not available now – FLEGT licences</title>
<link rel="stylesheet" href="/{styles}/static/css/flegt.css"></head>
<body><div class="wrap"><nav class="breadcrumbs" aria-label="You are here"><ol><li><a href="/">Home</a></li></ol></nav>
<main id="main"><div class="page-header"><div class="page-header__text"><h1>This part is not available now</h1>
<p class="lead">The part of the system that shows this page ({service}) does not answer at the moment.</p></div></div>
<p>Nothing that was already saved is lost. Please try again in a minute.</p>
<p class="quiet">If you ask the support team about this, give them this number: <code>{correlation}</code></p>
</main></div></body></html>"""

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Gateway:
    """Which address goes to which server."""

    upstreams: dict[str, str]
    client: httpx.AsyncClient

    def upstream(self, path: str) -> str:
        """The first part of the path names the service; everything else is identity's (`/`, `/operations`)."""
        first = path.split("/", 2)[1]
        return first if first in self.upstreams else "identity"

    async def forward(self, request: Request) -> Response:
        """Pass the request on and its answer back, both as they come in."""
        service = self.upstream(request.url.path)
        headers, correlation = forwarded_headers(request)
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        outgoing = self.client.build_request(
            request.method,
            self.address(service, request),
            headers=headers,
            content=request.stream() if has_body else None,
        )
        try:
            answer = await self.client.send(outgoing, stream=True)
        except httpx.TimeoutException:
            return unavailable(request, service, correlation, 504)
        except httpx.TransportError:
            return unavailable(request, service, correlation, 502)
        response = StreamingResponse(
            closing(answer), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
        )
        response.raw_headers = [(name, value) for name, value in answer.headers.raw if name.lower() not in HOP_BY_HOP]
        return response

    def address(self, service: str, request: Request) -> httpx.URL:
        target: bytes = request.scope.get("raw_path") or request.url.path.encode()
        if request.scope["query_string"]:
            target += b"?" + request.scope["query_string"]
        return httpx.URL(self.upstreams[service]).copy_with(raw_path=target)

    async def health(self, request: Request) -> JSONResponse:
        """All services together: 200 only when every one of them says 200."""
        word = request.path_params["word"]
        answers = await asyncio.gather(*(self.ask(service, word) for service in SERVICES))
        well = all(answer["code"] == 200 for answer in answers)
        return JSONResponse(
            {"status": "ok" if well else "unavailable", "services": dict(zip(SERVICES, answers, strict=True))},
            status_code=200 if well else 503,
            headers={"Cache-Control": "no-store"},
        )

    async def ask(self, service: str, word: str) -> dict[str, object]:
        url = f"{self.upstreams[service]}/{service}/health/{word}"
        try:
            answer = await asyncio.wait_for(self.client.get(url), HEALTH_LIMIT)
        except (httpx.TransportError, TimeoutError) as error:
            return {"code": None, "detail": f"no answer ({type(error).__name__})"}
        is_json = "json" in answer.headers.get("content-type", "")
        return {"code": answer.status_code, "detail": answer.json() if is_json else answer.text}


async def closing(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The answer's bytes as they are (compressed ones stay so); closed too when the reader goes away in the middle."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def forwarded_headers(request: Request) -> tuple[Headers, str]:
    """The headers for the service, and the correlation id: the caller's own, or a new one."""
    named_by_connection = {
        name.strip().lower().encode() for name in request.headers.get("connection", "").split(",") if name.strip()
    }
    dropped = HOP_BY_HOP | OURS_ALONE | named_by_connection
    headers = [(name, value) for name, value in request.headers.raw if name not in dropped]
    correlation = request.headers.get(CORRELATION.decode()) or str(uuid.uuid4())
    if CORRELATION not in dict(headers):
        headers.append((CORRELATION, correlation.encode()))
    client = request.client.host if request.client else "unknown"
    headers += [
        (b"x-forwarded-for", client.encode()),
        (b"x-forwarded-proto", request.url.scheme.encode()),
        (b"x-forwarded-host", request.headers.get("host", "").encode()),
    ]
    return headers, correlation


def unavailable(request: Request, service: str, correlation: str, status: int) -> Response:
    """Say which service does not answer: a page for people, a problem (RFC 9457) for programs."""
    headers = {"X-Correlation-ID": correlation, "Retry-After": "5", "Cache-Control": "no-store"}
    if "text/html" in request.headers.get("accept", ""):
        styles = "licences" if service == "identity" else "identity"
        # The id may be the caller's own words: only the plain ones are shown.
        shown = "".join(c for c in correlation if c.isalnum() or c in "-_.")[:64]
        page = DOWN_PAGE.format(service=service, correlation=shown, styles=styles)
        return HTMLResponse(page, status, headers | {"Content-Security-Policy": POLICY})
    problem = {
        "type": "about:blank",
        "title": "Service does not answer",
        "status": status,
        "detail": f"The service {service} does not answer at the moment. Try again in a minute.",
        "correlation_id": correlation,
    }
    return JSONResponse(problem, status, headers, media_type="application/problem+json")


def application(upstreams: dict[str, str]) -> Starlette:
    client = httpx.AsyncClient(
        # A client that remembered cookies would hand one person's session to the next.
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        timeout=TIMEOUT,
        trust_env=False,
        # Shorter than a service keeps an idle connection: we never send on one it is just closing.
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=2),
    )
    gateway = Gateway(upstreams, client)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    routes = [
        Route("/health/{word:str}", gateway.health, methods=["GET"]),
        Route("/{path:path}", gateway.forward, methods=methods),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def main() -> None:
    upstreams = {service: os.environ[f"{service.upper()}_URL"] for service in SERVICES}
    if mailbox := os.environ.get("MAILBOX_URL"):
        upstreams["mailbox"] = mailbox
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    uvicorn.run(
        application(upstreams),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,  # the services' own headers are passed on
        date_header=False,
        proxy_headers=False,  # nobody stands before us: who says otherwise is not believed
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
