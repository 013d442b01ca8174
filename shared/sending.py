"""Putting outbox rows on the wire: whole batches per partition, in order.

One future per batch instead of one per message makes this faster than aiokafka's own `send`, and rows of one key
always travel in one partition, so what is not acknowledged there stops only that partition.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, UnknownTopicOrPartitionError

from shared.kafka import connection, producer
from shared.settings import ServiceSettings
from shared.telemetry import log

logger = log("sending")
ENVELOPE_BYTES = 600
"""Room left for headers and framing when a message is compared with the largest request."""


@dataclass(frozen=True)
class Batch:
    """Rows on their way to one partition, in order; `answer` comes when the broker has all of them, or none."""

    place: TopicPartition
    ids: list[int]
    answer: Awaitable[Any]


class Refused(Exception):
    """A row that can never be sent as it is, with what was handed over before it."""

    def __init__(self, row: Any, error: KafkaError, sent: list[Batch]) -> None:
        super().__init__(repr(error))
        self.row = row
        self.error = error
        self.sent = sent


class Sender:
    """A producer, and beside it a consumer without a group that can look how long each partition is."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self.settings = settings
        self._producer = producer(settings)
        self._watcher = AIOKafkaConsumer(**connection(settings), request_timeout_ms=10_000)
        self._partitions: dict[str, list[int]] = {}
        self._headers = [
            ("ce_specversion", b"1.0"),
            ("ce_source", service.encode()),
            ("content-type", b"application/json"),
        ]

    async def start(self) -> None:
        """Connect. Raises KafkaError when the broker cannot be reached; then nothing stays open."""
        try:
            await self._producer.start()
            await self._watcher.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close both, within a limit."""
        for client in (self._producer, self._watcher):
            try:
                async with asyncio.timeout(5):
                    await client.stop()
            except (KafkaError, TimeoutError) as error:
                logger.warning("client_did_not_stop", error=repr(error))

    async def ends(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Where each partition ends now."""
        async with asyncio.timeout(10):
            ends: dict[TopicPartition, int] = await self._watcher.end_offsets(list(places))
        return ends

    async def send(self, rows: Sequence[Any]) -> list[Batch]:
        """Hand rows over, in order per partition. Raises Refused at the first that is too large to ever be sent."""
        open_batches: dict[TopicPartition, tuple[Any, list[int]]] = {}
        handed: list[Batch] = []
        for row in rows:
            if len(row["payload"]) + ENVELOPE_BYTES > self.settings.kafka_max_request_bytes:
                await self._hand_over(open_batches, handed)
                raise Refused(row, MessageSizeTooLargeError(f"{len(row['payload'])} bytes"), handed)
            place = await self._place_of(row["topic"], row["key"])
            if place not in open_batches:
                open_batches[place] = self._producer.create_batch(), []
            headers = self._headers_of(row)
            if not self._append(open_batches[place], row, headers):
                await self._hand_over({place: open_batches[place]}, handed)
                open_batches[place] = self._producer.create_batch(), []
                self._append(open_batches[place], row, headers)
        await self._hand_over(open_batches, handed)
        return handed

    def _append(self, batch: tuple[Any, list[int]], row: Any, headers: list[tuple[str, bytes]]) -> bool:
        builder, ids = batch
        if builder.append(timestamp=None, key=row["key"], value=row["payload"], headers=headers) is None:
            return False
        ids.append(row["id"])
        return True

    async def _hand_over(self, batches: dict[TopicPartition, tuple[Any, list[int]]], handed: list[Batch]) -> None:
        for place, (builder, ids) in batches.items():
            builder.close()
            answer = await self._producer.send_batch(builder, place.topic, partition=place.partition)
            handed.append(Batch(place, ids, answer))

    async def _place_of(self, topic: str, key: bytes | None) -> TopicPartition:
        if topic not in self._partitions:
            self._partitions[topic] = sorted(await self._producer.partitions_for(topic))
        partitions = self._partitions[topic]
        if not partitions:
            raise UnknownTopicOrPartitionError(topic)
        return TopicPartition(topic, partitions[zlib.crc32(key or b"") % len(partitions)])

    def _headers_of(self, row: Any) -> list[tuple[str, bytes]]:
        if row["headers"] is not None:
            return [(name, value.encode()) for name, value in row["headers"].items()]
        headers = [
            *self._headers,
            ("ce_id", str(row["event_id"]).encode()),
            ("ce_type", row["type"].encode()),
            ("ce_subject", row["key"]),
            ("ce_time", row["occurred_at"].isoformat().encode()),
        ]
        if row["traceparent"]:
            headers.append(("traceparent", row["traceparent"].encode()))
        return headers
