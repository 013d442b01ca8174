"""Providers that lie, break or dawdle: what a well-behaved one never does, and a thief or a fault may."""

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from services.identity import openid
from services.identity.domain.openid import Passage
from services.identity.openid import OpenIDProvider, ProviderAway, SignInRefused
from shared.testing.settings import ORIGIN

ACCESS = "an access token"
GOOD_HASH = urlsafe_b64encode(hashlib.sha256(ACCESS.encode()).digest()[:16]).rstrip(b"=").decode()


class Liar:
    """Says whatever a test wants it to say. `answers` are by path, `asked` counts the questions."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                liar.asked.append(self.path)
                answer = liar.answers.get(self.path, {})
                status, body = answer if isinstance(answer, tuple) else (200, answer)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

            do_POST = do_GET  # noqa: N815 - http.server asks for this name

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server asks for this name
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.behave()

    def behave(self) -> None:
        """Say the truth about everything."""
        self.asked.clear()
        self.answers = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorise",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/user",
            },
            "/keys": {"keys": [self.public("one")]},
        }

    def public(self, kid: str | None = None, **others: Any) -> dict[str, Any]:
        """The public key as it is published."""
        key: dict[str, Any] = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return key | {"use": "sig", "alg": "RS256"} | ({"kid": kid} if kid else {}) | others

    def say(self, *, key: Any = None, algorithm: str = "RS256", kid: str | None = "one", **claims: Any) -> None:
        """Answer the code with an ID token of these claims; None leaves one out."""
        now = int(time.time())
        every = {"iss": self.issuer, "aud": "flegt", "sub": "someone", "iat": now, "exp": now + 60, "nonce": "nonce"}
        said = {name: value for name, value in ({"email": "a@b.example"} | every | claims).items() if value is not None}
        signing = None if algorithm == "none" else key or self.key
        token = jwt.encode(said, signing, algorithm=algorithm, headers={"kid": kid} if kid else {})
        self.answers["/token"] = {"id_token": token, "access_token": ACCESS, "token_type": "Bearer"}


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    made = Liar()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def provider(liar: Liar) -> OpenIDProvider:
    liar.behave()
    return OpenIDProvider(issuer=liar.issuer, client_id="flegt", secret="s", scopes="openid", origin=ORIGIN)


async def arrival(provider: OpenIDProvider, named: str | None = None) -> Any:
    return await provider.stranger("code", Passage("state", "nonce", "verifier"), named=named)


async def test_the_truth_is_believed(liar: Liar, provider: OpenIDProvider) -> None:
    liar.say(at_hash=GOOD_HASH, azp="flegt", email_verified=True)
    stranger = await arrival(provider)

    assert (stranger.issuer, stranger.subject, stranger.email) == (liar.issuer, "someone", "a@b.example")
    assert stranger.email_verified


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"]},
        {"aud": ["flegt", "somebody-else"]},
        {"azp": "somebody-else"},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"iat": int(time.time()) + 86_400},
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"at_hash": "another"},
        {"kid": "unknown"},
        {"key": rsa.generate_private_key(65537, 2048)},
        {"key": ec.generate_private_key(ec.SECP256R1()), "algorithm": "ES256"},
        {"key": "what everybody can read, such as a public key", "algorithm": "HS256"},
        {"algorithm": "none"},
        {"algorithm": "PS256"},
    ],
    ids=lambda claims: ",".join(claims),
)
async def test_a_token_that_is_not_for_us_from_them_and_now_lets_nobody_in(
    liar: Liar, provider: OpenIDProvider, claims: dict[str, Any]
) -> None:
    liar.say(**claims)
    with pytest.raises(SignInRefused):
        await arrival(provider)


async def test_a_token_for_several_must_name_us_and_may_leave_out_the_only_key(
    liar: Liar, provider: OpenIDProvider
) -> None:
    liar.say(aud=["flegt", "somebody-else"], azp="flegt", kid=None)
    assert (await arrival(provider)).subject == "someone"


async def test_secrets_among_the_published_keys_and_keys_for_other_uses_sign_nothing(
    liar: Liar, provider: OpenIDProvider
) -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "secret", "alg": "HS256"}
    liar.answers["/keys"] = {"keys": [secret, liar.public("two", use="enc"), {"kty": "unheard of"}, liar.public("one")]}
    liar.say(key=b"secret-secret-secret-secret-secret", algorithm="HS256", kid="secret")
    with pytest.raises(SignInRefused):
        await arrival(provider)
    liar.say(kid="two")
    with pytest.raises(SignInRefused):
        await arrival(provider)
    liar.say()
    assert (await arrival(provider)).subject == "someone"


async def test_elliptic_keys_are_believed_too(liar: Liar, provider: OpenIDProvider) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    published: dict[str, Any] = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    liar.answers["/keys"] = {"keys": [published | {"kid": "curve"}]}
    liar.say(key=key, algorithm="ES256", kid="curve")

    assert (await arrival(provider)).subject == "someone"


async def test_what_is_told_elsewhere_counts_only_about_the_same_person(liar: Liar, provider: OpenIDProvider) -> None:
    liar.say(email=None)
    liar.answers["/user"] = {
        "sub": "someone",
        "email": "c@d.example",
        "email_verified": True,
        "acr": "told",
        "iss": "x",
    }
    stranger = await arrival(provider)
    assert (stranger.email, stranger.email_verified, stranger.issuer) == ("c@d.example", True, liar.issuer)
    assert stranger.acr == ""

    liar.answers["/user"] = {"sub": "somebody else", "email": "c@d.example", "email_verified": True}
    with pytest.raises(SignInRefused):
        await arrival(provider)


@pytest.mark.parametrize("path", ["/token", "/keys", "/.well-known/openid-configuration"])
@pytest.mark.parametrize(
    "answer", [(500, b""), (404, b""), (302, b""), b"no json", b"[]", b"{}", b'{"keys": 1}', b"x" * 1_000_001]
)
async def test_broken_answers_become_refusals(liar: Liar, provider: OpenIDProvider, path: str, answer: Any) -> None:
    liar.say()
    liar.answers[path] = answer
    with pytest.raises((SignInRefused, ProviderAway)):
        await arrival(provider)


async def test_unknown_keys_do_not_make_us_ask_again_and_again(liar: Liar, provider: OpenIDProvider) -> None:
    liar.say()
    await arrival(provider)
    liar.say(kid="unknown")
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await arrival(provider)

    assert liar.asked.count("/keys") == 2
    assert liar.asked.count("/.well-known/openid-configuration") == 1


async def test_what_the_provider_published_last_counts_while_it_is_away(
    liar: Liar, provider: OpenIDProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "SECONDS_KEPT", 0.0)
    await provider.address(Passage.new())
    liar.answers["/.well-known/openid-configuration"] = (503, b"")

    assert (await provider.address(Passage.new())).startswith(f"{liar.issuer}/authorise?")


async def test_endpoints_that_are_no_web_addresses_are_not_asked(liar: Liar, provider: OpenIDProvider) -> None:
    liar.answers["/.well-known/openid-configuration"]["token_endpoint"] = "file:///etc/passwd"
    with pytest.raises(ProviderAway):
        await provider.address(Passage.new())


async def test_a_provider_that_names_itself_must_do_so_in_every_answer(liar: Liar, provider: OpenIDProvider) -> None:
    liar.answers["/.well-known/openid-configuration"]["authorization_response_iss_parameter_supported"] = True
    liar.say()
    with pytest.raises(SignInRefused):
        await arrival(provider)
    assert (await arrival(provider, named=liar.issuer)).subject == "someone"
