"""A licence from draft to clearance through the JSON API only."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from deploy.local.product import Product
from shared.testing.waiting import until
from tests.journeys.papers import declaration_number, paper, scan
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES, SUBMISSION, attach, case_address, enter, hand_in, submit

pytestmark = pytest.mark.journey


async def licence_of(program: httpx.AsyncClient, licence_id: str) -> dict[str, Any]:
    licence: dict[str, Any] = (await program.get(f"{LICENCES}/{licence_id}")).raise_for_status().json()
    return licence


async def wait_for_case(program: httpx.AsyncClient, licence: dict[str, Any]) -> httpx.Response:
    async def arrived() -> httpx.Response | None:
        answer = await program.get(case_address(licence))
        return answer if answer.status_code == 200 else None

    answer = await until(arrived, what="the licence's case")
    assert answer is not None
    return answer


async def wait_for_states(program: httpx.AsyncClient, licence_id: str, validation: str, clearance: str) -> None:
    async def changed() -> bool:
        licence = await licence_of(program, licence_id)
        return (licence["validation_state"], licence["clearance_state"]) == (validation, clearance)

    await until(changed, what=f"{validation}/{clearance} at the importer")


async def test_a_licence_is_entered_decided_and_cleared_by_programs(cast: Cast) -> None:
    boxes = paper()
    created = await cast.importer.program.post(LICENCES, json={"commodity_codes": ["940169"], "boxes": boxes})
    assert created.status_code == 201, created.text
    licence_id = created.json()["id"]
    assert created.headers["Location"] == f"{LICENCES}/{licence_id}"
    attached = await attach(cast.importer.program, licence_id, "licence.jpg", scan(boxes), "image/jpeg")
    assert attached.status_code == 201, attached.text
    shown = await cast.colleague.program.get(attached.headers["Location"])
    with Image.open(BytesIO(scan(boxes))) as given, Image.open(BytesIO(shown.content)) as kept:
        assert (kept.format, kept.size) == (given.format, given.size)  # written anew, without what hides in files

    submitted = await submit(cast.importer.program, licence_id)
    assert submitted.json()["validation_state"] == "submitted", submitted.text
    assert submitted.json()["point_of_entry"] == "BE101000"
    assert (await submit(cast.importer.program, licence_id)).status_code == 409

    case = await wait_for_case(cast.officer.program, submitted.json())
    assert case.json()["licence"]["boxes"]["licence_number"] == boxes["licence_number"]
    assert case.json()["licence"]["attachments"][0]["name"] == "licence.jpg"
    assert {check["outcome"] for check in case.json()["checks"]}
    assert (await cast.customs.program.get(case_address(submitted.json()))).status_code == 404

    decision = await cast.officer.program.post(
        case_address(submitted.json(), "decision"),
        json={"outcome": "validated", "reason": "In order"},
        headers={"If-Match": case.headers["ETag"], "Idempotency-Key": f"decide {licence_id}"},
    )
    assert decision.json()["validation_state"] == "validated", decision.text
    await wait_for_states(cast.colleague.program, licence_id, "validated", "awaiting")

    declaration = {"declaration": declaration_number(), "volume_m3": 13.75, "net_weight_kg": 8200}
    cleared = await cast.customs.program.post(
        case_address(submitted.json(), "clearance"), json={"outcome": "cleared", **declaration}
    )
    assert cleared.json()["clearance_state"] == "cleared", cleared.text
    volume, weight = cleared.json()["clearance"]["comparison"]
    assert (volume["percent"], volume["conforms"]) == (10.0, True)
    assert (weight["percent"], weight["conforms"]) == (0.0, True)
    await wait_for_states(cast.importer.program, licence_id, "validated", "cleared")


async def test_a_call_repeated_with_its_key_makes_one_licence(cast: Cast) -> None:
    boxes = paper()
    call: dict[str, Any] = {
        "json": {"boxes": boxes},
        "headers": {"Idempotency-Key": f"create {boxes['licence_number']}"},
    }

    first = await cast.importer.program.post(LICENCES, **call)
    again = await cast.importer.program.post(LICENCES, **call)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    found = await cast.importer.program.get(LICENCES, params={"number": boxes["licence_number"]})
    assert [item["id"] for item in found.json()["items"]] == [first.json()["id"]]
    call["json"] = {"boxes": paper()}
    assert (await cast.importer.program.post(LICENCES, **call)).status_code in {409, 422}


async def test_a_submission_repeated_with_its_key_is_answered_the_same_and_counts_once(cast: Cast) -> None:
    draft = await enter(cast.importer.program, paper())
    key = {"Idempotency-Key": f"submit {draft['id']}"}
    body = {"point_of_entry": "BE101000", "arrival": SUBMISSION["arrival"]}
    address = f"{LICENCES}/{draft['id']}/submission"

    answers = [await cast.importer.program.post(address, json=body, headers=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    subject = f"Licence {draft['boxes']['licence_number']}: submitted"
    await cast.colleague.mail(subject)
    assert len(await cast.colleague.mails(subject)) == 1


async def test_a_draft_is_changed_only_by_who_has_read_its_last_version(cast: Cast) -> None:
    draft = await enter(cast.importer.program, paper())
    address, changed = f"{LICENCES}/{draft['id']}", {"boxes": paper(distinguishing_marks="LOT 7")}
    read = await cast.importer.program.get(address)

    assert (await cast.importer.program.put(address, json=changed)).status_code == 428
    first = await cast.importer.program.put(address, json=changed, headers={"If-Match": read.headers["ETag"]})
    stale = await cast.colleague.program.put(address, json=changed, headers={"If-Match": read.headers["ETag"]})

    assert first.status_code == 200, first.text
    assert first.json()["boxes"]["distinguishing_marks"] == "LOT 7"
    assert first.headers["ETag"] != read.headers["ETag"]
    assert stale.status_code == 412
    assert stale.headers["Content-Type"] == "application/problem+json"


async def test_a_rejection_reaches_the_importer_with_its_reason(cast: Cast) -> None:
    licence = await hand_in(cast.importer.program)
    await wait_for_case(cast.officer.program, licence)
    rejection = {"outcome": "rejected", "reason": "The stamp is not that of the authority."}

    unfounded = await cast.officer.program.post(case_address(licence, "decision"), json=rejection)
    assert unfounded.status_code == 422
    rejected = await cast.officer.program.post(
        case_address(licence, "decision"), json={**rejection, "reason_code": "SUSPECTED_FORGERY"}
    )

    assert rejected.json()["validation_state"] == "rejected", rejected.text
    await wait_for_states(cast.importer.program, licence["id"], "rejected", "not_ready")
    mail = await cast.colleague.mail(f"Licence {licence['boxes']['licence_number']}: rejected")
    assert rejection["reason"] in mail["text"]


async def test_errors_are_problems_that_name_the_boxes(cast: Cast) -> None:
    draft = await enter(cast.importer.program, paper(licence_number="", expiry_date=None))

    refused = await submit(cast.importer.program, draft["id"])

    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    problem = refused.json()
    assert {"type", "title", "status", "detail", "correlation_id", "errors"} <= problem.keys()
    assert {(e["box"], e["pointer"], e["code"]) for e in problem["errors"]} == {
        (3, "/boxes/3", "licence_number_missing"),
        (4, "/boxes/4", "expiry_date_missing"),
    }
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize("service", ["identity", "licences", "validation", "notifications"])
async def test_every_service_describes_its_calls_and_its_events(cast: Cast, service: str) -> None:
    calls = await cast.importer.program.get(f"/{service}/openapi.json")
    events = await cast.importer.program.get(f"/{service}/asyncapi.json")

    assert calls.json()["openapi"].startswith("3.1")
    assert any(path.startswith(f"/{service}/api/v1/") for path in calls.json()["paths"])
    assert events.json()["asyncapi"].startswith("3.")
    assert events.json()["channels"]


async def test_without_a_token_a_program_is_asked_who_it_is(product: Product) -> None:
    async with httpx.AsyncClient(base_url=product.origin, trust_env=False) as stranger:
        answer = await stranger.get(LICENCES)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
