"""What protects the pages: response headers, and proof that a form was sent from one of our own pages."""

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.problems import Refusal
from shared.web.i18n import N_

CSRF_COOKIE = "flegt_csrf"
CSRF_FIELD = "csrf_token"

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONE_YEAR = 31_536_000


class CsrfRefused(Refusal):
    """The form does not prove that it came from a page of ours, shown in this browser."""

    status = 403
    title = N_("This form could not be accepted")
    code = "csrf_refused"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The form was not sent from one of our pages, or the page was open for too long. "
                "Nothing was changed. Go back, load the page again and send the form once more."
            )
        )


class Security:
    """ASGI middleware: sets the headers that are missing; with `cookie_secure` also HSTS, and every cookie Secure."""

    def __init__(self, app: ASGIApp, *, cookie_secure: bool) -> None:
        self.app = app
        self.cookie_secure = cookie_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.protect(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, send_protected)

    def protect(self, headers: MutableHeaders) -> None:
        """Add what is missing. A response may say itself how long it may be kept; else it may not be kept at all."""
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        if self.cookie_secure:
            headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains")
            cookies = headers.getlist("set-cookie")
            del headers["set-cookie"]
            for cookie in cookies:
                headers.append("set-cookie", cookie if _is_secure(cookie) else f"{cookie}; Secure")


def csrf_token(request: HTTPConnection) -> str | None:
    """The browser's token, if it has one that could be ours."""
    token = request.cookies.get(CSRF_COOKIE, "")
    return token if re.fullmatch(r"[\w-]{43}", token) else None


def new_csrf_token() -> str:
    """Unguessable: 32 random bytes."""
    return secrets.token_urlsafe(32)


def check_csrf(request: HTTPConnection, sent: str) -> None:
    """Refuse a form whose hidden field is not the cookie's value, or which another site sent. Raises CsrfRefused."""
    expected = csrf_token(request)
    if not expected or not hmac.compare_digest(expected.encode(), sent.encode()) or not is_from_here(request):
        raise CsrfRefused


def is_from_here(request: HTTPConnection) -> bool:
    """Whether the browser says that one of our pages sent this. Programs say nothing; they pass by the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or origin in own_origins(request)


def own_origins(request: HTTPConnection) -> set[str]:
    """Our public origin from the settings, and the address that this very request was sent to."""
    configured = urlsplit(request.app.state.settings.origin)
    host = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    scheme = request.headers.get("x-forwarded-proto") or configured.scheme
    return {f"{configured.scheme}://{configured.netloc}", f"{scheme}://{host}"}


def _is_secure(cookie: str) -> bool:
    return any(part.strip().lower() == "secure" for part in cookie.split(";")[1:])
