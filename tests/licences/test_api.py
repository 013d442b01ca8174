"""The same for programs: JSON, ETags, Idempotency-Keys, problem details."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.people import Issuer
from tests.licences.stage import a_scan, an_importer, numbered, pixels

API = "/licences/api/v1"
SUBMISSION = {"point_of_entry": "BE101000", "arrival": "2026-12-01T23:59:00+01:00", "on_behalf": None, "message": "Hi"}


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer, importer: Person) -> httpx.AsyncClient:
    program = browser(app)
    program.headers.update({"Accept": "application/json", **issuer.bearer(importer)})
    return program


async def draft(client: httpx.AsyncClient, boxes: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"commodity_codes": ["940169"], "boxes": boxes}
    return await client.post(f"{API}/licences", json=body, headers=headers)


async def attach(client: httpx.AsyncClient, address: str, content: bytes, **data: str) -> httpx.Response:
    files = {"file": ("licence.png", content, "image/png")}
    return await client.post(f"{address}/attachments", data={"box": "2", **data}, files=files)


async def test_a_licence_is_drafted_completed_and_submitted(client: httpx.AsyncClient) -> None:
    created = await draft(client, {"licence_number": "26.00501-00123.003-ID-BE"})
    assert created.status_code == 201
    address = created.headers["location"]
    assert created.headers["etag"] == '"1"'

    changed = await client.put(
        address, json={"commodity_codes": [], "boxes": numbered(501)}, headers={"If-Match": created.headers["etag"]}
    )
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    attached = await attach(client, address, a_scan())
    assert attached.status_code == 201
    scan = await client.get(attached.headers["location"])
    assert pixels(scan.content) == pixels(a_scan())

    submitted = await client.post(f"{address}/submission", json=SUBMISSION)

    assert submitted.status_code == 200
    licence = (await client.get(address)).json()
    assert licence == submitted.json()
    assert licence["boxes"] == {**numbered(501), "global_measure": None}
    assert (licence["version"], licence["validation_state"]) == (3, "submitted")
    assert licence["arrival"] == "2026-12-01T23:59:00+01:00"
    assert licence["commodity_codes"] == ["940169"]
    assert [file["name"] for file in licence["attachments"]] == ["licence.png"]


async def test_a_change_says_which_version_it_changes(client: httpx.AsyncClient) -> None:
    address = (await draft(client, {})).headers["location"]

    missing = await client.put(address, json={"boxes": {}})
    stale = await client.put(address, json={"boxes": {}}, headers={"If-Match": '"7"'})
    late = await client.post(f"{address}/submission", json=SUBMISSION, headers={"If-Match": '"7"'})

    assert [answer.status_code for answer in (missing, stale, late)] == [428, 412, 412]


async def test_a_resent_write_takes_effect_once(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "abc"}
    first, second = [await draft(client, numbered(502), **key) for _ in range(2)]
    assert first.json() == second.json()
    assert first.headers["location"] == second.headers["location"]
    address = first.headers["location"]
    await attach(client, address, a_scan())

    answers = [
        await client.post(f"{address}/submission", json=SUBMISSION, headers={"Idempotency-Key": "def"})
        for _ in range(2)
    ]
    without_key = await client.post(f"{address}/submission", json=SUBMISSION)
    other = await draft(client, numbered(503), **key)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert without_key.status_code == 409
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency_key_reused")


async def test_everything_wrong_is_named_at_once_by_box(client: httpx.AsyncClient) -> None:
    boxes = numbered(504) | {"expiry_date": "2026-11-19", "transport_mode": ""}
    address = (await draft(client, boxes)).headers["location"]

    refused = await client.post(f"{address}/submission", json=SUBMISSION)

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["correlation_id"]
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [
        ("/boxes/2", "scan_missing"),
        ("/boxes/4", "expired_at_lodging"),
        ("/boxes/7", "transport_missing"),
    ]


@pytest.mark.parametrize(
    ("boxes", "field"),
    [
        ({"expiry_date": "31.1.2027"}, "/boxes/expiry_date"),
        ({"commodities": [{"volume_m3": "much"}]}, "/boxes/commodities/0/volume_m3"),
        ({"licensee": "PT Kayu"}, "/boxes/licensee"),
    ],
)
async def test_what_cannot_be_kept_is_refused(client: httpx.AsyncClient, boxes: dict[str, Any], field: str) -> None:
    refused = await draft(client, boxes)

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_an_arrival_needs_its_time_zone(client: httpx.AsyncClient) -> None:
    address = (await draft(client, numbered(505))).headers["location"]

    refused = await client.post(f"{address}/submission", json={**SUBMISSION, "arrival": "2026-12-01T23:59:00"})

    assert [error["code"] for error in refused.json()["errors"]] == ["no_moment"]


@pytest.mark.parametrize(
    ("content", "box", "code"),
    [(b"text", "2", "not_a_picture_or_pdf"), (b"0" * 200_001, "2", "file_too_large"), (None, "3", "no_file_box")],
)
async def test_a_file_that_may_not_be_kept_is_refused(
    client: httpx.AsyncClient, content: bytes | None, box: str, code: str
) -> None:
    address = (await draft(client, {})).headers["location"]

    refused = await attach(client, address, content or a_scan(), box=box)

    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == [code]


async def test_other_companies_do_not_learn_that_a_licence_exists(
    app: FastAPI, service: Licences, issuer: Issuer, client: httpx.AsyncClient
) -> None:
    address = (await draft(client, {})).headers["location"]
    other = issuer.bearer(await an_importer(service))

    read = await client.get(address, headers=other)
    changed = await client.put(address, json={"boxes": {}}, headers={**other, "If-Match": '"1"'})
    submitted = await client.post(f"{address}/submission", json=SUBMISSION, headers=other)

    assert [answer.status_code for answer in (read, changed, submitted)] == [404, 404, 404]


async def test_writing_needs_a_bearer_token(app: FastAPI, issuer: Issuer, importer: Person) -> None:
    by_cookie = browser(app, issuer.cookies(importer))

    assert (await by_cookie.get(f"{API}/licences")).status_code == 200
    assert (await by_cookie.post(f"{API}/licences", json={"boxes": {}})).status_code == 401
    assert (await browser(app).get(f"{API}/licences")).status_code == 401


async def test_the_list_is_searched_and_paged(client: httpx.AsyncClient) -> None:
    for serial in (511, 512, 513):
        await draft(client, numbered(serial))

    first = (await client.get(f"{API}/licences", params={"number": "0051", "limit": 2})).json()
    second = (await client.get(f"{API}/licences", params={"number": "0051", "cursor": first["next"]})).json()

    numbers = [item["licence_number"] for item in first["items"] + second["items"]]
    assert numbers == [f"26.00{serial}-00123.003-ID-BE" for serial in (513, 512, 511)]
    assert second["next"] is None
    assert first["items"][0]["requester"]["name"] == "Ines Importer"
    assert (await client.get(f"{API}/licences", params={"cursor": "x"})).status_code == 422


@pytest.mark.parametrize(
    ("kind", "params", "holds"),
    [
        ("commodity-codes", {"country": "GH", "on": "2025-10-08"}, {"code": "940391"}),
        ("issuing-authorities", {"country": "ID"}, {"name": "PT Mutuagung Lestari"}),
        ("customs-offices", {"country": "BE"}, {"id": "BE101000"}),
        ("species", {}, {"scientific_name": "Tectona grandis"}),
        ("transport-modes", {}, {"code": "1"}),
        ("units", {}, {"code": "C62"}),
    ],
)
async def test_reference_data_can_be_looked_up(
    client: httpx.AsyncClient, kind: str, params: dict[str, str], holds: dict[str, str]
) -> None:
    items = (await client.get(f"{API}/reference/{kind}", params=params)).json()["items"]

    assert any(holds.items() <= item.items() for item in items)
    assert all(item.get("country", "BE") in {"BE", "GH", "ID", "*"} for item in items if params)


async def test_unknown_reference_data_do_not_exist(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{API}/reference/people")).status_code == 404
