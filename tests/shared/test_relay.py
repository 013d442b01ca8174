"""The relay against a real broker. Each test has a broker of its own only where it is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.broker import Broker
from shared import background, outbox
from shared.contracts import topics
from shared.contracts.licences import LicenceSubmitted
from shared.relay import Relay
from shared.service import Service
from shared.testing.waiting import until
from tests.shared.stage import rejected, stage, validated

TOPIC = "validation.cases"


@pytest.fixture
async def own_broker(broker, tmp_path) -> AsyncIterator[Broker]:
    """A broker that a test may kill."""
    async with type(broker)(tmp_path, topics(), partitions=3) as server:
        yield server


@asynccontextmanager
async def relaying(service: Service, count: int = 1) -> AsyncIterator[list[Relay]]:
    relays = [Relay("validation", service.settings, service.clock) for _ in range(count)]
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield relays
    finally:
        for task in tasks:
            await background.stop(task)


async def all_messages(bootstrap: str, topic: str = TOPIC) -> list[tuple[bytes, bytes, dict[str, str]]]:
    """Everything on a topic, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        while any([await consumer.position(place) < ends[place] for place in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [(r.key, r.value, {k: v.decode("utf-8", "replace") for k, v in r.headers}) for r in records]
        return found
    finally:
        await consumer.stop()


async def nothing_unsent(service: Service) -> bool:
    async with service.work() as work:
        return (await outbox.unsent(work.db)).count == 0


async def test_events_arrive_as_cloud_events_in_order_per_key_and_stay_in_the_outbox(database_url, kafka):
    licences = [uuid4() for _ in range(20)]
    async with stage(database_url, kafka=kafka, relay_batch=50) as service, relaying(service):
        for version in range(20):
            async with service.work() as work:
                for licence_id in licences:
                    work.tell(validated(licence_id, version))
        await until(lambda: nothing_unsent(service))

        async with service.work() as work:
            assert await work.db.fetchval("SELECT count(*) FROM outbox") == 400
    ours = [m for m in await all_messages(kafka) if m[0].decode() in {str(i) for i in licences}]
    versions = {}
    for key, value, headers in ours:
        versions.setdefault(key, []).append(int(value.split(b'"version":')[1].split(b",")[0]))
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_source"] == "validation"
        assert headers["ce_type"] == "eu.flegt.validation.licence-validated.v1"
        assert headers["ce_subject"] == key.decode()
    assert list(versions.values()) == [list(range(20))] * 20


async def test_only_one_of_two_relays_sends_and_the_other_takes_over(database_url, kafka):
    async with stage(database_url, kafka=kafka) as service, relaying(service) as (first,):
        await until(lambda: _is(first, "sending"))
        async with relaying(service) as (second,):
            await until(lambda: _is(second, "waiting"))
            assert first.state == "sending"
        third = Relay("validation", service.settings, service.clock)
        task = asyncio.create_task(third.run())
        await until(lambda: _is(third, "waiting"))
        async with service.work() as work:
            await work.db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )

        await until(lambda: _is(third, "sending"))

        await background.stop(task)


async def test_what_is_too_large_for_the_broker_is_set_aside_and_only_its_key_waits(database_url, kafka):
    stuck, free = uuid4(), uuid4()
    async with stage(database_url, kafka=kafka) as service, relaying(service):
        async with service.work() as work:
            work.tell(rejected(stuck, 2, reason="x" * 2_000_000))
            work.tell(rejected(stuck, 3))
            work.tell(rejected(free, 2))

        async def set_aside() -> bool:
            async with service.work() as work:
                waiting = await outbox.unsent(work.db)
            return (waiting.failed, waiting.count) == (1, 2)

        await until(set_aside)
    keys = [key.decode() for key, _, _ in await all_messages(kafka)]
    assert str(free) in keys
    assert str(stuck) not in keys


async def test_an_outage_of_the_broker_loses_nothing_and_needs_nobody(database_url, own_broker):
    told = [validated(version=version) for version in range(30)]
    async with stage(database_url, kafka=own_broker.bootstrap) as service, relaying(service) as (relay,):
        await _tell(service, told[:10])
        await until(lambda: nothing_unsent(service))
        await own_broker.kill()
        await _tell(service, told[10:20])
        await until(lambda: _is(relay, "troubled"), within=60)
        await own_broker.start()
        await _tell(service, told[20:])

        await until(lambda: nothing_unsent(service), within=60)

        wanted = {event.model_dump_json().encode() for event in told}

        async def everything() -> set[bytes]:
            values = {value for _, value, _ in await all_messages(own_broker.bootstrap)}
            return values if wanted <= values else set()

        assert wanted <= await until(everything, within=60)


async def test_a_broker_that_lost_its_log_is_refilled(database_url, own_broker):
    told = [validated(version=version) for version in range(30)]
    async with stage(database_url, kafka=own_broker.bootstrap) as service, relaying(service):
        await _tell(service, told)
        await until(lambda: nothing_unsent(service))
        await _lose_the_log(own_broker)

        async def refilled() -> set[bytes]:
            with suppress(KafkaError):
                values = {value for _, value, _ in await all_messages(own_broker.bootstrap)}
                return values if len(values) == len(told) else set()
            return set()

        assert await until(refilled, within=60) == {event.model_dump_json().encode() for event in told}


async def test_a_broker_that_lost_nothing_is_not_refilled(database_url, kafka):
    async with stage(database_url, kafka=kafka) as service, relaying(service) as (relay,):
        for _ in range(2):
            async with service.work() as work:
                for version in range(40):
                    work.tell(validated(version=version))
            await until(lambda: nothing_unsent(service))

        await relay._look_for_loss()

        assert len(relay._reach) == 3


async def test_replaying_sends_the_same_ids_again(database_url, own_broker):
    async with stage(database_url, kafka=own_broker.bootstrap) as service, relaying(service):
        await _tell(service, [validated(), validated()])
        await until(lambda: nothing_unsent(service))
        async with service.work() as work:
            assert await outbox.replay(work.db, topics=[TOPIC]) == 2
        await until(lambda: nothing_unsent(service))

        ids = [headers["ce_id"] for _, _, headers in await all_messages(own_broker.bootstrap)]
    assert len(ids) == 4
    assert len(set(ids)) == 2


async def test_dead_letters_travel_with_the_headers_they_came_with(database_url, kafka):
    letter = outbox.DeadLetter(
        topic="validation.cases.licences.dead",
        key=b"k",
        type=LicenceSubmitted.wire_name,
        payload=b"\x00 raw",
        headers={"ce_id": str(uuid4()), "error": "it was wrong"},
        event_id=uuid4(),
    )
    async with stage(database_url, kafka=kafka) as service, relaying(service):
        async with service.work() as work:
            work.tell(letter)
        await until(lambda: nothing_unsent(service))

    assert (b"k", b"\x00 raw", letter.headers) in await all_messages(kafka, letter.topic)


async def _tell(service: Service, events: list) -> None:
    for event in events:
        async with service.work() as work:
            work.tell(event)


async def _is(relay: Relay, state: str) -> bool:
    return relay.state == state


async def _lose_the_log(broker: Broker) -> None:
    """The topics are deleted and made anew: the broker has forgotten everything it acknowledged."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([TOPIC])
    finally:
        await admin.close()
    await broker.create_topics(topics())
