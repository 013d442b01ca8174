"""Identity with a database and a clock for each test: its keys are its own."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from services.identity.main import build
from services.identity.service import Identity
from shared.testing.apps import opened
from tests.identity.conftest import Clock
from tests.identity.keys.acts import settings


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(postgres: Any, copy_of: Callable[[str], Any]) -> AsyncIterator[str]:
    name = await copy_of("identity")
    yield postgres.url(name, role="identity")
    await postgres.drop_database(name)


@pytest.fixture
async def app(database: str, clock: Clock) -> AsyncIterator[FastAPI]:
    async with opened(build(settings(database), clock)) as running:
        yield running


@pytest.fixture
def service(app: FastAPI) -> Identity:
    running: Identity = app.state.service
    return running
