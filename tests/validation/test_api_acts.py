"""The acts of the authority through the API: each once, on the version that was read, with its errors by field."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.policy import FourEyes, Policy
from services.validation.service import Validation
from shared.contracts.validation import VerificationReminded
from shared.testing.apps import browser
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, opened

API = "/validation/api/v1/cases"


class Program:
    """A program that acts for an officer on one case."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, people: People) -> None:
        self.client, self.issuer, self.people = client, issuer, people

    async def post(self, case_id: UUID, act: str, body: dict[str, Any], by: Any = None, **headers: str) -> Any:
        sent = self.issuer.bearer(by or self.people.officer) | {n.replace("_", "-"): v for n, v in headers.items()}
        return await self.client.post(f"{API}/{case_id}/{act}", json=body, headers=sent)

    async def read(self, case_id: UUID, by: Any = None) -> dict[str, Any]:
        answer = await self.client.get(f"{API}/{case_id}", headers=self.issuer.bearer(by or self.people.officer))
        assert answer.status_code == 200
        case: dict[str, Any] = answer.json()
        return case


@pytest.fixture
async def program(app: FastAPI, issuer: Issuer, people: People) -> AsyncIterator[Program]:
    async with browser(app) as client:
        client.headers["Accept"] = "application/json"
        yield Program(client, issuer, people)


async def test_a_question_is_asked_once_however_often_it_is_sent(service: Validation, program: Program) -> None:
    case_id = await opened(service)
    call = {"kind": "information", "text": "Which invoice?", "boxes": [9], "due_on": "2026-12-01"}
    answers = [
        await program.post(case_id, "questions", call, Idempotency_Key=f"ask-{case_id}", If_Match='"2"')
        for _ in range(2)
    ]
    assert [(a.status_code, a.headers["etag"], a.json()["validation_state"]) for a in answers] == [
        (200, '"3"', "information_requested")
    ] * 2
    case = await program.read(case_id)
    question = case["questions"][0]
    assert (len(case["questions"]), question["text"], case["due_on"]) == (1, "Which invoice?", "2026-12-01")
    assert "waive" in case["may"]
    assert "validate" not in case["may"]
    stale = await program.post(case_id, f"questions/{question['id']}/waiver", {}, If_Match='"2"')
    assert stale.status_code == 412
    waived = await program.post(case_id, f"questions/{question['id']}/waiver", {})
    assert waived.json()["validation_state"] == "submitted"
    assert (await program.post(case_id, f"questions/{uuid4()}/waiver", {})).status_code == 409


async def test_a_verification_is_opened_and_ended(service: Validation, program: Program) -> None:
    case_id = await opened(service)
    await program.post(case_id, "verifications", {"kind": "query", "text": "Is it yours?"})
    check = (await program.read(case_id))["verifications"][0]
    assert (check["sent_on"], check["due_on"]) == ("2026-11-20", "2026-12-11")
    unexplained = await program.post(case_id, f"verifications/{check['id']}/end", {"outcome": "not_confirmed"})
    assert unexplained.json()["errors"][0]["pointer"] == "/answer"
    ended = await program.post(case_id, f"verifications/{check['id']}/end", {"outcome": "confirmed"})
    assert ended.json()["validation_state"] == "submitted"


async def test_a_box_is_corrected_and_the_case_shows_before_and_after(service: Validation, program: Program) -> None:
    case_id = await opened(service)
    call = {"box": 15, "line": 1, "value": {"net_weight_kg": 9960}, "why": "copying", "reason": "Digits swapped."}
    wrong = await program.post(case_id, "amendments", call | {"value": {"net_weight_kg": "1,234"}, "reason": ""})
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/value/net_weight_kg", "/reason"}
    assert (await program.post(case_id, "amendments", call | {"line": 4})).status_code == 404
    assert (await program.post(case_id, "amendments", call)).status_code == 200
    case = await program.read(case_id)
    assert case["licence"]["boxes"]["commodities"][0]["net_weight_kg"] == 9960
    amendment = case["amendments"][0]
    assert (amendment["box"], amendment["before"]["commodities"][0]["net_weight_kg"]) == (15, 9690)
    density = next(check for check in case["checks"] if check["code"] == "density")
    assert "9,960 kg" in density["detail"]


async def test_a_species_is_corrected_as_the_licences_json_has_it(service: Validation, program: Program) -> None:
    case_id = await opened(service)
    species = [{"name": "Intsia bijuga", "countries_of_harvest": ["ID", "MY"]}]
    call = {"box": 11, "line": 1, "value": {"species": species}, "why": "copying", "reason": "Misread."}
    assert (await program.post(case_id, "amendments", call)).status_code == 200
    assert (await program.read(case_id))["licence"]["boxes"]["commodities"][0]["species"] == species


