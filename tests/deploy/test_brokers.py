import shutil
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import Broker, EmbeddedBroker
from deploy.local.kafka import JARS, Kafka

has_kafka = shutil.which("java") is not None and any(JARS.glob("kafka_2.13-*.jar"))
BROKERS = [
    EmbeddedBroker,
    pytest.param(
        Kafka,
        marks=pytest.mark.skipif(not has_kafka, reason="needs Java and the jars of `make kafka-jars`"),
    ),
]


async def partitions(broker: Broker) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        return {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics(broker.topics)}
    finally:
        await admin.close()


async def send(broker: Broker, topic: str, *bodies: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=broker.settings["KAFKA_IDEMPOTENCE"] == "true"
    )
    await producer.start()
    try:
        for body in bodies:
            await producer.send_and_wait(topic, body, key=b"same")
    finally:
        await producer.stop()


async def receive(broker: Broker, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, group_id="reader", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


@pytest.mark.parametrize("kind", BROKERS)
async def test_what_is_sent_is_received_in_order(tmp_path: Path, kind: type[Broker]) -> None:
    async with kind(tmp_path, ["licences.licences"]) as broker:
        await send(broker, "licences.licences", b"1", b"2", b"3")
        assert await receive(broker, "licences.licences", 3) == [b"1", b"2", b"3"]


@pytest.mark.parametrize("kind", BROKERS)
async def test_topics_with_their_partitions_are_there_at_once_after_a_kill(tmp_path: Path, kind: type[Broker]) -> None:
    async with kind(tmp_path, ["a", "a.group.dead"], partitions=3) as broker:
        address = broker.bootstrap
        await broker.kill()
        await broker.start()
        assert broker.bootstrap == address
        assert await partitions(broker) == {"a": 3, "a.group.dead": 3}


@pytest.mark.skipif(not has_kafka, reason="needs Java and the jars of `make kafka-jars`")
async def test_apache_kafka_keeps_its_messages_over_a_kill(tmp_path: Path) -> None:
    async with Kafka(tmp_path, ["a"]) as broker:
        await send(broker, "a", b"kept")
        await broker.restart()
        assert await receive(broker, "a", 1) == [b"kept"]
