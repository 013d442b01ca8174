"""An importer before the form of a draft without files."""

import httpx
import pytest

from services.licences import use_cases
from services.licences.service import Licences
from shared.person import Person
from shared.testing.forms import Page, visit


@pytest.fixture
async def form(service: Licences, client: httpx.AsyncClient, importer: Person) -> Page:
    """The form of a draft without files."""
    async with service.work() as work:
        draft = await use_cases.create_draft(work, importer)
    return await visit(client, f"/licences/{draft.id}/edit")
