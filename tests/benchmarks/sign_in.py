"""Signing in against bare Argon2id with the same parameters, and checking tokens against the bare signature."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import count
from uuid import uuid4

import httpx
import jwt
from argon2 import PasswordHasher
from fastapi import FastAPI

from services.identity.domain.accounts import Registration
from services.identity.main import build
from services.identity.service import Identity
from services.identity.settings import Settings
from services.identity.use_cases import sessions
from services.identity.use_cases.accounts import make_confirmed_account
from services.identity.use_cases.sessions import SignIn
from shared import authentication
from shared.authentication import ALGORITHM, AUDIENCE, Authentication
from shared.person import Person, Role
from shared.testing.settings import settings_for
from tests.benchmarks.rounds import Stopwatch, compare

SIGN_INS = 20
CHECKS = 5_000
AT_ONCE = 2
"""As many Argon2id computations at a time as the service allows (settings.passwords_at_once)."""
PASSWORD = "larch quiver monday teapot"
addresses = count()


async def measure(database_url: str) -> None:
    """Print both comparisons."""
    settings = settings_for(Settings, database_url, secret_key="of nobody", passwords_at_once=AT_ONCE)
    app = build(settings)
    service: Identity = app.state.service
    await service.open()
    await _compare_sign_ins(app, service)
    await _compare_checks(service)
    await service.close()


async def _compare_sign_ins(app: FastAPI, service: Identity) -> None:
    emails = await _people(service)
    hasher = PasswordHasher()
    hashed = hasher.hash(PASSWORD)

    async def verify(_email: str) -> None:
        await asyncio.to_thread(hasher.verify, hashed, PASSWORD)

    async def by_use_case(email: str) -> None:
        address = f"198.51.100.{next(addresses)}"
        outcome = await sessions.sign_in(
            service.work, service.passwords, email=email, password=PASSWORD, address=address, browser="bench"
        )
        assert isinstance(outcome, SignIn)

    async def over_http(email: str) -> None:
        transport = httpx.ASGITransport(app, client=(f"198.51.100.{next(addresses)}", 1))
        async with httpx.AsyncClient(transport=transport, base_url=service.settings.origin, timeout=60) as client:
            answer = await client.post("/identity/api/v1/sessions", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 201, answer.text

    def contender(act: Callable[[str], Awaitable[None]]) -> Callable[[], Awaitable[float]]:
        async def run() -> float:
            with Stopwatch() as watch:
                await _few_at_once(act, emails)
            return watch.seconds

        return run

    await compare(
        f"Sign-ins, {AT_ONCE} at once",
        SIGN_INS,
        {
            "Argon2id verification in threads, nothing else": contender(verify),
            "sign_in: counted, verified, session and audit kept": contender(by_use_case),
            "POST /identity/api/v1/sessions, with a signed token": contender(over_http),
        },
    )


async def _compare_checks(service: Identity) -> None:
    role = Role(uuid4(), "importer", uuid4(), "Timber Trade NV", "BE")
    token = service.keyring.sign(
        Person(uuid4(), "Ines Importer", session_id=uuid4(), roles=(role,)), now=service.clock()
    )
    key = await service.keyring.key(jwt.get_unverified_header(token)["kid"])
    middleware = Authentication(FastAPI(), keys=service.keyring, issuer=service.settings.origin, leeway=5)

    async def bare() -> float:
        start = time.perf_counter()
        for _ in range(CHECKS):
            jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE)  # type: ignore[arg-type]
        return time.perf_counter() - start

    async def verified() -> float:
        start = time.perf_counter()
        for _ in range(CHECKS):
            assert await authentication.verify(token, service.keyring, issuer=service.settings.origin, leeway=5)
        return time.perf_counter() - start

    async def remembered() -> float:
        start = time.perf_counter()
        for _ in range(CHECKS):
            assert await middleware._person(token)
        return time.perf_counter() - start

    await compare(
        "Token checks, one after the other",
        CHECKS,
        {
            "jwt.decode with the key at hand": bare,
            "authentication.verify: key looked up, person read": verified,
            "as each request does: believed for 5 seconds": remembered,
        },
    )


async def _few_at_once(act: Callable[[str], Awaitable[None]], emails: list[str]) -> None:
    waiting = iter(emails)

    async def one_after_the_other() -> None:
        for email in waiting:
            await act(email)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def _people(service: Identity) -> list[str]:
    password_hash = await service.passwords.hash(PASSWORD)
    emails = [f"somebody{number}@timber.example" for number in range(SIGN_INS)]
    async with service.work() as work:
        for email in emails:
            wanted = Registration("Ines", "Importer", email, PASSWORD, "en", "Europe/Brussels", privacy_accepted=True)
            await make_confirmed_account(work, wanted, password_hash=password_hash)
    return emails
