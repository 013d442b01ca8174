"""An issuing authority's system sends licences, corrects, withdraws and extends them until they are claimed."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.service import Licences
from shared.person import Person, Role
from shared.problems import WrongState
from shared.testing.apps import browser
from shared.testing.people import Issuer, know, person
from tests.licences.stage import a_scan, an_importer, numbered, paper, pixels

ELECTRONIC = "/licences/api/v1/electronic-licences"
CLAIMS = "/licences/api/v1/claims"
MUTUAGUNG = "PT Mutuagung Lestari"


async def an_issuer(
    service: Licences, *, name: str = MUTUAGUNG, country: str = "ID", body: UUID | None = None
) -> Person:
    """A client program of an issuing authority."""
    role = Role(uuid4(), "issuer", body or uuid4(), name, country)
    program = replace(person(f"System of {name}", role), scopes=("licences:read", "licences:write"))
    async with service.work() as work:
        return await know(work.db, program)


def program(app: FastAPI, issuer: Issuer, someone: Person) -> httpx.AsyncClient:
    """A program in front of the API."""
    client = browser(app)
    client.headers.update({"Accept": "application/json", **issuer.bearer(someone)})
    return client


@pytest.fixture
async def authority(app: FastAPI, service: Licences, issuer: Issuer) -> httpx.AsyncClient:
    return program(app, issuer, await an_issuer(service))


async def posted(authority: httpx.AsyncClient, boxes: dict[str, Any], **headers: str) -> httpx.Response:
    return await authority.post(ELECTRONIC, json={"boxes": boxes}, headers=headers)


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_a_licence_is_sent_and_read_as_it_was_issued(authority: httpx.AsyncClient) -> None:
    sent = await posted(authority, numbered(801) | {"issuing_authority": {}})

    assert sent.status_code == 201, sent.text
    address, body = sent.headers["location"], sent.json()
    assert (body["state"], body["version"], sent.headers["etag"]) == ("unclaimed", 1, '"1"')
    assert body["boxes"]["issuing_authority"]["name"] == MUTUAGUNG
    assert body["boxes"]["issuing_authority"]["country"] == "ID"
    assert body["boxes"]["commodities"] == numbered(801)["commodities"]
    assert (await authority.get(address)).json() == body
    listed = (await authority.get(ELECTRONIC, params={"number": "26.00801-00123.003-id-be"})).json()
    assert listed == {"items": [body], "next": None}


async def test_what_an_authority_sent_is_paged(authority: httpx.AsyncClient) -> None:
    numbers = [
        (await posted(authority, numbered(serial))).json()["boxes"]["licence_number"] for serial in (805, 806, 807)
    ]

    first = (await authority.get(ELECTRONIC, params={"limit": 2})).json()
    second = (await authority.get(ELECTRONIC, params={"limit": 2, "cursor": first["next"]})).json()

    found = [item["boxes"]["licence_number"] for page in (first, second) for item in page["items"]]
    assert found == numbers[::-1]
    assert second["next"] is None
    assert (await authority.get(ELECTRONIC, params={"cursor": "no"})).status_code == 422


async def test_sending_again_with_the_same_key_takes_effect_once(authority: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "one"}
    first, second = [await posted(authority, numbered(802), **key) for _ in range(2)]
    without_key = await posted(authority, numbered(802))

    assert first.json() == second.json()
    assert (without_key.status_code, without_key.json()["type"].rpartition("/")[2]) == (409, "number_exists")


async def test_the_hard_rules_of_the_boxes_hold_but_no_scan_is_needed(authority: httpx.AsyncClient) -> None:
    wrong = numbered(803) | {"expiry_date": "2026-11-19", "transport_mode": "", "licence_number": "26-1"}

    refused = await posted(authority, wrong)

    assert refused.status_code == 422
    assert codes(refused) == [
        ("/boxes/3", "licence_number_format"),
        ("/boxes/4", "expired_at_lodging"),
        ("/boxes/7", "transport_missing"),
    ]


@pytest.mark.parametrize(
    ("box1", "found"),
    [
        ({"name": "PT Sucofindo", "address": "Jakarta", "country": "ID"}, [("/boxes/1", "another_authority")]),
        (
            {"name": "Timber Validation Department", "address": "Accra", "country": "GH"},
            [("/boxes/1", "another_authority"), ("/boxes/1", "another_country")],
        ),
    ],
)
async def test_an_authority_sends_only_its_own_licences(
    authority: httpx.AsyncClient, box1: dict[str, str], found: list[tuple[str, str]]
) -> None:
    refused = await posted(authority, paper(issuing_authority=box1))

    assert refused.status_code == 422
    assert [error for error in codes(refused) if error[0] == "/boxes/1"] == found


async def test_other_programs_and_people_send_no_electronic_licence(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    address = (await posted(authority, numbered(804))).headers["location"]
    importer = await an_importer(service)
    importers_program = replace(await an_importer(service), scopes=("licences:read", "licences:write"))
    other_authority = await an_issuer(service, name="PT Sucofindo")

    for someone in (importer, importers_program):
        client = program(app, issuer, someone)
        assert (await posted(client, numbered(804))).status_code == 403
        assert (await client.get(address)).status_code == 403
    assert (await program(app, issuer, other_authority).get(address)).status_code == 404


async def test_a_licence_is_corrected_while_nobody_claimed_it(authority: httpx.AsyncClient) -> None:
    address = (await posted(authority, numbered(810))).headers["location"]
    better = {"boxes": numbered(811) | {"distinguishing_marks": "LOT 7"}}

    missing = await authority.put(address, json=better)
    stale = await authority.put(address, json=better, headers={"If-Match": '"7"'})
    put = await authority.put(address, json=better, headers={"If-Match": '"1"'})

    assert [answer.status_code for answer in (missing, stale, put)] == [428, 412, 200]
    assert (put.json()["version"], put.json()["boxes"]["distinguishing_marks"]) == (2, "LOT 7")
    await posted(authority, numbered(812))
    taken = await authority.put(address, json={"boxes": numbered(812)}, headers={"If-Match": '"2"'})
    assert (taken.status_code, taken.json()["type"].rpartition("/")[2]) == (409, "number_exists")


async def test_an_extension_has_a_reason_a_day_and_a_later_date_of_expiry(authority: httpx.AsyncClient) -> None:
    address = (await posted(authority, numbered(820))).headers["location"]
    match = {"If-Match": '"1"'}

    refused = await authority.post(
        f"{address}/notices",
        json={"kind": "extended", "date": "2026-11-21", "expiry_date": "2027-01-31"},
        headers=match,
    )
    unknown = await authority.post(f"{address}/notices", json={"kind": "lost"}, headers=match)
    extended = await authority.post(
        f"{address}/notices",
        json={"kind": "extended", "date": "2026-11-20", "reason": "Ship delayed", "expiry_date": "2027-03-31"},
        headers=match,
    )

    assert {code for _pointer, code in codes(refused)} == {"missing", "in_the_future", "not_later"}
    assert "unknown_notice" in {code for _pointer, code in codes(unknown)}
    assert extended.status_code == 200, extended.text
    assert extended.json()["boxes"]["expiry_date"] == "2027-03-31"
    assert extended.json()["notices"] == [
        {"kind": "extended", "date": "2026-11-20", "reason": "Ship delayed", "expiry_date": "2027-03-31"}
    ]


async def test_a_withdrawn_licence_stays_withdrawn_and_is_not_claimed(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    address = (await posted(authority, numbered(821))).headers["location"]
    notice = {"kind": "withdrawn", "date": "2026-11-20", "reason": "Issued twice"}

    withdrawn = await authority.post(f"{address}/notices", json=notice, headers={"If-Match": '"1"'})
    again = await authority.put(address, json={"boxes": numbered(821)}, headers={"If-Match": '"2"'})
    importer = program(app, issuer, await an_importer(service))
    claimed = await importer.post(CLAIMS, json=claim_of(821))

    assert withdrawn.json()["state"] == "withdrawn"
    assert again.status_code == 409
    assert claimed.status_code == 422


def claim_of(serial: int, **otherwise: str) -> dict[str, str]:
    """What an importer knows who holds the licence."""
    known = {"issuing_country": "ID", "licence_number": numbered(serial)["licence_number"], "expiry_date": "2027-01-31"}
    return known | otherwise


async def test_a_claimed_licence_is_the_importers_with_locked_boxes_and_its_files(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    address = (await posted(authority, numbered(830))).headers["location"]
    file = {"file": ("licence.png", a_scan("blue"), "image/png")}
    attached = await authority.post(f"{address}/attachments", data={"box": "2"}, files=file)
    assert attached.status_code == 201, attached.text
    assert pixels((await authority.get(attached.headers["location"])).content) == pixels(a_scan("blue"))
    importer = program(app, issuer, await an_importer(service))

    claimed = await importer.post(CLAIMS, json=claim_of(830, licence_number=" 26.00830-00123.003-id-be "))
    assert claimed.status_code == 201, claimed.text
    mine, licence = claimed.headers["location"], claimed.json()

    assert licence["issued_electronically"] is True
    assert licence["boxes"]["commodities"] == numbered(830)["commodities"]
    [scan] = licence["attachments"]
    changed = await importer.put(
        mine, json={"boxes": licence["boxes"] | {"licensee": {"name": "Mine"}}}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, codes(changed)) == (422, [("/boxes/8", "box_locked")])
    more = await importer.post(f"{mine}/attachments", files={"file": ("bill.png", a_scan(), "image/png")})
    assert more.status_code == 201, more.text
    assert (await authority.get(address)).json()["state"] == "claimed"
    late = await authority.put(address, json={"boxes": numbered(830)}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["type"].rpartition("/")[2]) == (409, "claimed")
    handed_in = await importer.post(
        f"{mine}/submission", json={"point_of_entry": "BE101000", "arrival": "2026-12-01T23:59:00+01:00"}
    )
    assert handed_in.status_code == 200, handed_in.text
    assert handed_in.json()["issued_electronically"] is True
    assert [file["name"] for file in handed_in.json()["attachments"]] == ["licence.png", "bill.png"]
    assert scan["sha256"] == handed_in.json()["attachments"][0]["sha256"]


async def test_an_electronic_licence_needs_no_scan(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    await posted(authority, numbered(831))
    importer = program(app, issuer, await an_importer(service))
    mine = (await importer.post(CLAIMS, json=claim_of(831))).headers["location"]

    handed_in = await importer.post(
        f"{mine}/submission", json={"point_of_entry": "BE101000", "arrival": "2026-12-01T23:59:00+01:00"}
    )

    assert handed_in.status_code == 200, handed_in.text


async def test_a_file_that_came_with_the_licence_cannot_be_taken_off(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    address = (await posted(authority, numbered(832))).headers["location"]
    await authority.post(f"{address}/attachments", files={"file": ("licence.png", a_scan(), "image/png")})
    someone = await an_importer(service)
    claimed = (await program(app, issuer, someone).post(CLAIMS, json=claim_of(832))).json()

    async with service.work() as work:
        with pytest.raises(WrongState):
            await use_cases.remove_attachment(work, someone, UUID(claimed["id"]), UUID(claimed["attachments"][0]["id"]))
