"""How long it takes until the next one sees it: a licence in the authority's queue, an acceptance at customs.

Against the least that such a way can cost, in the same run: two bare commits and one bare message from producer to
consumer.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from services.validation import use_cases
from services.validation.main import create_service
from services.validation.service import Validation
from services.validation.settings import Settings
from shared import background
from shared.contracts.licences import LicenceSubmitted
from shared.kafka import create_topics, producer
from shared.relay import Relay
from shared.testing.people import customs_role, msca_role, person
from shared.testing.settings import settings_for
from tests.benchmarks.consumer import submitted
from tests.shared.stage import stage

COUNT = 200
BARE_TOPIC = "bench.reach"
WITHIN = 60.0
"""Seconds: the first one waits until the group is joined."""


async def measure(database_url: str, teller_url: str, kafka: str, folder: Path, **settings: object) -> None:
    """Print p50 and p99 of both ways beside those of the floor."""
    chosen = settings_for(Settings, database_url, kafka=kafka, attachments_dir=folder, **settings)
    service = create_service(chosen.model_copy(update={"kafka_group": f"reach-{uuid4()}"}))
    await service.open()
    arrivals = _arrivals(service)
    hearing = asyncio.create_task(service.subscription.run())
    async with stage(teller_url, kafka=kafka, **settings) as teller:
        relaying = asyncio.create_task(Relay("licences", teller.settings, teller.clock).run())
        chance = random.Random(5)  # noqa: S311 - nothing here is secret
        ids: list[UUID] = []

        async def handed_in() -> None:
            event = submitted(len(ids), chance)
            ids.append(event.licence_id)
            arrived = arrivals.setdefault(event.licence_id, asyncio.Event())
            async with teller.work() as work:
                work.tell(event)
            async with asyncio.timeout(WITHIN):
                await arrived.wait()

        await handed_in()  # joins the group, makes the topics
        floor = await _floor(chosen, database_url)
        to_queue = await _each(handed_in)
        waiting = iter(ids)
        officer, customs = person("Olga", msca_role("BE")), person("Dirk", customs_role("BE101000"))

        async def validated() -> None:
            case_id = next(waiting)
            async with service.work() as work:
                await use_cases.validate_licence(work, officer, case_id)
            async with service.work() as work:
                await use_cases.read_clearance(work, customs, case_id)

        to_customs = await _each(validated)
        await background.stop(relaying)
    await background.stop(hearing)
    await service.close()
    print(f"\nUntil the next one sees it ({COUNT} each, one at a time, milliseconds)")
    _tell("floor: two bare commits + one bare produce-to-consume", floor, floor)
    _tell("handed in -> in the authority's queue", to_queue, floor)
    _tell("validated -> customs has opened it", to_customs, floor)


def _tell(name: str, seconds: Sequence[float], floor: Sequence[float]) -> None:
    (p50, p99), (floor50, floor99) = _percentiles(seconds), _percentiles(floor)
    ratios = f"ratio {p50 / floor50:.2f} / {p99 / floor99:.2f}"
    print(f"  {name:<58} p50 {p50 * 1000:>8.2f}   p99 {p99 * 1000:>8.2f}   {ratios}")


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return cuts[49], cuts[98]


async def _each(act: Callable[[], Awaitable[None]]) -> list[float]:
    taken = []
    for _ in range(COUNT):
        started = time.perf_counter()
        await act()
        taken.append(time.perf_counter() - started)
    return taken


def _arrivals(service: Validation) -> dict[UUID, asyncio.Event]:
    """Set as soon as the batch with this licence is committed."""
    arrived: dict[UUID, asyncio.Event] = {}
    original = service.hearing.hear

    async def noticed(records: Sequence[ConsumerRecord]) -> None:
        await original(records)
        for record in records:
            if record.topic == LicenceSubmitted.topic and record.key:
                arrived.setdefault(UUID(record.key.decode()), asyncio.Event()).set()

    service.hearing.hear = noticed  # type: ignore[method-assign]
    return arrived


async def _floor(settings: Settings, database_url: str) -> list[float]:
    """Two commits of one row, and one message of the same size from a producer to a consumer that waits for it."""
    db = await asyncpg.connect(database_url)
    await db.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, payload text)")
    await create_topics(settings, [BARE_TOPIC])
    client = producer(settings)
    await client.start()
    consumer = AIOKafkaConsumer(BARE_TOPIC, bootstrap_servers=settings.kafka_bootstrap, fetch_max_wait_ms=25)
    await consumer.start()
    await consumer.seek_to_end()
    payload = "x" * 2_000

    async def once() -> None:
        await db.execute("INSERT INTO bare VALUES ($1, $2)", uuid4(), payload)
        await client.send_and_wait(BARE_TOPIC, payload.encode(), key=b"key")
        async with asyncio.timeout(WITHIN):
            await consumer.getone()
        await db.execute("INSERT INTO bare VALUES ($1, $2)", uuid4(), payload)

    await once()
    taken = await _each(once)
    await consumer.stop()
    await client.stop()
    await db.close()
    return taken
