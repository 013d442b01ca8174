"""What a machine client reaches: of the API what its scopes name, and no pages."""

from dataclasses import replace

import pytest
from fastapi import APIRouter

from shared.http import SignedIn
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.people import importer_role, know, person
from tests.shared.stage import stage

router = APIRouter()


@router.get("/licences/mine")
@router.post("/licences/mine")
@router.get("/licences/pages/api/mine")
@router.get("/licences/api/v1/mine")
@router.post("/licences/api/v1/mine")
async def mine(someone: SignedIn) -> dict[str, object]:
    return {"name": someone.name, "companies": len(someone.companies)}


@pytest.fixture
async def service(database_url, issuer):
    async with stage(database_url, **issuer.settings) as running:
        yield running


@pytest.fixture
def app(service):
    return service.app(router)


@pytest.fixture
async def client(app):
    async with browser(app) as open_client:
        yield open_client


async def program(service, *scopes: str) -> Person:
    """A machine client of a company, which the service has heard of."""
    machine = replace(person("SAP", importer_role()), scopes=scopes)
    async with service.work() as work:
        return await know(work.db, machine)


async def test_reading_needs_the_scope_to_read(client, service, issuer):
    reader = issuer.bearer(await program(service, "licences:read"))
    writer = issuer.bearer(await program(service, "licences:write"))

    assert (await client.get("/licences/api/v1/mine", headers=reader)).json() == {"name": "SAP", "companies": 1}
    assert (await client.head("/licences/api/v1/mine", headers=reader)).status_code == 200
    assert (await client.get("/licences/api/v1/mine", headers=writer)).status_code == 403


async def test_changing_needs_the_scope_to_write_and_says_so(client, service, issuer):
    reader = issuer.bearer(await program(service, "licences:read", "validation:write"))
    writer = issuer.bearer(await program(service, "licences:write"))

    answer = await client.post("/licences/api/v1/mine", headers=reader)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/problems/insufficient_scope")
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="licences:write"'
    assert (await client.post("/licences/api/v1/mine", headers=writer)).status_code == 200


@pytest.mark.parametrize("address", ["/licences/mine", "/licences/pages/api/mine"])
async def test_pages_are_for_people(app, client, service, issuer, address):
    everything = await program(service, "licences:read", "licences:write")

    by_bearer = await client.get(address, headers=issuer.bearer(everything))
    async with browser(app, issuer.cookies(everything)) as disguised:
        by_cookie = await disguised.get(address)

    assert (by_bearer.status_code, by_cookie.status_code) == (403, 403)


async def test_a_client_without_scopes_reaches_nothing_and_a_person_needs_none(client, service, issuer):
    nothing = await program(service)
    somebody = replace(await program(service), scopes=None)

    assert (await client.get("/licences/api/v1/mine", headers=issuer.bearer(nothing))).status_code == 403
    assert (await client.get("/licences/api/v1/mine", headers=issuer.bearer(somebody))).status_code == 200
    assert (await client.get("/licences/mine", headers=issuer.bearer(somebody))).status_code == 200


async def test_a_client_stops_as_soon_as_its_role_is_gone(client, service, issuer):
    machine = await program(service, "licences:read")
    headers = issuer.bearer(machine)
    assert (await client.get("/licences/api/v1/mine", headers=headers)).status_code == 200

    async with service.work() as work:
        await work.db.execute("UPDATE known_role SET granted = false WHERE account_id = $1", machine.account_id)
    answer = await client.get("/licences/api/v1/mine", headers=headers)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/problems/client_without_role")
