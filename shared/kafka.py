"""How everyone here talks to Kafka: one place that turns settings into client options, and makes topics."""

import ssl
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.settings import ServiceSettings


def connection(settings: ServiceSettings) -> dict[str, Any]:
    """Where the brokers are and who we are to them."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(
            cafile=str(settings.kafka_ca_file) if settings.kafka_ca_file else None
        )
    if settings.kafka_sasl_mechanism:
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password,
        }
    return options


def producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """A producer that counts a message as sent only when all in-sync replicas have it."""
    return AIOKafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=settings.kafka_idempotence,
        compression_type=settings.kafka_compression,
        linger_ms=settings.kafka_linger_ms,
        max_batch_size=262_144,
        max_request_size=settings.kafka_max_request_bytes,
        request_timeout_ms=settings.kafka_request_timeout_ms,
    )


async def create_topics(settings: ServiceSettings, topics: Sequence[str]) -> None:
    """Make the topics that do not exist yet; nothing is ever made by merely being written to."""
    admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=settings.kafka_request_timeout_ms)
    await admin.start()
    try:
        missing = sorted(set(topics) - set(await admin.list_topics()))
        if not missing:
            return
        answer = await admin.create_topics(
            [
                NewTopic(topic, num_partitions=settings.kafka_partitions, replication_factor=settings.kafka_replication)
                for topic in missing
            ]
        )
        for topic, code, *_ in answer.topic_errors:
            if code and (error := for_code(code)) is not TopicAlreadyExistsError:
                raise error(f"topic {topic} could not be made")
    finally:
        await admin.close()
