"""The OpenID provider, as seen over HTTP: where it is, with which keys it signs, and who comes from there.

Everything it says is checked; every wait has a limit. What it published last counts while it is away.
"""

import asyncio
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import jwt
from jwt.algorithms import get_default_algorithms

from services.identity.domain.openid import Passage, Stranger, Untrue, check_access_token, check_claims
from shared.problems import Refusal
from shared.telemetry import log
from shared.web.i18n import N_

logger = log("openid")
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Asymmetric ones only: nothing that is published can sign."""
PROFILE = ("email", "email_verified", "given_name", "family_name", "locale")
CALLBACK = "/identity/openid/callback"
SECONDS_PER_CALL = 5.0
SECONDS_KEPT = 3_600.0
SECONDS_BETWEEN_LOOKS = 10.0
SECONDS_AFTER_FAILURE = 2.0
LEEWAY_SECONDS = 30
LONGEST_ANSWER = 1_000_000


class ProviderAway(Refusal):
    """It does not answer, or says that it cannot just now."""

    status, title, code = 503, N_("The other sign-in cannot be reached just now"), "provider_away"


class SignInRefused(Refusal):
    """The provider refused, or what it said cannot be believed. `code` says which."""

    status, title, code = 403, N_("Signing in did not work"), "openid_refused"


Key = tuple[Any, list[str]]


@dataclass(frozen=True)
class Metadata:
    """What the provider publishes about itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    posts_secret: bool
    names_itself: bool
    """It puts its name into every answer (RFC 9207): an answer without it is not its own."""


