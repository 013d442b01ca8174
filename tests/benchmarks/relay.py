"""The relay against a plain send of the same events from memory."""

import asyncio
from uuid import uuid4

from shared import background, outbox
from shared.kafka import producer
from shared.relay import Relay
from shared.service import Service
from shared.testing.waiting import until
from tests.benchmarks.rounds import Stopwatch, compare
from tests.shared.stage import rejected, stage

COUNT = 20_000
REASON = "x" * 500


async def measure(database_url: str, kafka: str, **settings: object) -> None:
    """Print the comparison. Events are about 1 kB and spread over as many keys."""
    events = [rejected(uuid4(), 2, REASON) for _ in range(COUNT)]
    async with stage(database_url, kafka=kafka, kafka_partitions=6, **settings) as service:

        async def plain() -> float:
            client = producer(service.settings)
            await client.start()
            rows = [(e.topic, e.key.encode(), e.model_dump_json().encode(), _headers(e)) for e in events]
            with Stopwatch() as watch:
                sending = [await client.send(t, value=v, key=k, headers=h) for t, k, v, h in rows]
                await asyncio.gather(*sending)
            await client.stop()
            return watch.seconds

        async def by_relay() -> float:
            await _fill(service, events)
            relay = Relay("validation", service.settings, service.clock)
            await relay._start_sender()
            with Stopwatch() as watch:
                task = asyncio.create_task(relay.run())
                await until(lambda: _sent(service), within=120, every=0.01)
            await background.stop(task)
            return watch.seconds

        await compare("Events to Kafka", COUNT, {"plain aiokafka send + gather, from memory": plain, "relay": by_relay})


def _headers(event: object) -> list[tuple[str, bytes]]:
    names = ("ce_specversion", "ce_source", "content-type", "ce_id", "ce_type", "ce_subject", "ce_time")
    return [(name, b"0" * 36) for name in names]


async def _fill(service: Service, events: list) -> None:
    for start in range(0, len(events), 1_000):
        async with service.work() as work:
            for event in events[start : start + 1_000]:
                work.tell(event)


async def _sent(service: Service) -> bool:
    async with service.work() as work:
        return (await outbox.unsent(work.db)).count == 0
