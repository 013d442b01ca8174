"""An importer before the form of a draft without files."""

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer
from tests.licences.stage import an_importer


@pytest.fixture
async def importer(service: Licences) -> Person:
    return await an_importer(service)


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer, importer: Person) -> httpx.AsyncClient:
    return browser(app, issuer.cookies(importer))


@pytest.fixture
async def form(service: Licences, client: httpx.AsyncClient, importer: Person) -> Page:
    """The form of a draft without files."""
    async with service.work() as work:
        draft = await use_cases.create_draft(work, importer)
    return await visit(client, f"/licences/{draft.id}/edit")