class OpenIDProvider:
    """One provider, known by its issuer. `secret` is None for a client that has none (PKCE protects it)."""

    def __init__(self, *, issuer: str, client_id: str, secret: str | None, scopes: str, origin: str) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.secret = secret
        self.scopes = scopes
        self.redirect_uri = f"{origin}{CALLBACK}"
        self._lock = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._metadata_until = float("-inf")
        self._away_until = float("-inf")
        self._keys: dict[str | None, Key] = {}
        self._keys_until = float("-inf")
        self._next_look = float("-inf")

    async def address(self, passage: Passage) -> str:
        """Where to send the browser. Raises ProviderAway."""
        metadata = await self._discovered()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.client_id,
                "redirect_uri": self.redirect_uri,
                "scope": self.scopes,
                "state": passage.state,
                "nonce": passage.nonce,
                "code_challenge": passage.challenge,
                "code_challenge_method": "S256",
            }
        )
        joint = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
        return f"{metadata.authorization_endpoint}{joint}{query}"

    async def stranger(self, code: str, passage: Passage, *, named: str | None) -> Stranger:
        """Who it is that came back with this code. `named` is the issuer in the answer, if it was there.

        Raises ProviderAway, SignInRefused.
        """
        metadata = await self._discovered()
        if named != metadata.issuer and (named is not None or metadata.names_itself):
            raise _unbelievable("issuer")
        tokens = await self._exchanged(metadata, code, passage)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise _unbelievable("no_id_token")
        try:
            claims = await self._verified(metadata, id_token, access_token)
            check_claims(claims, nonce=passage.nonce, client_id=self.client_id)
        except (Untrue, jwt.PyJWTError) as error:
            raise _unbelievable(error.code if isinstance(error, Untrue) else type(error).__name__) from error
        if "email" not in claims and metadata.userinfo_endpoint and isinstance(access_token, str):
            claims = await self._completed(metadata.userinfo_endpoint, access_token, claims)
        return Stranger.from_claims(claims)

    async def _exchanged(self, metadata: Metadata, code: str, passage: Passage) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": passage.verifier,
        }
        headers = {"Accept": "application/json"}
        if self.secret is None or metadata.posts_secret:
            form["client_id"] = self.client_id
        if self.secret is not None and metadata.posts_secret:
            form["client_secret"] = self.secret
        elif self.secret is not None:
            # Both are form-encoded before they are put together (RFC 6749, section 2.3.1).
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return await _called("POST", metadata.token_endpoint, data=form, headers=headers)

    async def _verified(self, metadata: Metadata, id_token: str, access_token: object) -> dict[str, Any]:
        """The claims of an ID token whose signature, issuer, audience and time are right. Raises PyJWTError, Untrue."""
        header = jwt.get_unverified_header(id_token)
        key, algorithms = await self._key(metadata, header.get("kid"))
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=algorithms,
            audience=self.client_id,
            issuer=metadata.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
        if isinstance(access_token, str):
            algorithm = get_default_algorithms()[header["alg"]]
            check_access_token(claims, algorithm.compute_hash_digest(access_token.encode()))
        return claims

    async def _completed(self, endpoint: str, access_token: str, claims: dict[str, Any]) -> dict[str, Any]:
        """With the profile that the provider tells elsewhere, if it is that of the same person."""
        told = await _called("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if told.get("sub") != claims["sub"]:
            raise _unbelievable("userinfo_sub")
        return claims | {name: told[name] for name in PROFILE if name in told}

    async def _discovered(self) -> Metadata:
        """What the provider publishes about itself, an hour old at most unless it is away. Raises ProviderAway."""
        async with self._lock:
            if time.monotonic() > max(self._metadata_until, self._away_until):
                try:
                    self._metadata = await self._discover()
                    self._metadata_until = time.monotonic() + SECONDS_KEPT
                except Refusal as error:
                    self._away_until = time.monotonic() + SECONDS_AFTER_FAILURE
                    if self._metadata is None:
                        raise ProviderAway from error
            if self._metadata is None:
                raise ProviderAway
            return self._metadata

    async def _discover(self) -> Metadata:
        told = await _called("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self.issuer:
            logger.error("openid_issuer_differs")
            raise ProviderAway
        endpoints = {
            name: _endpoint(told, name, self.issuer)
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        ways = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Metadata(
            issuer=self.issuer,
            userinfo_endpoint=_endpoint(told, "userinfo_endpoint", self.issuer)
            if "userinfo_endpoint" in told
            else None,
            posts_secret="client_secret_basic" not in ways and "client_secret_post" in ways,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
            **endpoints,
        )

    async def _key(self, metadata: Metadata, kid: str | None) -> Key:
        """The provider's key with this id: an unknown one leads to a fetch, but not to one per sign-in.

        Raises ProviderAway, SignInRefused, Untrue.
        """
        async with self._lock:
            now = time.monotonic()
            if now > self._keys_until:
                await self._fetch_keys(metadata)
            elif kid not in self._keys and now > self._next_look:
                self._next_look = now + SECONDS_BETWEEN_LOOKS
                await self._fetch_keys(metadata)
        if kid not in self._keys:
            raise Untrue("unknown_key")
        return self._keys[kid]

    async def _fetch_keys(self, metadata: Metadata) -> None:
        told = await _called("GET", metadata.jwks_uri)
        try:
            published = [data for data in told["keys"] if data.get("use", "sig") == "sig"]
            self._keys = {data.get("kid"): key for data in published if (key := _usable(data))}
        except (KeyError, TypeError, AttributeError) as error:
            raise _unbelievable("keys") from error
        if len(self._keys) == 1:
            self._keys[None] = next(iter(self._keys.values()))  # a token need not name the only key there is
        self._keys_until = time.monotonic() + SECONDS_KEPT


def _usable(data: dict[str, Any]) -> Key | None:
    """A published key, and the algorithms that it may have signed with; None for kinds that we do not know."""
    algorithms = [name for name in ALGORITHMS if data.get("alg", name) == name]
    try:
        return jwt.PyJWK.from_dict(data).key, algorithms
    except jwt.PyJWTError:
        return None


async def _called(method: str, url: str, **request: Any) -> dict[str, Any]:
    """The JSON object that the provider answers. Raises ProviderAway, SignInRefused."""
    try:
        async with (
            asyncio.timeout(SECONDS_PER_CALL),
            httpx.AsyncClient(timeout=SECONDS_PER_CALL, follow_redirects=False) as client,
            client.stream(method, url, **request) as answer,
        ):
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LONGEST_ANSWER:
                    raise _unbelievable("answer_too_long")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        logger.warning("openid_provider_away", error=type(error).__name__)
        raise ProviderAway from error
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        logger.warning("openid_provider_away", status=answer.status_code)
        raise ProviderAway
    if not answer.is_success:
        raise _unbelievable(f"status_{answer.status_code}")
    try:
        told = httpx.Response(answer.status_code, content=body).json()
    except ValueError as error:
        raise _unbelievable("no_json") from error
    if not isinstance(told, dict):
        raise _unbelievable("no_object")
    return told


def _endpoint(told: dict[str, Any], name: str, issuer: str) -> str:
    """An address of the provider's: encrypted wherever its issuer is. Raises ProviderAway."""
    url = told.get(name)
    if not isinstance(url, str) or urlsplit(url).scheme not in {"https", urlsplit(issuer).scheme}:
        logger.error("openid_endpoint_unusable", endpoint=name)
        raise ProviderAway
    return url


def _unbelievable(why: str) -> SignInRefused:
    """`why` is for the log; a person can do nothing with it."""
    logger.warning("openid_unbelievable", why=why)
    return SignInRefused(
        N_("The answer could not be verified, so nobody was signed in. Please try again."), code="unbelievable"
    )
