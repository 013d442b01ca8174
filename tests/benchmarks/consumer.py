"""Validation opening cases, against a bare poll and one statement that does the same."""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from services.validation.main import create_service
from services.validation.settings import Settings
from services.validation.storage import cases as storage
from services.validation.use_cases import opening
from shared import background
from shared.contracts.licences import LicenceSubmitted
from shared.service import Service
from shared.testing.settings import settings_for
from shared.testing.waiting import until
from tests.benchmarks.rounds import compare
from tests.benchmarks.topic import TOPIC, fill

COUNT = 10_000
BATCH = 500
TABLES = """
ALTER TABLE case_act DISABLE TRIGGER case_act_is_never_emptied;
TRUNCATE licence_case, case_past, inbox, parked, outbox, outbox_unsent CASCADE;
ALTER TABLE case_act ENABLE TRIGGER case_act_is_never_emptied;
"""


async def measure(
    database_url: str, kafka: str, folder: Path, *, count: int = COUNT, rounds: int = 6, **settings: object
) -> None:
    """Print the comparison: seconds from the first record to the last commit, without joining the group.

    The topic holds what was put there before, too: a new broker, or this measurement alone.
    """
    chosen = settings_for(Settings, database_url, kafka=kafka, attachments_dir=folder, kafka_batch=BATCH, **settings)
    await fill(chosen, count)

    async def bare() -> float:
        db = await asyncpg.connect(database_url)
        await db.execute(TABLES)
        consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=kafka, group_id=f"bare-{uuid4()}", auto_offset_reset="earliest",
            enable_auto_commit=False, fetch_max_wait_ms=25,
        )  # fmt: skip
        await consumer.start()
        done, started = 0, None
        while done < count:
            found = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            started = started or time.perf_counter()
            records = [record for part in found.values() for record in part]
            if records:
                await _poll_and_one_statement(db, records)
                await consumer.commit()
            done += len(records)
        taken = time.perf_counter() - (started or 0)
        await consumer.stop()
        await db.close()
        return taken

    async def by_service() -> float:
        service = create_service(chosen.model_copy(update={"kafka_group": f"bench-{uuid4()}"}))
        await service.open()
        async with service.work() as work:
            await work.db.execute(TABLES)
        taken = await _time_hearing(service, count)
        await service.close()
        return taken

    floor = "raw getmany, pydantic, one statement for inbox and cases"
    title = "Licences to open cases" if count == COUNT else "Cases rebuilt from the topic"
    await compare(title, count, {floor: bare, "validation, hearing": by_service}, rounds=rounds)


async def _poll_and_one_statement(db: asyncpg.Connection, records: Sequence[ConsumerRecord]) -> None:
    """Decode, and write ids and cases in one statement: what a listener cannot do with less."""
    ids, opened = [], []
    for record in records:
        headers = {name: value.decode() for name, value in record.headers}
        event = LicenceSubmitted.model_validate_json(record.value)
        ids.append(headers["ce_id"])
        opened.append(opening._opened(event.licence, dt.datetime.fromisoformat(headers["ce_time"])))
    columns = [list(column) for column in zip(*(tuple(vars(case).values()) for case in opened), strict=True)]
    heard = f"WITH heard AS (INSERT INTO inbox (event_id) SELECT unnest(${len(columns) + 1}::uuid[])) "
    statement = storage._OPEN.replace("INSERT INTO licence_case", f"{heard}INSERT INTO licence_case", 1)
    await db.execute(statement, *columns, ids)


async def _time_hearing(service: Service, count: int) -> float:
    first, last, heard = 0.0, 0.0, 0
    original = service.hearing.hear

    async def timed(records: Sequence[ConsumerRecord]) -> None:
        nonlocal first, last, heard
        first = first or time.perf_counter()
        await original(records)
        last, heard = time.perf_counter(), heard + sum(record.topic == TOPIC for record in records)

    service.hearing.hear = timed  # type: ignore[method-assign]
    task = asyncio.create_task(service.subscription.run())

    async def complete() -> bool:
        return heard >= count

    await until(complete, within=120 + count / 500)
    await background.stop(task)
    return last - first
