"""The JSON API: shapes, versions, and writes that take effect once."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.validation import use_cases
from services.validation.service import Validation
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import MRN, boxes, licence, opened

API = "/validation/api/v1/cases"


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A program without cookies."""
    async with browser(app) as program:
        program.headers["Accept"] = "application/json"
        yield program


@pytest.fixture
def by(issuer: Issuer) -> Any:
    """The headers of a program that acts for somebody, with others beside."""

    def headers(someone: Person, **others: str) -> dict[str, str]:
        return issuer.bearer(someone) | {name.replace("_", "-"): value for name, value in others.items()}

    return headers


async def accepted(service: Validation, people: People) -> UUID:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    return case_id


async def test_the_queue_and_a_case_with_its_checks(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any
) -> None:
    submitted = licence(boxes=boxes(licence_number="26.50001-00123.003-ID-BE"))
    case_id = await opened(service, submitted)
    queue = (await client.get(API, params={"number": "50001"}, headers=by(people.officer))).json()
    assert [item["id"] for item in queue["items"]] == [str(case_id)]
    assert queue["next"] is None
    answer = await client.get(f"{API}/{case_id}", headers=by(people.officer))
    case = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert case["licence"] == submitted.model_dump(mode="json")
    assert (case["version"], case["validation_state"], case["decision"]) == (2, "submitted", None)
    density = next(check for check in case["checks"] if check["code"] == "density")
    assert density == {
        "code": "density",
        "title": "Density of each line",
        "article": "2173/2005 art. 5(4)",
        "outcome": "ok",
        "detail": "Line 1: 9,690 kg / 15.2 m³ = 638 kg/m³; timber has 150 to 1,400.",
    }


async def test_a_page_of_the_queue_leads_to_the_next(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any
) -> None:
    for _ in range(3):
        await opened(service, licence(point_of_entry="NL000854"))
    first = (await client.get(API, params={"limit": 2}, headers=by(people.dutch_officer))).json()
    query = {"limit": 2, "cursor": first["next"]}
    second = (await client.get(API, params=query, headers=by(people.dutch_officer))).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)


async def test_a_licence_is_validated_and_cleared_by_programs(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any
) -> None:
    case_id = await opened(service)
    decided = await client.post(
        f"{API}/{case_id}/decision", json={"outcome": "validated"}, headers=by(people.officer, If_Match='"2"')
    )
    assert (decided.status_code, decided.headers["etag"]) == (200, '"3"')
    assert decided.json()["clearance_state"] == "awaiting"
    call = {"outcome": "cleared", "declaration": MRN, "volume_m3": 15.9}
    cleared = await client.post(f"{API}/{case_id}/clearance", json=call, headers=by(people.customs))
    assert cleared.status_code == 200
    assert cleared.json()["clearance"] == {
        "declaration": MRN,
        "comparison": [{"measure": "volume_m3", "licensed": 15.2, "declared": 15.9, "percent": 4.61, "conforms": True}],
    }


async def test_a_decision_sent_twice_with_one_key_takes_effect_once(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any
) -> None:
    case_id = await opened(service)
    call = {"outcome": "rejected", "reason_code": "FORMAT", "reason": "No stamp."}
    headers = by(people.officer, Idempotency_Key="decide-once")
    answers = [await client.post(f"{API}/{case_id}/decision", json=call, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    without_key = await client.post(f"{API}/{case_id}/decision", json=call, headers=by(people.officer))
    assert (without_key.status_code, without_key.json()["type"].rsplit("/", 1)[1]) == (409, "already_decided")


@pytest.mark.parametrize("outcome", ["suspended", "refused"])
async def test_customs_acts_with_a_reason(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any, outcome: str
) -> None:
    address = f"{API}/{await accepted(service, people)}/clearance"
    missing = await client.post(address, json={"outcome": outcome}, headers=by(people.customs))
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/reason")
    done = await client.post(address, json={"outcome": outcome, "reason": "Doubt."}, headers=by(people.customs))
    assert done.json()["clearance_state"] == outcome


async def test_more_than_ten_per_cent_is_a_problem_with_its_arithmetic(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any
) -> None:
    address = f"{API}/{await accepted(service, people)}/clearance"
    call = {"outcome": "cleared", "declaration": MRN, "volume_m3": "18.24"}
    answer = await client.post(address, json=call, headers=by(people.customs))
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"], error["pointer"]) == (422, "quantity_over_10_percent", "/volume_m3")
    assert "20 %" in error["message"]


async def test_statuses_say_who_may_do_what(
    service: Validation, people: People, client: httpx.AsyncClient, by: Any
) -> None:
    case_id = await opened(service)
    decision, clearance = f"{API}/{case_id}/decision", f"{API}/{case_id}/clearance"
    valid = {"outcome": "validated"}
    clear = {"outcome": "cleared", "declaration": MRN, "volume_m3": 15.2}
    calls = {
        "nobody": client.post(decision, json=valid),
        "importer": client.post(decision, json=valid, headers=by(people.importer)),
        "other country": client.post(decision, json=valid, headers=by(people.dutch_officer)),
        "not accepted yet": client.post(clearance, json=clear, headers=by(people.customs)),
        "customs reads too early": client.get(f"{API}/{case_id}", headers=by(people.customs)),
        "an older version": client.post(decision, json=valid, headers=by(people.officer, If_Match='"1"')),
        "unknown outcome": client.post(decision, json={"outcome": "maybe"}, headers=by(people.officer)),
        "unknown state": client.get(API, params={"state": "lost"}, headers=by(people.officer)),
    }
    assert {what: (await call).status_code for what, call in calls.items()} == {
        "nobody": 401,
        "importer": 403,
        "other country": 404,
        "not accepted yet": 409,
        "customs reads too early": 404,
        "an older version": 412,
        "unknown outcome": 422,
        "unknown state": 422,
    }
