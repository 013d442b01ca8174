"""The service under test: real PostgreSQL, no broker, a clock that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.licences.main import build
from services.licences.service import Licences
from services.licences.settings import Settings
from shared.person import Person
from shared.testing.apps import browser, opened
from shared.testing.people import Issuer
from shared.testing.settings import settings_for
from tests.licences.stage import NOW, an_importer


@pytest.fixture(scope="module")
async def app(database_url: str, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    """The application with its database."""
    folder: Path = tmp_path_factory.mktemp("attachments")
    settings = settings_for(
        Settings, database_url, attachments_dir=folder, attachment_max_bytes=200_000, **issuer.settings
    )
    async with opened(build(settings, clock=lambda: NOW)) as running:
        yield running


@pytest.fixture
def service(app: FastAPI) -> Licences:
    """The service behind the application."""
    running: Licences = app.state.service
    return running


@pytest.fixture
async def importer(service: Licences) -> Person:
    """Somebody who enters licences."""
    return await an_importer(service)


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer, importer: Person) -> httpx.AsyncClient:
    """The importer's browser."""
    return browser(app, issuer.cookies(importer))
