"""What holds of every call of the API, for each that its OpenAPI document names: a repeated POST takes effect once, and
what is written over must be named by its version."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.licences.domain.licence import Licence
from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.people import Issuer
from tests.licences.following import asked, hear
from tests.licences.stage import a_draft, a_scan, a_submitted_licence, an_importer, paper
from tests.licences.test_electronic import an_issuer, posted

V1 = "/licences/api/v1"
COUNTED = (
    "licence", "licence_event", "attachment", "electronic_licence", "electronic_attachment", "electronic_notice",
    "claim_attempt", "bulk_upload", "bulk_entry", "outbox",
)  # fmt: skip
"""Where an effect would show."""


@dataclass
class World:
    """Who calls, and what there is to call about."""

    service: Licences
    importer: Person
    company: httpx.AsyncClient
    authority: httpx.AsyncClient

    async def draft(self) -> str:
        licence = await a_draft(self.service, self.importer, a_number())
        return f"{V1}/licences/{licence.id}"

    async def submitted(self) -> Licence:
        return await a_submitted_licence(self.service, self.importer, a_number())

    async def electronic(self) -> tuple[str, dict[str, Any]]:
        answer = await posted(self.authority, a_number())
        return answer.headers["location"], answer.json()["boxes"]


def a_number() -> dict[str, Any]:
    """The paper with a number that nothing else has."""
    serial, exporter = divmod(uuid4().int % 10**10, 10**5)
    return paper(licence_number=f"26.{serial:05}-{exporter:05}.003-ID-BE")


Call = tuple[httpx.AsyncClient, str, dict[str, Any], dict[str, Any]]
"""Who calls which address with what; and the same with something else in it."""
ONE, OTHER = ("a.png", a_scan(), "image/png"), ("b.png", a_scan("red"), "image/png")


async def create(world: World) -> Call:
    return world.company, f"{V1}/licences", {"json": {"boxes": a_number()}}, {"json": {"boxes": {}}}


async def attach(world: World) -> Call:
    return world.company, f"{await world.draft()}/attachments", {"files": {"file": ONE}}, {"files": {"file": OTHER}}


async def submit(world: World) -> Call:
    said = {"point_of_entry": "BE101000", "arrival": "2026-12-01T23:59:00+01:00"}
    return world.company, f"{await world.draft()}/submission", {"json": said}, {"json": said | {"message": "Hi"}}


async def answer(world: World) -> Call:
    licence, question = await world.submitted(), uuid4()
    await hear(world.service, asked(licence, question))
    said = {"request_id": str(question), "text": "It says so."}
    address = f"{V1}/licences/{licence.id}/answers"
    return (
        world.company,
        address,
        {"data": said, "files": {"files": ONE}},
        {"data": said | {"text": "Other"}, "files": {"files": ONE}},
    )


async def withdraw(world: World) -> Call:
    licence = await world.submitted()
    return (
        world.company,
        f"{V1}/licences/{licence.id}/withdrawal",
        {"json": {"reason": "Sold."}},
        {"json": {"reason": "Lost."}},
    )


async def dispute(world: World) -> Call:
    boxes = a_number()
    mine = await a_draft(world.service, world.importer, boxes)
    await a_submitted_licence(world.service, await an_importer(world.service), boxes)
    return (
        world.company,
        f"{V1}/licences/{mine.id}/dispute",
        {"json": {"text": "Mine."}},
        {"json": {"text": "Not yours."}},
    )


async def post(world: World) -> Call:
    return (
        world.authority,
        f"{V1}/electronic-licences",
        {"json": {"boxes": a_number()}},
        {"json": {"boxes": a_number()}},
    )


async def notice(world: World) -> Call:
    address, _boxes = await world.electronic()
    told, match = {"kind": "withdrawn", "date": "2026-11-19", "reason": "Cancelled."}, {"If-Match": '"1"'}
    other = told | {"reason": "Stolen."}
    return world.authority, f"{address}/notices", {"json": told, "headers": match}, {"json": other, "headers": match}


async def attach_issued(world: World) -> Call:
    address, _boxes = await world.electronic()
    return world.authority, f"{address}/attachments", {"files": {"file": ONE}}, {"files": {"file": OTHER}}


async def claim(world: World) -> Call:
    _address, boxes = await world.electronic()
    said = {"issuing_country": "ID", "licence_number": boxes["licence_number"], "expiry_date": boxes["expiry_date"]}
    return world.company, f"{V1}/claims", {"json": said}, {"json": said | {"expiry_date": "2027-02-01"}}


async def send_bulk(world: World) -> Call:
    many = [{"boxes": a_number()}, {"boxes": a_number()}]
    return world.company, f"{V1}/bulk", {"json": many}, {"json": many[:1]}


POSTS: dict[str, Callable[[World], Awaitable[Call]]] = {
    "/licences": create,
    "/licences/{licence_id}/attachments": attach,
    "/licences/{licence_id}/submission": submit,
    "/licences/{licence_id}/answers": answer,
    "/licences/{licence_id}/withdrawal": withdraw,
    "/licences/{licence_id}/dispute": dispute,
    "/electronic-licences": post,
    "/electronic-licences/{electronic_id}/notices": notice,
    "/electronic-licences/{electronic_id}/attachments": attach_issued,
    "/claims": claim,
    "/bulk": send_bulk,
}
PUTS = {"/licences/{licence_id}", "/electronic-licences/{electronic_id}"}
VERSIONED = {*PUTS, "/licences/{licence_id}/submission", "/electronic-licences/{electronic_id}/notices"}
"""What may or must name the version that it changes."""


@pytest.fixture
async def world(app: FastAPI, service: Licences, issuer: Issuer) -> World:
    importer, system = await an_importer(service), await an_issuer(service)

    def program(someone: Person) -> httpx.AsyncClient:
        client = browser(app)
        client.headers.update({"Accept": "application/json", **issuer.bearer(someone)})
        return client

    return World(service, importer, program(importer), program(system))


@pytest.fixture
async def operations(world: World) -> list[tuple[str, str, set[str]]]:
    """Method, address below /api/v1 and headers of every call that the OpenAPI document names."""
    document = (await world.company.get("/licences/openapi.json")).json()
    return [
        (
            method,
            address.removeprefix(V1).replace(":uuid", ""),
            {parameter["name"].lower() for parameter in told.get("parameters", []) if parameter["in"] == "header"},
        )
        for address, methods in document["paths"].items()
        for method, told in methods.items()
        if address.startswith(V1)
    ]


async def counts(service: Licences) -> dict[str, int]:
    async with service.work() as work:
        return {table: await work.db.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED}


async def call(prepared: Call, body: dict[str, Any], **headers: str) -> httpx.Response:
    client, address, *_bodies = prepared
    return await client.post(address, **{**body, "headers": {**body.get("headers", {}), **headers}})


async def test_every_post_is_looked_at_here_and_documents_its_key(operations: list[tuple[str, str, set[str]]]) -> None:
    posts = {address: headers for method, address, headers in operations if method == "post"}

    assert set(posts) == set(POSTS)
    assert [address for address, headers in posts.items() if "idempotency-key" not in headers] == []


async def test_every_change_of_what_exists_documents_the_version(operations: list[tuple[str, str, set[str]]]) -> None:
    changes = {address for method, address, _headers in operations if method in {"put", "patch", "delete"}}

    assert changes == PUTS
    assert {address for _method, address, headers in operations if "if-match" in headers} == VERSIONED


@pytest.mark.parametrize("address", POSTS)
async def test_a_repeated_post_takes_effect_once_and_answers_the_same(world: World, address: str) -> None:
    prepared = await POSTS[address](world)
    _client, _address, body, other = prepared
    key = f"{uuid4()}"

    first = await call(prepared, body, **{"Idempotency-Key": key})
    after = await counts(world.service)
    again = await call(prepared, body, **{"Idempotency-Key": key})
    still = await counts(world.service)
    misused = await call(prepared, other, **{"Idempotency-Key": key})

    assert first.status_code in {200, 201, 202}, first.text
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    for name in ("etag", "location"):
        assert again.headers.get(name) == first.headers.get(name)
    assert misused.status_code == 422, misused.text
    assert misused.json()["type"].endswith("/idempotency_key_reused")
    assert still == after


@pytest.mark.parametrize("address", sorted(PUTS))
async def test_a_change_names_the_version_that_it_changes(world: World, address: str) -> None:
    if "electronic" in address:
        client, (here, boxes) = world.authority, await world.electronic()
    else:
        client, here, boxes = world.company, await world.draft(), a_number()
    version = (await client.get(here)).headers["etag"]

    unsaid = await client.put(here, json={"boxes": boxes})
    wrong = await client.put(here, json={"boxes": boxes}, headers={"If-Match": '"77"'})
    right = await client.put(here, json={"boxes": boxes}, headers={"If-Match": version})
    late = await client.put(here, json={"boxes": boxes}, headers={"If-Match": version})

    assert [answer.status_code for answer in (unsaid, wrong, right, late)] == [428, 412, 200, 412]
    assert right.headers["etag"] == (await client.get(here)).headers["etag"] != version


async def test_handing_in_a_version_that_is_not_the_last_is_refused(world: World) -> None:
    here = await world.draft()
    said = {"point_of_entry": "BE101000", "arrival": "2026-12-01T23:59:00+01:00"}
    seen = (await world.company.get(here)).headers["etag"]
    body = {"boxes": a_number()}
    now = (await world.company.put(here, json=body, headers={"If-Match": seen})).headers["etag"]

    stale = await world.company.post(f"{here}/submission", json=said, headers={"If-Match": seen})
    right = await world.company.post(f"{here}/submission", json=said, headers={"If-Match": now})

    assert (stale.status_code, right.status_code) == (412, 200)


async def test_a_withdrawal_by_the_issuer_names_the_version(world: World) -> None:
    here, _boxes = await world.electronic()
    told = {"kind": "withdrawn", "date": "2026-11-19", "reason": "Cancelled."}

    unsaid = await world.authority.post(f"{here}/notices", json=told)
    stale = await world.authority.post(f"{here}/notices", json=told, headers={"If-Match": '"9"'})

    assert (unsaid.status_code, stale.status_code) == (428, 412)