async def test_a_licence_is_returned_with_reasons_by_box(service: Validation, program: Program) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.mark_box(
            work, program.people.officer, case_id, (10, 1), finding="differs", reason_code="HS_MISMATCH"
        )
    assert [(mark["box"], mark["finding"]) for mark in (await program.read(case_id))["marks"]] == [(10, "differs")]
    unknown = await program.post(case_id, "return", {"boxes": [{"box": 10, "reason_code": "NO_IDEA"}]})
    assert unknown.json()["errors"][0]["pointer"] == "/boxes/10"
    done = await program.post(case_id, "return", {"boxes": [{"box": 10, "reason_code": "HS_MISMATCH"}]})
    assert done.json()["validation_state"] == "returned"


async def test_a_proposed_decision_is_declined_and_confirmed(
    service: Validation, program: Program, people: People
) -> None:
    async with service.work() as work:
        _policy, version = await storage.policy_of(work.db, "NL")
        await storage.keep_policy(work.db, "NL", Policy(four_eyes=FourEyes.ALWAYS), version=version, at=NOW, by=uuid4())
    case_id = await opened(service, licence(point_of_entry="NL000854"))
    first, second = people.dutch_officer, people.dutch_colleague
    for _ in range(2):
        await program.post(case_id, "decision", {"outcome": "validated"}, first)
        assert (await program.read(case_id, second))["proposal"]["outcome"] == "validated"
        own = await program.post(case_id, "confirmation", {"outcome": "confirmed"}, first)
        assert own.status_code == 403
        declined = await program.post(case_id, "confirmation", {"outcome": "declined", "reason": "Box 4."}, second)
        assert declined.json()["validation_state"] == "submitted"
    await program.post(case_id, "decision", {"outcome": "validated"}, first)
    confirmed = await program.post(case_id, "confirmation", {"outcome": "confirmed"}, second)
    assert (confirmed.json()["validation_state"], confirmed.json()["clearance_state"]) == ("validated", "awaiting")


async def test_a_replacement_a_fee_another_office_and_a_cancellation(
    service: Validation, program: Program, people: People
) -> None:
    old = await opened(service, licence(boxes=boxes(licence_number="26.80001-00123.003-ID-BE")))
    new = await opened(service, licence(boxes=boxes(licence_number="26.80002-00123.003-ID-BE")))
    await program.post(new, "replacement", {"replaces_number": "26.80001-00123.003-ID-BE"})
    assert (await program.read(new))["replaces"] == str(old)
    assert (await program.read(old))["replaced_by"] == str(new)
    assert (await program.post(new, "fees", {"amount": "37.50"})).status_code == 409
    async with service.work() as work:
        danish = Policy(fees=True, fee_currency="DKK")
        await storage.keep_policy(work.db, "BE", danish, version=0, at=NOW, by=people.officer.account_id)
    assert "record_fee" in (await program.read(new))["may"]
    assert (await program.post(new, "fees", {"amount": 37.5, "currency": "XYZ"})).status_code == 422
    assert (await program.post(new, "fees", {"amount": "37.50", "reference": "F-17"})).status_code == 200
    moved = await program.post(new, "point-of-entry", {"point_of_entry": "BE343000", "reason": "Fog."})
    assert moved.status_code == 200
    await program.post(new, "decision", {"outcome": "validated"})
    cancelled = await program.post(new, "cancellation", {"reason": "The issuer revoked it."})
    assert cancelled.json()["validation_state"] == "cancelled"
    acts = [act["act"] for act in (await program.read(new))["history"]]
    assert acts == ["cancel", "validate", "reroute", "record_fee", "take_place"]
    async with service.work() as work:
        fee = next(entry for entry in await storage.acts_of(work.db, new) if entry.act == "record_fee")
        await work.db.execute("DELETE FROM authority_policy")
    assert (fee.details["amount"], fee.details["currency"]) == ("37.50", "DKK")


async def test_an_issuing_authority_is_reminded_of_an_open_query(service: Validation, program: Program) -> None:
    case_id = await opened(service)
    await program.post(case_id, "verifications", {"kind": "query"})
    query = (await program.read(case_id))["verifications"][0]["id"]
    future = await program.post(case_id, f"verifications/{query}/reminders", {"sent_on": "2026-12-24"})
    assert (future.status_code, future.json()["errors"][0]["code"]) == (422, "in_the_future")
    reminded = await program.post(case_id, f"verifications/{query}/reminders", {"text": "By mail."}, If_Match='"3"')
    assert (reminded.status_code, reminded.json()["validation_state"]) == (200, "under_verification")
    case = await program.read(case_id)
    assert case["verifications"][0]["reminders"] == ["2026-11-20"]
    assert case["history"][0] == {**case["history"][0], "act": "remind", "text": "By mail."}
    async with service.work() as work:
        told = await work.db.fetchval("SELECT payload FROM outbox WHERE type LIKE '%verification-reminded%'")
    assert VerificationReminded.model_validate_json(told).sent_on == NOW.date()


