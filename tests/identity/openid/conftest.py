"""Identity with a real OpenID provider beside it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.identity.main import build
from shared.testing.apps import browser, opened
from shared.testing.settings import ORIGIN
from tests.identity.conftest import Clock
from tests.identity.openid.acts import settings
from tests.openid.provider import OpenIDProcess


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OpenIDProcess]:
    async with OpenIDProcess(f"{ORIGIN}/identity/openid/callback") as running:
        yield running


@pytest.fixture(scope="module")
async def app(database_url: str, clock: Clock, provider: OpenIDProcess) -> AsyncIterator[FastAPI]:
    async with opened(build(settings(database_url, provider.issuer), clock)) as running:
        yield running


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second browser."""
    async with browser(app) as new:
        yield new
