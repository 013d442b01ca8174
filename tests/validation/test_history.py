"""Every act and every look is chained to the one before: what was changed, taken out or put in is found."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.validation import storage, use_cases
from services.validation.service import Validation
from services.validation.storage import Entry
from services.validation.use_cases.verifying import Verified, verify_history
from shared.contracts.identity import AccountDeleted
from tests.validation.conftest import People
from tests.validation.examples import NOW, licence, opened
from tests.validation.test_consumers import message

Tamper = Callable[..., Awaitable[None]]


async def lived(service: Validation, people: People) -> UUID:
    """A case with five entries: looked at, taken, looked at, validated, looked at."""
    case_id = await opened(service)
    for act in (use_cases.read_case, use_cases.take_case, use_cases.read_case, use_cases.validate_licence):
        async with service.work() as work:
            await act(work, people.officer, case_id)  # type: ignore[operator]
    async with service.work() as work:
        await use_cases.read_case(work, people.colleague, case_id)
    return case_id


async def verified(service: Validation, case_id: UUID | None = None, *, batch: int = 2_000) -> Verified:
    return await verify_history(service.work, only=case_id, batch=batch)


@pytest.fixture
def tamper(service: Validation) -> Tamper:
    """Does to the database what only its administrator could: past the triggers."""

    async def execute(statement: str, *values: Any) -> None:
        async with service.work() as work:
            await work.db.execute("ALTER TABLE case_act DISABLE TRIGGER USER")
            await work.db.execute(statement, *values)
            await work.db.execute("ALTER TABLE case_act ENABLE TRIGGER USER")

    return execute


async def test_an_untouched_history_is_verified_in_batches_of_any_size(service: Validation, people: People) -> None:
    case_id = await lived(service, people)
    for batch in (1, 2, 5, 1_000):
        done = await verified(service, case_id, batch=batch)
        assert (done.broken, done.entries, done.cases) == (None, 5, 1)
    assert (await verified(service)).broken is None


@pytest.mark.parametrize(
    ("change", "position", "why"),
    [
        ("UPDATE case_act SET text = 'No.' WHERE licence_id = $1 AND position = 4", 4, "changed"),
        ("UPDATE case_act SET at = at + interval '1 hour' WHERE licence_id = $1 AND position = 2", 2, "changed"),
        ("UPDATE case_act SET details = '{\"x\": 1}' WHERE licence_id = $1 AND position = 2", 2, "changed"),
        ("UPDATE case_act SET account_id = gen_random_uuid() WHERE licence_id = $1 AND position = 1", 1, "changed"),
        ("UPDATE case_act SET name = 'Otto Other' WHERE licence_id = $1 AND position = 1", 1, "name"),
        ("UPDATE case_act SET name = 'Otto', salt = NULL WHERE licence_id = $1 AND position = 1", 1, "name"),
        ("DELETE FROM case_act WHERE licence_id = $1 AND position = 2", 3, "entry 2 is missing"),
        ("DELETE FROM case_act WHERE licence_id = $1 AND position = 1", 2, "entry 1 is missing"),
        ("DELETE FROM case_act WHERE licence_id = $1 AND position > 3", 3, "5 entries were written"),
        ("DELETE FROM case_act WHERE licence_id = $1", None, "whole history is missing"),
        ("DELETE FROM case_history WHERE licence_id = $1", 5, "head of its chain is missing"),
        (
            "UPDATE case_act SET position = CASE position WHEN 2 THEN 9 ELSE position - 1 END"
            " WHERE licence_id = $1 AND position BETWEEN 2 AND 3",
            2,
            "does not follow",
        ),
    ],
)
async def test_what_was_changed_deleted_cut_off_or_moved_is_found(
    service: Validation, people: People, tamper: Tamper, change: str, position: int | None, why: str
) -> None:
    case_id = await lived(service, people)
    await tamper(change, case_id)
    broken = (await verified(service, case_id)).broken
    assert broken is not None
    assert (broken.licence_id, broken.position) == (case_id, position)
    assert why in broken.why


async def test_an_entry_that_was_put_in_is_found(service: Validation, people: People, tamper: Tamper) -> None:
    case_id = await lived(service, people)
    columns = "at, act, account_id, name, body, text, details, salt, seal, previous, hash"
    await tamper(
        f"INSERT INTO case_act (licence_id, position, {columns})"
        f" SELECT licence_id, 6, {columns} FROM case_act WHERE licence_id = $1 AND position = 4",
        case_id,
    )
    broken = (await verified(service, case_id)).broken
    assert broken is not None
    assert (broken.position, broken.why) == (6, "it does not follow from the entry before it")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE case_act SET text = 'No.' WHERE licence_id = $1",
        "UPDATE case_act SET name = 'Otto Other', salt = NULL WHERE licence_id = $1",
        "UPDATE case_act SET details = '{\"x\": 1}' WHERE licence_id = $1",
        "DELETE FROM case_act WHERE licence_id = $1",
        "TRUNCATE case_act",
    ],
)
async def test_the_database_itself_refuses_to_change_what_was_written(
    service: Validation, people: People, change: str
) -> None:
    case_id = await lived(service, people)
    with pytest.raises(asyncpg.RestrictViolationError, match="only grows"):
        async with service.work() as work:
            await work.db.execute(change, *([case_id] if "$1" in change else []))
    assert (await verified(service, case_id)).entries == 5


async def test_many_looks_and_acts_at_the_same_moment_make_one_chain(service: Validation, people: People) -> None:
    case_id = await opened(service)

    async def look() -> None:
        async with service.work() as work:
            await use_cases.read_case(work, people.officer, case_id)

    async def act() -> None:
        async with service.work() as work:
            await use_cases.take_case(work, people.officer, case_id)

    async with asyncio.timeout(20):
        await asyncio.gather(*(look() for _ in range(20)), act(), *(look() for _ in range(20)))
    done = await verified(service, case_id)
    assert (done.broken, done.entries) == (None, 41)


async def test_a_look_does_not_wait_for_somebody_who_acts_and_neither_blocks_the_other(
    service: Validation, people: People
) -> None:
    case_id = await opened(service)
    async with service.work() as acting:
        await storage.find(acting.db, case_id, to_change=True)
        async with asyncio.timeout(5), service.work() as looking:
            await use_cases.read_case(looking, people.colleague, case_id)
        await use_cases.take_case(acting, people.officer, case_id)
    assert (await verified(service, case_id)).entries == 2


async def test_the_chain_holds_when_somebody_deletes_the_account(service: Validation, people: People) -> None:
    submitted = licence()
    case_id = await opened(service, submitted)
    leaver = uuid4()
    entry = Entry(
        NOW, "read", leaver, "Lena Leaver", "CA", "", {"by": {"account_id": str(leaver), "name": "Lena Leaver"}}
    )
    async with service.work() as work:
        await storage.note(work.db, case_id, entry)
        await use_cases.read_case(work, people.colleague, case_id)
    await service.hearing.hear([message(AccountDeleted(account_id=leaver, version=9, pseudonym="Former user 77"))])
    assert (await verified(service, case_id)).broken is None
    async with service.work() as work:
        row = await work.db.fetchrow("SELECT name, salt, details FROM case_act WHERE account_id = $1", leaver)
    assert (row["name"], row["salt"], row["details"]["by"]["name"]) == ("Former user 77", None, "Former user 77")


async def test_numbers_and_moments_are_verified_as_the_database_gives_them_back(service: Validation) -> None:
    case_id = await opened(service)
    details = {"big": 1e22, "float": 9690.0, "small": 1.5e-7, "whole": 3, "yes": True, "none": None, "text": "é\n"}
    async with service.work() as work:
        at = NOW + timedelta(microseconds=7)
        await storage.note(work.db, case_id, Entry(at, "amend", uuid4(), "Zoë", "CA", "ünïcode", details))
    assert (await verified(service, case_id)).broken is None
