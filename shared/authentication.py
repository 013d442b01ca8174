"""Who is it? Tokens are signed by identity and verified here with its public keys (JWKS), which are cached.

Browsers carry the token in an HttpOnly cookie, programs as a bearer token. A token says who somebody is; which roles
count is decided by what the service itself knows (shared.roles).
"""

import asyncio
import re
import ssl
import time
from collections import OrderedDict
from functools import cache
from typing import Any, Protocol
from uuid import UUID

import httpx
import jwt
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.person import Person, Role
from shared.telemetry import log
from shared.web.i18n import language_of, speak, zone_of

logger = log("authentication")
TOKEN_COOKIE = "flegt_token"  # noqa: S105 - a cookie's name
ROLE_COOKIE = "flegt_role"
AUDIENCE = "flegt"
ALGORITHM = "ES256"
SECONDS_VERIFIED = 5.0
"""How long a verified token is believed without verifying it again: by so much it may outlive its end."""
TOKENS_REMEMBERED = 2_000
SHORTEST_FRESH, LONGEST_FRESH = 10.0, 300.0
"""Between so many seconds the published keys are kept before they are asked for again."""


class Keys(Protocol):
    """Where the public keys come from."""

    async def key(self, kid: str) -> Any | None:
        """The key with this id, or None when identity does not have it."""


class RemoteKeys:
    """Identity's public keys. They are fetched when a token names one that is not known yet, and again beside the
    requests when they are as old as identity lets them be; while identity is away the last ones count."""

    SECONDS_BETWEEN_FETCHES = 5.0
    SECONDS_AFTER_FAILURE = 1.0

    def __init__(self, url: str) -> None:
        self.url = url
        self._keys: dict[str, Any] = {}
        self._next_fetch = float("-inf")
        self._fresh_until = float("-inf")
        self._lock = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> Any | None:
        """The key with this id. An unknown id leads to a fetch, but not to one per request."""
        if kid not in self._keys:
            await self._fetch_unless_just_done(kid)
        elif time.monotonic() > max(self._fresh_until, self._next_fetch) and not self._is_renewing():
            self._renewal = asyncio.create_task(self._fetch_unless_just_done())
        return self._keys.get(kid)

    def _is_renewing(self) -> bool:
        return self._renewal is not None and not self._renewal.done()

    async def _fetch_unless_just_done(self, missing: str | None = None) -> None:
        async with self._lock:
            if missing not in self._keys and time.monotonic() > self._next_fetch:
                self._next_fetch = time.monotonic() + await self._fetch()

    async def _fetch(self) -> float:
        """After how many seconds another fetch is welcome."""
        try:
            async with asyncio.timeout(5), httpx.AsyncClient(timeout=3, verify=_trusted()) as client:
                answer = await client.get(self.url)
            answer.raise_for_status()
            self._keys = {key.key_id: key.key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if key.key_id}
        except (httpx.HTTPError, TimeoutError, ValueError, AttributeError, jwt.PyJWTError) as error:
            logger.warning("keys_not_fetched", error=repr(error))
            return self.SECONDS_AFTER_FAILURE
        self._fresh_until = time.monotonic() + _seconds_fresh(answer)
        return self.SECONDS_BETWEEN_FETCHES


@cache
def _trusted() -> ssl.SSLContext:
    """Whom TLS trusts. Reading all those certificates takes tens of milliseconds in which nobody is answered."""
    return httpx.create_ssl_context()


def _seconds_fresh(answer: httpx.Response) -> float:
    """What Cache-Control says, within reason: a retired key must not be believed for hours."""
    said = re.search(r"max-age=(\d{1,6})", answer.headers.get("cache-control", ""))
    return min(max(float(said[1]) if said else 0.0, SHORTEST_FRESH), LONGEST_FRESH)


async def verify(token: str, keys: Keys, *, issuer: str, leeway: int) -> Person | None:
    """The person a token speaks of, or None when it is not valid (any more)."""
    try:
        key = await keys.key(jwt.get_unverified_header(token).get("kid", ""))
        if key is None:
            return None
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=issuer,
            leeway=leeway,
            # When a token was made decides nothing; clocks that differ would only send a browser round in circles.
            options={"require": ["exp", "iat", "sub", "sid"], "verify_iat": False},
        )
        return _person(claims)
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        return None


def claims_of(person: Person) -> dict[str, Any]:
    """What a token says of a person; identity adds when it ends and signs it."""
    return {
        "sub": str(person.account_id),
        "sid": str(person.session_id),
        "name": person.name,
        "lang": person.language,
        "tz": person.time_zone,
        "strong": person.strong,
        **({"scope": " ".join(person.scopes)} if person.scopes is not None else {}),
        "roles": [
            {
                "id": str(role.id),
                "kind": role.kind,
                "body_id": str(role.body_id) if role.body_id else None,
                "body_name": role.body_name,
                "country": role.country,
                "office": role.office,
                "administrator": role.administrator,
                "partner_country": role.partner_country,
            }
            for role in person.roles
        ],
    }


def _person(claims: dict[str, Any]) -> Person:
    roles = tuple(
        Role(
            UUID(role["id"]),
            role["kind"],
            UUID(role["body_id"]) if role["body_id"] else None,
            role["body_name"],
            role["country"],
            role["office"],
            role["administrator"],
            role["partner_country"],
        )
        for role in claims["roles"]
    )
    return Person(
        UUID(claims["sub"]),
        claims["name"],
        claims["lang"],
        claims["tz"],
        session_id=UUID(claims["sid"]),
        roles=roles,
        strong=claims["strong"] is True,
        scopes=tuple(claims["scope"].split()) if "scope" in claims else None,
    )


class Authentication:
    """ASGI middleware: puts the person, or None, into the request's state, and from here on speaks their language.

    It refuses nobody; use cases do.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, issuer: str, leeway: int) -> None:
        self.app = app
        self.keys = keys
        self.issuer = issuer
        self.leeway = leeway
        self._verified: OrderedDict[str, tuple[Person, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            token, by_bearer = _token_of(connection)
            person = await self._person(token) if token else None
            if person and (chosen := _uuid(connection.cookies.get(ROLE_COOKIE, ""))):
                person = Person(**{**person.__dict__, "active_role_id": chosen})
            scope.setdefault("state", {}).update(person=person, by_bearer=by_bearer)
            speak(language_of(connection), zone_of(connection))
        await self.app(scope, receive, send)

    async def _person(self, token: str) -> Person | None:
        """Who the token speaks of. A token that was verified a moment ago is not verified again; what its person may
        do is looked up each time."""
        person, until = self._verified.get(token, (None, 0.0))
        if person is not None and time.monotonic() < until:
            return person
        person = await verify(token, self.keys, issuer=self.issuer, leeway=self.leeway)
        if person is not None:
            self._verified[token] = person, time.monotonic() + SECONDS_VERIFIED
            if len(self._verified) > TOKENS_REMEMBERED:
                self._verified.popitem(last=False)
        return person


def _token_of(connection: HTTPConnection) -> tuple[str | None, bool]:
    kind, _, value = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip(), True
    return connection.cookies.get(TOKEN_COOKIE), False


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
