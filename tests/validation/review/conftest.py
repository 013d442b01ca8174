"""Browsers before the review page."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.review.acts import CASES, Visit


@pytest.fixture
async def look(app: FastAPI, issuer: Issuer, people: People) -> AsyncIterator[Visit]:
    """Opens a case in a browser of its own, as the officer or as somebody else."""
    clients: list[httpx.AsyncClient] = []

    async def look_at(case_id: UUID, someone: Person | None = None, rest: str = "") -> Page:
        clients.append(browser(app, issuer.cookies(someone or people.officer)))
        return await visit(clients[-1], f"{CASES}/{case_id}{rest}")

    yield look_at
    for client in clients:
        await client.aclose()
