"""How long it takes until the next one sees it: a licence in the authority's queue, an acceptance at customs.

Against the least that such a way can cost, in the same run and in turns: two bare commits and one bare message from
producer to consumer. The first way is all of the product's: outbox, relay, Kafka, hearing; only the rules of handing in
are left out. On the second nothing is sent, as the authority and its customs offices look into one database.
"""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
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
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.people import customs_role, msca_role, person
from shared.testing.settings import settings_for
from tests.benchmarks.topic import submitted
from tests.shared.stage import stage

COUNT = 300
UNCOUNTED = 5
BARE_TOPIC = "bench.reach"
OFFICER, CUSTOMS = person("Olga", msca_role("BE")), person("Dirk", customs_role("BE101000"))
WITHIN = 60.0
"""Seconds: the first one waits until the group is joined."""


async def measure(database_url: str, teller_url: str, kafka: str, folder: Path, **settings: object) -> None:
    """Print p50 and p99 of both ways beside those of the floor."""
    chosen = settings_for(Settings, database_url, kafka=kafka, attachments_dir=folder, **settings)
    service = create_service(chosen.model_copy(update={"kafka_group": f"reach-{uuid4()}"}))
    await service.open()
    arrivals = _arrivals(service)
    hearing = asyncio.create_task(service.subscription.run())
    chance = random.Random(5)  # noqa: S311 - nothing here is secret
    floor, to_queue, to_customs = [], [], []
    async with stage(teller_url, kafka=kafka, **settings) as teller, _bare(chosen, database_url) as bare:
        relaying = asyncio.create_task(Relay("licences", teller.settings, teller.clock).run())
        for serial in range(COUNT + UNCOUNTED):
            event = submitted(serial, chance)
            floor.append(await _timed(bare))
            to_queue.append(await _timed(lambda event=event: _hand_in(event, teller, arrivals)))
            await service.assess_new()  # as the running service does every two seconds
            to_customs.append(await _timed(lambda event=event: _accept(event, service)))
        await background.stop(relaying)
    await background.stop(hearing)
    await service.close()
    print(f"\nUntil the next one sees it ({COUNT} each, in turns, one at a time, milliseconds)")
    _tell("floor: two bare commits + one bare produce-to-consume", floor, floor)
    _tell("handed in -> in the authority's queue", to_queue, floor)
    _tell("validated -> customs finds it by its number", to_customs, floor)


async def _hand_in(event: LicenceSubmitted, teller: Service, arrivals: dict[UUID, asyncio.Event]) -> None:
    arrived = arrivals.setdefault(event.licence_id, asyncio.Event())
    async with teller.work() as work:
        work.tell(event)
    async with asyncio.timeout(WITHIN):
        await arrived.wait()


async def _accept(event: LicenceSubmitted, service: Validation) -> None:
    async with service.work() as work:
        await use_cases.validate_licence(work, OFFICER, event.licence_id)
    async with service.work() as work:
        page = await use_cases.list_clearances(work, CUSTOMS, number=event.licence.boxes.licence_number)
    if event.licence_id not in {case.licence_id for case in page.items}:
        raise RuntimeError("customs does not see what was accepted")


def _tell(name: str, seconds: Sequence[float], floor: Sequence[float]) -> None:
    (p50, p99), (floor50, floor99) = _percentiles(seconds), _percentiles(floor)
    ratios = f"ratio {p50 / floor50:.2f} / {p99 / floor99:.2f}"
    print(f"  {name:<58} p50 {p50 * 1000:>8.2f}   p99 {p99 * 1000:>8.2f}   {ratios}")


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(seconds[UNCOUNTED:], n=100)
    return cuts[49], cuts[98]


async def _timed(act: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await act()
    return time.perf_counter() - started


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


@asynccontextmanager
async def _bare(settings: ServiceSettings, database_url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Two commits of one row, and one message of the same size from a producer to a consumer that waits for it."""
    db = await asyncpg.connect(database_url)
    await db.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, payload text)")
    await create_topics(settings, [BARE_TOPIC])
    client = producer(settings.model_copy(update={"kafka_linger_ms": 0}))
    await client.start()
    wait = settings.kafka_fetch_max_wait_ms
    consumer = AIOKafkaConsumer(BARE_TOPIC, bootstrap_servers=settings.kafka_bootstrap, fetch_max_wait_ms=wait)
    await consumer.start()
    await consumer.seek_to_end()
    payload = "x" * 2_000

    async def once() -> None:
        await db.execute("INSERT INTO bare VALUES ($1, $2)", uuid4(), payload)
        await client.send_and_wait(BARE_TOPIC, payload.encode(), key=b"key")
        async with asyncio.timeout(WITHIN):
            await consumer.getone()
        await db.execute("INSERT INTO bare VALUES ($1, $2)", uuid4(), payload)

    yield once
    await consumer.stop()
    await client.stop()
    await db.close()