async def test_boxes_are_marked_by_program_once_and_by_each_officer_for_themselves(
    service: Validation, program: Program, people: People
) -> None:
    case_id = await opened(service)
    differs = {"box": 15, "line": 1, "finding": "differs", "reason_code": "DATA_DIFFERS_FROM_ISSUER", "text": "9960."}
    for call in (differs, {**differs, "text": "9690?"}, {"box": 3, "finding": "checked"}):
        assert (await program.post(case_id, "marks", call)).status_code == 200
    await program.post(case_id, "marks", {"box": 15, "line": 1, "finding": "checked"}, people.colleague)
    found = (await program.read(case_id))["marks"]
    assert {(m["box"], m["line"], m["finding"], m["reason_code"], m["text"], m["name"]) for m in found} == {
        (3, 0, "checked", "", "", "Olivia Officer"),
        (15, 1, "differs", "DATA_DIFFERS_FROM_ISSUER", "9690?", "Olivia Officer"),
        (15, 1, "checked", "", "", "Peter Prudent"),
    }
    assert (await program.post(case_id, "marks", {"box": 3, "finding": None})).status_code == 200
    assert {m["box"] for m in (await program.read(case_id))["marks"]} == {15}


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({"box": 15, "line": 1, "finding": "differs"}, 422),
        ({"box": 15, "line": 1, "finding": "differs", "reason_code": "ODD"}, 422),
        ({"box": 15, "line": 7, "finding": "checked"}, 422),
        ({"box": 15, "line": 1, "finding": "perhaps"}, 422),
        ({"box": 15, "line": 1}, 422),
    ],
)
async def test_a_mark_has_a_box_that_exists_and_a_difference_its_reason(
    service: Validation, program: Program, call: dict[str, Any], status: int
) -> None:
    case_id = await opened(service)
    assert (await program.post(case_id, "marks", call)).status_code == status
    assert (await program.read(case_id))["marks"] == []


async def test_a_mark_by_program_is_for_the_authority_the_version_read_and_an_undecided_case(
    service: Validation, program: Program, people: People
) -> None:
    case_id, call = await opened(service), {"box": 3, "finding": "checked"}
    assert (await program.post(case_id, "marks", call, people.customs)).status_code == 403
    assert (await program.post(case_id, "marks", call, people.dutch_officer)).status_code == 404
    assert (await program.post(case_id, "marks", call, If_Match='"1"')).status_code == 412
    await program.post(case_id, "decision", {"outcome": "validated"})
    assert (await program.post(case_id, "marks", call)).status_code == 409


async def test_the_authority_settles_a_suspension_by_program(
    service: Validation, program: Program, people: People
) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
        await use_cases.suspend_clearance(work, people.customs, case_id, reason="The seal differs.")
    resumed = await program.post(case_id, "clearance", {"outcome": "resumed", "reason": "Explained."})
    assert resumed.json()["clearance_state"] == "awaiting"
    suspended = await program.post(case_id, "clearance", {"outcome": "suspended", "reason": "Doubt."})
    assert suspended.status_code == 403


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("questions", {"text": "Which?"}),
        ("verifications", {"kind": "query"}),
        ("amendments", {"box": 3, "value": {"licence_number": "x"}, "why": "copying", "reason": "x"}),
        ("return", {"boxes": [{"box": 3, "reason_code": "FORMAT"}]}),
        ("confirmation", {"outcome": "confirmed"}),
        ("cancellation", {"reason": "x"}),
        ("replacement", {"replaces_number": "x"}),
        ("point-of-entry", {"point_of_entry": "BE343000", "reason": "x"}),
        ("fees", {"amount": 1}),
    ],
)
async def test_other_authorities_do_not_find_the_case_and_others_may_not_act(
    service: Validation, program: Program, people: People, act: str, body: dict[str, Any]
) -> None:
    case_id = await opened(service)
    before = await program.read(case_id)
    assert (await program.post(case_id, act, body, people.dutch_officer)).status_code == 404
    for stranger in (people.importer, people.customs):
        assert (await program.post(case_id, act, body, stranger)).status_code == 403
    assert (await program.post(case_id, act, body | {"surprise": 1})).status_code == 422
    assert (await program.read(case_id))["version"] == before["version"]
