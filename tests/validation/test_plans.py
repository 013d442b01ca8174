"""No statement of a page, a call or a round reads all cases, or all of their history, however many there are."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.validation import storage
from services.validation.domain.mrn import check_digit
from services.validation.service import Validation
from services.validation.storage import ClearanceFilter, StoredCase, chains
from shared.testing.plans import Explaining
from tests.validation.examples import NOW, opened

MANY = 20_000
VARIED = {
    "licence_id": "gen_random_uuid()",
    "country": "chr(65 + n % 8) || 'X'",
    "point_of_entry": "chr(65 + n % 8) || 'X10100' || n % 3",
    "number_key": "lpad(n::text, 5, '0') || '00123003IDBE'",
    "operator_id": "gen_random_uuid()",
    "submitted_at": "submitted_at - n * interval '1 minute'",
    "arrival": "arrival - n * interval '1 minute'",
    "modified_at": "modified_at - n * interval '1 minute'",
    "state_since": "state_since - n * interval '1 minute'",
    "assessed_at": "CASE WHEN n % 100 > 0 THEN modified_at END",
    "decided_at": "CASE WHEN n % 20 > 0 THEN modified_at END",
    "due_on": "CASE WHEN n % 100 = 0 THEN submitted_at::date END",
    "declaration": "CASE WHEN n % 20 > 2 THEN '26BX' || lpad(n::text, 14, '0') END",
    "validation_state": "CASE WHEN n % 20 = 0 THEN 'submitted' ELSE 'validated' END",
    "clearance_state": "CASE n % 20 WHEN 0 THEN 'not_ready' WHEN 1 THEN 'awaiting' ELSE 'cleared' END",
}
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = 'licence_case'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped
"""
HISTORY = """
INSERT INTO case_act (licence_id, position, at, act, account_id, name, body, text, details, salt, seal, previous, hash)
SELECT licence_id, position, now(), act, gen_random_uuid(), 'Olivia', 'CA', '', '{}', '\\x00', '\\x00', '\\x00', '\\x00'
FROM licence_case, unnest(ARRAY[1, 2, 3], ARRAY['read', 'validate', 'read']) AS e (position, act)
"""


@pytest.fixture(scope="module")
async def crowd(service: Validation) -> StoredCase:
    """Many cases in eight Member States, one in twenty of them open, each with a history; returns one."""
    model = await opened(service)
    async with service.work() as work:
        kept = [row["attname"] for row in await work.db.fetch(COLUMNS) if row["attname"] not in VARIED]
        await work.db.execute(
            f"INSERT INTO licence_case ({', '.join([*VARIED, *kept])}) SELECT {', '.join([*VARIED.values(), *kept])}"
            f" FROM licence_case, generate_series(1, {MANY}) AS n WHERE licence_id = $1",
            model,
        )
        await work.db.execute(HISTORY)
        await work.db.execute("INSERT INTO case_history SELECT licence_id, 3, '\\x00' FROM licence_case")
        case = await storage.find(work.db, model)
    async with service.work() as work:
        await work.db.execute("ANALYZE licence_case, case_act, case_history")
    assert case is not None
    return case


