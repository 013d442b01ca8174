"""From the outbox of one service, over a real broker, into the database of another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from shared import background, inbox, subscription, telemetry
from shared.relay import Relay
from shared.service import Service
from shared.testing.waiting import until
from tests.shared.stage import cleared, heard_by, record_of, stage, validated


@asynccontextmanager
async def hearing(service: Service) -> AsyncIterator[None]:
    task = asyncio.create_task(service.subscription.run())
    try:
        yield
    finally:
        await background.stop(task)


@asynccontextmanager
async def relaying(service: Service) -> AsyncIterator[None]:
    task = asyncio.create_task(Relay("validation", service.settings, service.clock).run())
    try:
        yield
    finally:
        await background.stop(task)


def group() -> str:
    return f"licences-{uuid4().hex[:8]}"


async def test_what_is_told_is_heard_in_order(database_url, kafka):
    licence_id = uuid4()
    async with stage(database_url, kafka=kafka, kafka_group=group()) as service, relaying(service), hearing(service):
        for version in range(1, 31):
            async with service.work() as work:
                work.tell(validated(licence_id, version, remark=str(version)))

        async def complete() -> bool:
            return len(await heard_by(service, licence_id)) == 30

        await until(complete, within=40)
        assert await heard_by(service, licence_id) == [str(version) for version in range(1, 31)]


async def test_headers_that_are_no_text_and_bodies_that_are_no_json_are_parked_and_do_not_stop_the_rest(
    database_url, kafka
):
    good = record_of(validated(remark="good"))
    async with stage(database_url, kafka=kafka, kafka_group=group()) as service, hearing(service):
        async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
            for value, headers in [
                (b"\xff\xfe", [("ce_id", b"\xff\xff")]),
                (b"{}", []),
                (b"{", [good.headers[0], ("ce_id", str(uuid4()).encode()), *good.headers[2:]]),
                (good.value, good.headers),
            ]:
                await producer.send_and_wait(good.topic, value, key=b"same partition", headers=headers)

        async def ended() -> bool:
            async with service.work() as work:
                rows = await work.db.fetch("SELECT value FROM parked")
            ours = {row["value"] for row in rows} >= {b"\xff\xfe", b"{}", b"{"}
            return ours and "good" in await heard_by(service)

        await until(ended, within=40)


async def test_while_the_database_is_away_nothing_is_parked_and_nothing_is_lost(postgres, database_url, kafka):
    licence_id = uuid4()
    async with stage(database_url, kafka=kafka, kafka_group=group()) as service, hearing(service):
        await until(lambda: _connected(service))
        async with service.work() as work:
            await work.db.execute("LOCK TABLE heard IN ACCESS EXCLUSIVE MODE")
            record = record_of(validated(licence_id, remark="survives"))
            async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
                await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)

            async def consumer_waits_for_the_lock() -> bool:
                return bool(await work.db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

            await until(consumer_waits_for_the_lock, within=40)
            await work.db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

        async def arrived() -> bool:
            return await heard_by(service, licence_id) == ["survives"]

        await until(arrived, within=40)
        async with service.work() as work:
            assert not [row for row in await inbox.parked(work.db) if b"survives" in row["value"]]


async def test_a_trace_goes_on_through_the_outbox_and_kafka_into_the_consumer(database_url, kafka):
    licence_id = uuid4()
    async with stage(database_url, kafka=kafka, kafka_group=group()) as service, relaying(service), hearing(service):
        telemetry.start(service.name, service.settings)
        with telemetry.tracer.start_as_current_span("somebody presses a button"):
            trace = telemetry.correlation_id()
            async with service.work() as work:
                work.tell(cleared(licence_id))

        async def heard() -> list[str]:
            return await heard_by(service, licence_id)

        assert await until(heard, within=40) == [trace]


async def test_a_listener_that_stands_still_connects_anew(database_url, kafka, monkeypatch):
    monkeypatch.setattr(subscription, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(subscription, "STUCK_SECONDS", 1.0)
    licence_id = uuid4()
    async with stage(database_url, kafka=kafka, kafka_group=group()) as service, relaying(service), hearing(service):
        await until(lambda: _connected(service), within=40)
        still = service.subscription.consumer
        still.pause(*still.assignment())
        async with service.work() as work:
            work.tell(validated(licence_id, remark="waits"))

        async def arrived() -> bool:
            return await heard_by(service, licence_id) == ["waits"]

        await until(arrived, within=40)
        assert service.subscription.consumer is not still


async def _connected(service: Service) -> bool:
    return service.subscription.consumer is not None
