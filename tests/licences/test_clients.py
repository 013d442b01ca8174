"""A machine client does through the API what an importer does, as far as its scopes go."""

from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI

from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.people import Issuer
from tests.licences.stage import ARRIVAL, a_scan, an_importer, numbered

LICENCES = "/licences/api/v1/licences"


async def a_program(service: Licences, *scopes: str) -> Person:
    """A client of a company that the service knows."""
    return replace(await an_importer(service, company=uuid4(), name="SAP customs module"), scopes=scopes)


async def test_a_client_enters_and_submits_a_licence_under_its_own_name(
    app: FastAPI, service: Licences, issuer: Issuer
) -> None:
    program = await a_program(service, "licences:read", "licences:write")
    headers = issuer.bearer(program) | {"Accept": "application/json"}
    async with browser(app) as client:
        again = headers | {"Idempotency-Key": "one"}
        created = await client.post(LICENCES, json={"boxes": numbered(71)}, headers=again)
        repeated = await client.post(LICENCES, json={"boxes": numbered(71)}, headers=again)
        address = f"{LICENCES}/{created.json()['id']}"
        file = {"file": ("licence.png", a_scan(), "image/png")}
        attached = await client.post(f"{address}/attachments", files=file, headers=headers)
        answers = {"point_of_entry": "BE101000", "arrival": ARRIVAL.isoformat()}
        submitted = await client.post(f"{address}/submission", json=answers, headers=headers)
        read = await client.get(address, headers=headers)

    assert (created.status_code, attached.status_code, submitted.status_code) == (201, 201, 200), submitted.text
    assert repeated.json() == created.json()
    assert read.json()["requester"] == {"account_id": str(program.account_id), "name": "SAP customs module"}
    assert read.json()["validation_state"] == "submitted"


async def test_a_client_that_may_only_read_enters_nothing(app: FastAPI, service: Licences, issuer: Issuer) -> None:
    headers = issuer.bearer(await a_program(service, "licences:read", "validation:write"))
    async with browser(app) as client:
        refused = await client.post(LICENCES, json={"boxes": numbered(72)}, headers=headers)
        found = await client.get(LICENCES, headers=headers)

    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/insufficient_scope")
    assert (found.status_code, found.json()["items"]) == (200, [])


async def test_a_client_that_may_only_write_reads_nothing(app: FastAPI, service: Licences, issuer: Issuer) -> None:
    headers = issuer.bearer(await a_program(service, "licences:write"))
    async with browser(app) as client:
        created = await client.post(LICENCES, json={"boxes": numbered(73)}, headers=headers)
        read = await client.get(f"{LICENCES}/{created.json()['id']}", headers=headers)

    assert (created.status_code, read.status_code) == (201, 403)


@pytest.mark.parametrize("page", ["/licences", "/licences/new", "/licences/operations"])
async def test_pages_are_not_for_clients(app: FastAPI, service: Licences, issuer: Issuer, page: str) -> None:
    headers = issuer.bearer(await a_program(service, "licences:read", "licences:write"))
    async with browser(app) as client:
        answer = await client.get(page, headers=headers)

    assert answer.status_code == 403
    assert "pages are for people" in answer.text
