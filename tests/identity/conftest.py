"""Identity on a fresh database, without HTTP server and without a broker, with a clock that the tests move."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.identity.domain.accounts import Registration
from services.identity.main import build
from services.identity.service import Identity
from services.identity.settings import Settings
from services.identity.use_cases.accounts import make_confirmed_account, person_of
from services.identity.use_cases.roles import make_support_person
from shared.person import Person
from shared.testing.apps import browser, opened
from shared.testing.settings import settings_for

PASSWORD = "larch quiver monday teapot"
counter = iter(range(1_000_000))


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
async def app(database_url: str, clock: Clock) -> AsyncIterator[FastAPI]:
    settings = settings_for(
        Settings, database_url, secret_key="a key for tests only", demonstration=True, second_factor="offered"
    )
    async with opened(build(settings, clock)) as running:
        yield running


@pytest.fixture(scope="module")
def service(app: FastAPI) -> Identity:
    return app.state.service


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as new:
        yield new


def registration(email: str = "", **others: Any) -> Registration:
    """Somebody who fills in everything rightly."""
    values: dict[str, Any] = {
        "first_name": "Ines",
        "last_name": "Importer",
        "email": email or f"ines{next(counter)}@timber.example",
        "password": PASSWORD,
        "language": "en",
        "time_zone": "Europe/Brussels",
        "privacy_accepted": True,
    }
    return Registration(**(values | others))


@pytest.fixture(scope="module")
async def password_hash(service: Identity) -> str:
    return await service.passwords.hash(PASSWORD)


@pytest.fixture
def member(service: Identity, password_hash: str) -> Callable[..., Any]:
    """Makes somebody with a confirmed account; with `support` a member of the support team."""

    async def make(*, support: bool = False, **values: Any) -> tuple[Person, str]:
        wanted = registration(**values)
        async with service.work() as work:
            account = await make_confirmed_account(work, wanted, password_hash=password_hash)
            if support:
                await make_support_person(work, account)
        return person_of(account).with_roles(await service.roles_of(account.id)), account.email

    return make


async def told(service: Identity, wire_name: str, key: object) -> list[dict[str, Any]]:
    """What identity told of this kind about this thing, oldest first."""
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT payload FROM outbox WHERE type LIKE '%.' || $1 || '.v1' AND key = $2 ORDER BY id",
            wire_name,
            str(key).encode(),
        )
    return [json.loads(row["payload"]) for row in rows]


async def told_to(service: Identity, wire_name: str, email: str) -> list[dict[str, Any]]:
    """The same, by the address of a mail's reader."""
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT payload FROM outbox WHERE type LIKE '%.' || $1 || '.v1' ORDER BY id", wire_name
        )
    return [fact for row in rows if (fact := json.loads(row["payload"]))["email"] == email]


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    part = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read
