"""The lists: filters, pages by key, counts, and that the indexes serve them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from services.validation import storage, use_cases
from services.validation.domain.queueing import Tab
from services.validation.service import Validation
from services.validation.storage import ClearanceFilter
from services.validation.storage.lists import clearances_statement
from shared.problems import WrongContent
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence


@pytest.fixture(scope="module")
async def many(service: Validation, people: People) -> list[UUID]:
    """Twelve cases, two handed in at each moment; every third is validated."""
    submitted = [
        licence(
            boxes=boxes(licence_number=f"26.{number:05}-00123.003-ID-BE"),
            point_of_entry="BE101000" if number % 4 else "BE343000",
            arrival=NOW + timedelta(days=number // 2),
        )
        for number in range(12)
    ]
    async with service.work() as work:
        handed_in = [
            use_cases.submission(one, NOW + timedelta(hours=number // 2)) for number, one in enumerate(submitted)
        ]
        await use_cases.open_cases(work, handed_in)
    async with service.work() as work:
        for one in submitted[::3]:
            await use_cases.validate_licence(work, people.officer, one.id)
    return [one.id for one in submitted]


async def test_pages_of_the_queue_follow_each_other_without_gap_or_repetition(
    service: Validation, people: People, many: list[UUID]
) -> None:
    for state in ("submitted", None):
        seen, cursor = [], None
        while True:
            async with service.work() as work:
                asked = {"state": state or "all"}
                page = await use_cases.list_cases(work, people.officer, asked, cursor=cursor, limit=5)
            seen += [case.licence_id for case in page.items]
            if page.next is None:
                break
            cursor = page.next
        wanted = [case for number, case in enumerate(many) if state is None or number % 3]
        assert len(seen) == len(set(seen))
        assert set(seen) == set(wanted)


async def test_what_waits_is_shown_oldest_first_and_what_is_decided_newest_first(
    service: Validation, people: People, many: list[UUID]
) -> None:
    async with service.work() as work:
        waiting = await use_cases.list_cases(work, people.officer, {"state": "submitted"})
        decided = await use_cases.list_cases(work, people.officer, {"state": "validated"})
    times = [case.submitted_at for case in waiting.items]
    assert times == sorted(times)
    times = [case.submitted_at for case in decided.items]
    assert times == sorted(times, reverse=True)


async def test_cases_are_found_by_a_part_of_the_number_however_typed_and_by_point_of_entry(
    service: Validation, people: People, many: list[UUID]
) -> None:
    async with service.work() as work:
        by_number = await use_cases.list_cases(work, people.officer, {"number": "26 00007"})
        by_office = await use_cases.list_cases(work, people.officer, {"point_of_entry": "be343000"})
        no_pattern = await use_cases.list_cases(work, people.officer, {"number": "%"})
        elsewhere = await use_cases.list_cases(work, people.dutch_officer)
    assert [case.licence_id for case in by_number.items] == [many[7]]
    assert {case.licence_id for case in by_office.items} == set(many[::4])
    assert len(no_pattern.items) == len(many)
    assert elsewhere.items == []


async def test_counts_are_by_state_and_for_the_own_country_and_office(
    service: Validation, people: People, many: list[UUID]
) -> None:
    async with service.work() as work:
        tabs = await use_cases.count_cases(work, people.officer)
    assert (tabs[Tab.NEW], tabs[Tab.DECIDED], tabs[Tab.ALL], tabs[Tab.MINE]) == (8, 4, 12, 0)
    async with service.work() as work:
        counts = await storage.count_clearances(work.db, "BE343000")
    assert counts == {"awaiting": 1, "suspended": 0, "cleared": 0, "refused": 0}


async def test_customs_lists_what_is_validated_for_its_office_only(
    service: Validation, people: People, many: list[UUID]
) -> None:
    async with service.work() as work:
        page = await use_cases.list_clearances(work, people.customs)
        found = await use_cases.list_clearances(work, people.customs, number="v-legal 26.00003-00123.003-id-be")
        unaccepted = await use_cases.list_clearances(work, people.customs, number="26.00001-00123.003-ID-BE")
    assert {case.licence_id for case in page.items} == {many[3], many[6], many[9]} - {many[0], many[4], many[8]}
    assert [case.licence_id for case in found.items] == [many[3]]
    assert unaccepted.items == []


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwgImIiXQ", "WzEsIDJd"])
async def test_a_cursor_that_no_list_gave_out_is_refused(service: Validation, people: People, cursor: str) -> None:
    async with service.work() as work:
        with pytest.raises(WrongContent):
            await use_cases.list_cases(work, people.officer, cursor=cursor)


async def explain(db: asyncpg.Connection, statement: Select[Any]) -> str:
    sql = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    return "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {sql}"))


@pytest.fixture(scope="module")
async def crowded(service: Validation, many: list[UUID]) -> None:
    """Enough cases that reading all of them would be slow: copies of one, in five states over eight countries."""
    async with service.work() as work:
        columns = [row["attname"] for row in await work.db.fetch(COLUMNS)]
        kept = [name for name in columns if name not in VARIED]
        await work.db.execute(
            f"""
            INSERT INTO licence_case ({", ".join([*VARIED, *kept])})
            SELECT gen_random_uuid(), chr(65 + n % 8) || 'X', chr(65 + n % 8) || 'X10100' || n % 3,
                submitted_at - n * interval '1 minute', arrival - n * interval '1 minute',
                (ARRAY['submitted', 'validated'])[1 + n % 2],
                (ARRAY['awaiting', 'cleared'])[1 + n / 7 % 2], {", ".join(kept)}
            FROM licence_case, generate_series(1, 20000) AS n WHERE licence_id = $1
            """,
            many[0],
        )
    async with service.work() as work:
        await work.db.execute("ANALYZE licence_case")


VARIED = ["licence_id", "country", "point_of_entry", "submitted_at", "arrival", "validation_state", "clearance_state"]
COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = 'licence_case'::regclass AND attnum > 0 AND attgenerated = ''
"""
BEHIND = (NOW - timedelta(days=7), UUID(int=0))


@pytest.mark.parametrize("after", [None, BEHIND])
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (ClearanceFilter("BX101001", "awaiting"), "licence_case_clearance"),
        (ClearanceFilter("BX101001", "cleared"), "licence_case_clearance"),
    ],
)
async def test_the_lists_read_their_index_in_order_and_sort_nothing(
    service: Validation,
    crowded: None,
    wanted: ClearanceFilter,
    index: str,
    after: tuple[datetime, UUID] | None,
) -> None:
    statement = clearances_statement(wanted, after=after, limit=50)
    async with service.work() as work:
        plan = await explain(work.db, statement)
    assert index in plan
    assert "Sort" not in plan
    if after:
        condition = next(line for line in plan.splitlines() if "Index Cond" in line)
        assert "licence_id" in condition


async def test_filters_say_in_which_order_they_are_read() -> None:
    assert not ClearanceFilter("BE101000", "suspended").newest_first
    assert ClearanceFilter("BE101000", "cleared").newest_first
