"""The service under test: real PostgreSQL, no broker, and people of two authorities and two customs offices."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from services.validation.main import build
from services.validation.service import Validation
from services.validation.settings import Settings
from shared.person import Person
from shared.testing.apps import opened
from shared.testing.people import Issuer, customs_role, importer_role, know, msca_role, person
from shared.testing.settings import settings_for
from tests.validation.examples import NOW


@dataclass(frozen=True)
class People:
    """Who acts in these tests."""

    officer: Person
    colleague: Person
    dutch_officer: Person
    dutch_colleague: Person
    customs: Person
    other_customs: Person
    importer: Person


@pytest.fixture(scope="module")
async def app(database_url: str, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    """The application with its database."""
    folder = tmp_path_factory.mktemp("attachments")
    settings = settings_for(Settings, database_url, attachments_dir=folder, **issuer.settings)
    async with opened(build(settings, clock=lambda: NOW)) as running:
        yield running


@pytest.fixture(scope="module")
def service(app: FastAPI) -> Validation:
    """The service behind the application."""
    running: Validation = app.state.service
    return running


@pytest.fixture(scope="module")
async def people(service: Validation) -> People:
    """People whose roles the service has heard of."""
    known = People(
        officer=person("Olivia Officer", msca_role("BE")),
        colleague=person("Peter Prudent", msca_role("BE")),
        dutch_officer=person("Nina Noord", msca_role("NL")),
        dutch_colleague=person("Noor Noord", msca_role("NL")),
        customs=person("Carl Customs", customs_role("BE101000")),
        other_customs=person("Zoe Zeebrugge", customs_role("BE343000")),
        importer=person("Ines Importer", importer_role()),
    )
    async with service.work() as work:
        for someone in vars(known).values():
            await know(work.db, someone)
    return known
