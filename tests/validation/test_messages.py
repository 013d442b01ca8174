"""What companies say meanwhile: wanting a returned licence back, and disputing a number that another one holds."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.proceedings import BoxReason
from services.validation.service import Validation
from services.validation.storage.history import DISPUTED
from shared.contracts.licence import Requester
from shared.contracts.licences import LicenceNumberDisputed, WithdrawalAsked
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import boxes, licence, opened


def said_about(licence_id: UUID, number: str, **said: Any) -> dict[str, Any]:
    """What every message of a company says."""
    return {
        "licence_id": licence_id,
        "licence_number": number,
        "operator_id": uuid4(),
        "country": "BE",
        "point_of_entry": "BE101000",
        "by": Requester(account_id=uuid4(), name="Dora Disputer"),
        **said,
    }


async def last_told(service: Validation, case_id: UUID) -> tuple[str, dict[str, Any]]:
    async with service.work() as work:
        row = await work.db.fetchrow(
            "SELECT type, payload FROM outbox WHERE key = $1 ORDER BY id DESC LIMIT 1", str(case_id).encode()
        )
    return row["type"].split(".")[3], json.loads(row["payload"])


@pytest.mark.parametrize("known", [0, 9])
async def test_a_returned_licence_is_given_back_with_a_version_that_the_company_has_not_passed(
    service: Validation, people: People, known: int
) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.return_licence(work, people.officer, case_id, text="", boxes=[BoxReason(17, "MISSING_DATA")])
    asked = WithdrawalAsked(**said_about(case_id, "any", version=known), reason="Sold elsewhere.")

    async with service.work() as work:
        before = await storage.find(work.db, case_id)
        await use_cases.withdraw_when_asked(work, asked)

    assert before is not None
    name, fact = await last_told(service, case_id)
    assert (name, fact["validation_state"]) == ("licence-withdrawn", "withdrawn")
    assert fact["version"] == max(known, before.version) + 1


async def test_officials_see_who_disputes_a_number_and_nothing_else_changes(
    app: FastAPI, issuer: Issuer, service: Validation, people: People
) -> None:
    number = f"26.00417-{uuid4().int % 10**5:05}.009-ID-BE"
    case_id = await opened(service, licence(boxes=boxes(licence_number=number)))
    dispute = LicenceNumberDisputed(
        **said_about(uuid4(), number.lower()),
        vpa_country="ID",
        text="We hold the original.",
        operator_name="Dispute Hout BV",
    )

    async with service.work() as work:
        before = await storage.find(work.db, case_id)
        await use_cases.note_dispute(work, dispute)
    async with service.work() as work:
        after, acts = await storage.find(work.db, case_id), await storage.acts_of(work.db, case_id)

    assert before == after
    assert [(act.act, act.name, act.body, act.text) for act in acts] == [
        (DISPUTED, "Dora Disputer", "Dispute Hout BV", "We hold the original.")
    ]
    page = await visit(browser(app, issuer.cookies(people.officer)), f"/validation/cases/{case_id}")
    for words in ("Another company says that it holds the licence of this number", "Dispute Hout BV", "We hold the"):
        assert words in page.text


async def test_a_dispute_about_a_number_that_is_not_held_here_is_passed_over(service: Validation) -> None:
    dispute = LicenceNumberDisputed(**said_about(uuid4(), "26.99999-99999.999-ID-BE"), vpa_country="ID", text="Mine.")

    async with service.work() as work:
        before = await work.db.fetchval("SELECT count(*) FROM case_act")
        await use_cases.note_dispute(work, dispute)
        after = await work.db.fetchval("SELECT count(*) FROM case_act")

    assert before == after
