"""What stands for too long is told once per limit, by one of several, and answers that did not come."""

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.validation import storage, use_cases
from services.validation.domain.deadlines import deadline, level
from services.validation.domain.policy import Policy
from services.validation.domain.proceedings import BoxReason
from services.validation.service import Validation
from services.validation.storage.reminders import REMINDING_LOCK
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, opened


async def reminders(service: Validation, case_id: UUID) -> list[dict[str, Any]]:
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT payload FROM outbox WHERE key = $1 AND type LIKE '%case-overdue%' ORDER BY id",
            str(case_id).encode(),
        )
    return [json.loads(row["payload"]) for row in rows]


async def remind(service: Validation, at: datetime) -> None:
    while True:
        async with service.work(at=at) as work:
            if not await use_cases.remind_overdue(work, countries=["BE", "NL"]):
                return


async def test_after_the_limit_the_officer_is_told_and_after_twice_the_limit_the_administrators(
    service: Validation, people: People
) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.take_case(work, people.officer, case_id)
    limit = Policy().limit("submitted")
    assert limit is not None
    await remind(service, NOW + limit - timedelta(seconds=1))
    assert await reminders(service, case_id) == []
    for _again in range(2):
        await remind(service, NOW + limit)
    (first,) = await reminders(service, case_id)
    assert (first["officer_id"], first["escalated"], first["version"]) == (str(people.officer.account_id), False, 4)
    assert datetime.fromisoformat(first["since"]) == NOW
    for _again in range(2):
        await remind(service, NOW + 2 * limit)
    assert [told["escalated"] for told in await reminders(service, case_id)] == [False, True]
    async with service.work(at=NOW + 3 * limit) as work:
        await use_cases.ask_company(work, people.officer, case_id, kind="information", text="Which ship?")
    await remind(service, NOW + 4 * limit)
    assert len(await reminders(service, case_id)) == 2


async def test_each_case_is_told_of_once_however_many_look_at_once(service: Validation, people: People) -> None:
    cases = [await opened(service) for _ in range(8)]
    await asyncio.gather(*(remind(service, NOW + timedelta(days=3)) for _ in range(4)))
    assert [len(await reminders(service, case_id)) for case_id in cases] == [1] * len(cases)


async def test_nobody_is_reminded_while_somebody_else_holds_the_lock(service: Validation, people: People) -> None:
    case_id, late = await opened(service), NOW + timedelta(days=3)
    async with service.reading() as other:
        assert await other.fetchval("SELECT pg_try_advisory_lock($1)", REMINDING_LOCK)
        try:
            await remind(service, late)
            assert await reminders(service, case_id) == []
        finally:
            await other.execute("SELECT pg_advisory_unlock($1)", REMINDING_LOCK)
    await remind(service, late)
    assert len(await reminders(service, case_id)) == 1


async def test_a_query_without_an_answer_in_21_days_is_told_of_and_marked(service: Validation, people: People) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        patient = Policy(days_in_state={"under_verification": 300})
        _policy, version = await storage.policy_of(work.db, "BE")
        await storage.keep_policy(work.db, "BE", patient, version=version, at=NOW, by=uuid4())
        await use_cases.open_verification(work, people.officer, case_id, kind="query", sent_on=NOW.date())
    await remind(service, NOW + timedelta(days=21))
    assert await reminders(service, case_id) == []
    for _again in range(2):
        await remind(service, NOW + timedelta(days=22))
    assert [told["escalated"] for told in await reminders(service, case_id)] == [False]
    async with service.work() as work:
        case = await storage.find(work.db, case_id)
    assert case is not None
    assert [v.reminded_on for v in case.verifications] == [date(2026, 12, 12)]


async def test_a_returned_licence_keeps_its_version_so_that_it_can_be_handed_in_again(
    service: Validation, people: People
) -> None:
    submitted = licence()
    case_id = await opened(service, submitted)
    async with service.work() as work:
        case = await use_cases.return_licence(
            work, people.officer, case_id, text="", boxes=[BoxReason(12, "MISSING_DATA")]
        )
    await remind(service, NOW + timedelta(days=300))
    assert await reminders(service, case_id) == []
    again = submitted.model_copy(update={"version": case.version + 1, "boxes": boxes()})
    await opened(service, again, at=NOW + timedelta(days=301))
    async with service.work() as work:
        found = await storage.find(work.db, case_id)
    assert found is not None
    assert (found.validation_state, found.version) == ("submitted", case.version + 1)


def test_the_earlier_of_limit_and_promise_is_the_deadline() -> None:
    def of(day: date | None, now: datetime, state: str = "submitted") -> tuple[date, bool, bool] | None:
        found = deadline(Policy(), country="BE", state=state, since=NOW, due_on=day, now=now)
        return (found.on, found.late, found.soon) if found else None

    assert of(None, NOW) == (date(2026, 11, 22), False, True)
    assert of(date(2026, 11, 21), NOW) == (date(2026, 11, 21), False, True)
    assert of(date(2026, 11, 19), NOW) == (date(2026, 11, 19), True, False)
    assert of(None, NOW + timedelta(days=2)) == (date(2026, 11, 22), True, False)
    assert of(None, NOW, "awaiting") == (date(2027, 1, 19), False, False)
    assert of(None, NOW, "rejected") is None


def test_levels_begin_with_the_moment_of_the_limit() -> None:
    two = timedelta(days=2)
    found = [level(two, since=NOW, now=NOW + timedelta(hours=hours)) for hours in (0, 47, 48, 95, 96)]
    assert found == [0, 0, 1, 1, 2]
    assert level(None, since=NOW, now=NOW + two) == 0