OFFICE, COUNTRY = "BX101001", "BX"
LATE = NOW + timedelta(days=9)
ALL_STATES = {(f"{chr(65 + n)}X", state): 3 for n in range(8) for state in ("submitted", "awaiting", "suspended")}
BEHIND = (NOW - timedelta(days=2), UUID(int=0))
ASKED: Sequence[tuple[str, Callable[[Any, StoredCase], Awaitable[Any]]]] = [
    ("licence_case_number", lambda db, _case: storage.by_number_at(db, OFFICE, "26.00417-00123.003-ID-BE")),
    ("licence_case_declaration", lambda db, _case: storage.by_declaration_at(db, OFFICE, "26BX00000000000017")),
    ("licence_case_changes", lambda db, _case: storage.changes_at(db, OFFICE, after=None, limit=50)),
    ("licence_case_changes", lambda db, _case: storage.changes_at(db, OFFICE, after=BEHIND, limit=50)),
    ("licence_case_clearance", lambda db, _case: storage.count_clearances(db, OFFICE)),
    *(
        (
            "licence_case_cleared_country",
            lambda db, _case, state=state, after=after: storage.clearances(
                db, ClearanceFilter(OFFICE, state, country=COUNTRY), after=after, limit=50
            ),
        )
        for state in ("awaiting", "cleared")
        for after in (None, BEHIND)
    ),
    ("licence_case_number", storage.same_number),
    ("licence_case_parties", storage.earlier_of_parties),
    (
        "licence_case_number",
        lambda db, case: storage.by_number(db, "ID", "0000100123003IDBE", other_than=case.licence_id),
    ),
    ("licence_case", lambda db, _case: storage.unassessed(db, None, limit=50)),
    ("licence_case", lambda db, _case: storage.unassessed(db, ["BX"], limit=50)),
    ("licence_case_waiting", lambda db, _case: storage.standing_too_long(db, ALL_STATES, now=LATE, limit=100)),
    ("licence_case", lambda db, _case: storage.promised_and_past(db, {"BX": LATE.date()}, limit=100)),
    ("case_act", lambda db, case: storage.acts_of(db, case.licence_id)),
    ("case_act", lambda db, case: storage.reads_of(db, case.licence_id)),
    ("case_act", lambda db, case: storage.looked(db, case.licence_id, uuid4(), since=NOW)),
    ("case_act", lambda db, case: chains.entries_after(db, (case.licence_id, 1), only=None, limit=100)),
    ("case_act", lambda db, case: chains.entries_after(db, chains.FIRST, only=case.licence_id, limit=100)),
]


@pytest.mark.parametrize(("index", "ask"), ASKED)
async def test_a_statement_reads_along_an_index(
    service: Validation, crowd: StoredCase, index: str, ask: Callable[[Any, StoredCase], Awaitable[Any]]
) -> None:
    async with service.work() as work:
        explaining = Explaining(work.db)
        await ask(explaining, crowd)
    assert any(f" {index}" in plan for plan in explaining.plans)
    for plan in explaining.plans:
        for table in ("licence_case", "case_act", "case_history"):
            assert f"Seq Scan on {table}" not in plan


@pytest.mark.parametrize("state", ["awaiting", "cleared"])
@pytest.mark.parametrize("after", [None, BEHIND])
async def test_the_list_of_a_whole_country_is_read_in_its_order(
    service: Validation, crowd: StoredCase, state: str, after: tuple[Any, UUID] | None
) -> None:
    async with service.work() as work:
        explaining = Explaining(work.db)
        wanted = ClearanceFilter(OFFICE, state, country=COUNTRY)
        await storage.clearances(explaining, wanted, after=after, limit=50)  # type: ignore[arg-type]
    (plan,) = explaining.plans
    assert "Sort" not in plan
    if after:
        assert "licence_id" in next(line for line in plan.splitlines() if "Index Cond" in line)


async def test_what_is_asked_for_is_found_among_many(service: Validation, crowd: StoredCase) -> None:
    start = "26BX0000000000777"
    declaration, number = f"{start}{check_digit(start)}", "26.77777-00123.003-ID-BE"
    async with service.work() as work:
        one = await work.db.fetchval(
            """
            UPDATE licence_case SET declaration = $1, number_key = '267777700123003IDBE', modified_at = $2
            WHERE licence_id = (SELECT licence_id FROM licence_case WHERE point_of_entry = $3
                AND clearance_state = 'cleared' LIMIT 1) RETURNING licence_id
            """,
            declaration,
            NOW,
            OFFICE,
        )
        assert await storage.by_number_at(work.db, OFFICE, number.lower()) == one
        assert await storage.by_declaration_at(work.db, OFFICE, declaration) == one
        assert await storage.by_declaration_at(work.db, "CX101002", declaration) is None
        changes = await storage.changes_at(work.db, OFFICE, after=(NOW - timedelta(seconds=1), UUID(int=0)), limit=5)
    assert [change.licence_id for change in changes] == [one]
