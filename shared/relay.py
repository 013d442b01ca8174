"""The relay: takes what waits in the outbox to Kafka, in order per key, and never gives up.

One relay at a time works per database (advisory lock on a connection of its own). Rows are marked only when the
broker has acknowledged them; a crash in between sends them again, and listeners hear each id once.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError, RecordTooLargeError
from prometheus_client import Counter, Gauge

from shared import outbox
from shared.contracts import topics_of
from shared.database import RELAY_LOCK
from shared.kafka import connection, create_topics, producer
from shared.settings import ServiceSettings
from shared.telemetry import log
from shared.work import Clock

logger = log("relay")
SENT = Counter("flegt_events_sent", "Events the broker acknowledged")
HOLDS_LOCK = Gauge("flegt_relay_holds_lock", "1 while this process is the one that sends")

POISON = (MessageSizeTooLargeError, RecordTooLargeError)
"""Errors of the message itself: trying again cannot help. Everything else is the broker's trouble and passes."""
TRIES = 3
LONGEST_PAUSE = 10.0
PRODUCER_TRIES = 3

_FETCH = """
SELECT u.id, o.event_id, o.topic, o.key, o.type, o.payload, o.occurred_at, o.traceparent, o.headers
FROM outbox_unsent u JOIN outbox o ON o.id = u.id
WHERE u.failed_at IS NULL AND u.id > $1 ORDER BY u.id LIMIT $2
"""
_MARK = """
WITH sent AS (DELETE FROM outbox_unsent WHERE id = ANY($1::bigint[]))
INSERT INTO relay_reach (topic, partition, position)
SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET position = excluded.position
"""


Sent = tuple[Any, Any]
"""A row, and the future of its acknowledgement."""


class LogLost(Exception):
    """The broker's log is shorter than what it has acknowledged: it was lost and must be refilled."""


class Relay:
    """Runs for the whole life of a service. `state` is `starting`, `sending`, `waiting` (another holds the lock) or
    `troubled` (the database or the broker cannot be reached)."""

    def __init__(self, service: str, settings: ServiceSettings, clock: Clock) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.state = "starting"
        self._wake = asyncio.Event()
        self._producer: AIOKafkaProducer | None = None
        self._watcher: AIOKafkaConsumer | None = None
        self._reach: dict[TopicPartition, int] = {}
        self._headers = [("ce_specversion", b"1.0"), ("ce_source", service.encode()), _JSON]

    async def run(self) -> None:
        """Send until cancelled. Any trouble is logged, waited for with growing pauses, and overcome."""
        failures = 0
        try:
            while True:
                try:
                    await self._hold_the_lock_and_send()
                except (KafkaError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    failures = 0 if self.state == "sending" else failures + 1
                    self.state = "troubled"
                    logger.warning("relay_troubled", error=repr(error))
                    await asyncio.sleep(min(LONGEST_PAUSE, 0.2 * 2**failures))
        finally:
            HOLDS_LOCK.set(0)
            await self._drop_producer()

    async def _hold_the_lock_and_send(self) -> None:
        db = await asyncpg.connect(str(self.settings.database_url), timeout=5, command_timeout=60)
        try:
            while not await db.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK):
                self.state = "waiting"
                await asyncio.sleep(self.settings.relay_poll_seconds)
            await db.add_listener(outbox.CHANNEL, lambda *_: self._wake.set())
            await db.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
            await self._send_for_ever(db)
        finally:
            HOLDS_LOCK.set(0)
            db.terminate()

    async def _send_for_ever(self, db: asyncpg.Connection) -> None:
        self._reach = {TopicPartition(r["topic"], r["partition"]): r["position"] for r in await db.fetch(_REACH)}
        failures, quiet = 0, True
        while True:
            try:
                if self._producer is None:
                    await self._start_producer()
                    quiet = True
                if quiet:
                    await self._look_for_loss()
                await self._send_all(db)
                failures, self.state = 0, "sending"
                HOLDS_LOCK.set(1)
                quiet = await self._wait()
            except LogLost as loss:
                count = await outbox.replay(db)
                await db.execute("DELETE FROM relay_reach")
                self._reach.clear()
                logger.warning("broker_lost_its_log", what=str(loss), sending_again=count)
            except (KafkaError, OSError, TimeoutError) as error:
                failures, self.state = failures + 1, "troubled"
                logger.warning("sending_failed", error=repr(error), failures=failures)
                if failures % PRODUCER_TRIES == 0:
                    await self._drop_producer()  # some producer states only end with the producer
                await asyncio.sleep(min(LONGEST_PAUSE, 0.2 * 2**failures))

    async def _start_producer(self) -> None:
        await create_topics(self.settings, topics_of(self.service))
        new = producer(self.settings)
        watcher = AIOKafkaConsumer(**connection(self.settings), request_timeout_ms=10_000)
        try:
            await new.start()
            await watcher.start()
        except BaseException:
            await asyncio.gather(new.stop(), watcher.stop(), return_exceptions=True)
            raise
        self._producer, self._watcher = new, watcher

    async def _drop_producer(self) -> None:
        clients = [client for client in (self._producer, self._watcher) if client is not None]
        self._producer = self._watcher = None
        for client in clients:
            try:
                await asyncio.wait_for(client.stop(), timeout=5)
            except (KafkaError, TimeoutError) as error:
                logger.warning("client_did_not_stop", error=repr(error))

    async def _wait(self) -> bool:
        """Until something is told, or the slow poll is due: then True."""
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=self.settings.relay_poll_seconds)
        except TimeoutError:
            return True
        finally:
            self._wake.clear()
        return False

    async def _look_for_loss(self) -> None:
        """Compare what the broker once acknowledged with what it has now. Raises LogLost when it has less."""
        if not self._reach or self._watcher is None:
            return
        ends = await asyncio.wait_for(self._watcher.end_offsets(list(self._reach)), timeout=10)
        for place, position in self._reach.items():
            if ends[place] <= position:
                raise LogLost(f"{place.topic}/{place.partition} ends at {ends[place]}, was written to {position}")

    async def _send_all(self, db: asyncpg.Connection) -> None:
        """Send everything unsent, from the lowest id. The next batch is fetched and sent while the last one settles."""
        held = {(r["topic"], r["key"]) for r in await db.fetch(_HELD)}
        last = 0
        previous: list[Sent] = []
        while True:
            rows = await db.fetch(_FETCH, last, self.settings.relay_batch)
            sending, refused = await self._send([r for r in rows if (r["topic"], r["key"]) not in held])
            await self._settle(db, previous)
            if refused is not None:
                await self._settle(db, sending)
                await self._note_refused(db, *refused)
            if not rows:
                return
            last, previous = rows[-1]["id"], sending

    async def _send(self, rows: Sequence[Any]) -> tuple[list[Sent], tuple[Any, KafkaError] | None]:
        """Hand rows to the producer. Returns what is on its way, and the row that the producer would not take."""
        if self._producer is None:
            raise KafkaConnectionError("no producer")
        sending: list[Sent] = []
        for row in rows:
            try:
                future = await self._producer.send(
                    row["topic"], value=row["payload"], key=row["key"], headers=self._headers_of(row)
                )
            except KafkaError as error:
                return sending, (row, error)
            sending.append((row, future))
        return sending, None

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

    async def _settle(self, db: asyncpg.Connection, sending: Sequence[Sent]) -> None:
        """Wait for the acknowledgements and mark what was sent: nothing of a key from its first failure on."""
        if not sending:
            return
        answers = await asyncio.gather(*(future for _, future in sending), return_exceptions=True)
        sent, reach, stopped = [], {}, set()
        failure: BaseException | None = None
        for (row, _), answer in zip(sending, answers, strict=True):
            key = (row["topic"], row["key"])
            if isinstance(answer, BaseException):
                failure = failure or answer
                stopped.add(key)
            elif key not in stopped:
                sent.append(row["id"])
                place = TopicPartition(answer.topic, answer.partition)
                if answer.offset <= self._reach.get(place, -1):
                    raise LogLost(f"{place.topic}/{place.partition} counts anew from {answer.offset}")
                reach[place] = answer.offset
        if sent:
            places = [(place.topic, place.partition, offset) for place, offset in reach.items()]
            await db.execute(_MARK, sent, *(list(column) for column in zip(*places, strict=True)))
            self._reach |= reach
            SENT.inc(len(sent))
        if failure is not None:
            raise failure

    async def _note_refused(self, db: asyncpg.Connection, row: Any, error: KafkaError) -> None:
        """After some tries a message that can never be sent is set aside: only its key waits, for a person."""
        if isinstance(error, POISON):
            tries = await db.fetchval(_REFUSED, row["id"], repr(error)[:500], TRIES, self.clock())
            logger.error("event_cannot_be_sent", outbox_id=row["id"], type=row["type"], tries=tries, error=repr(error))
        raise error


_JSON = ("content-type", b"application/json")
_REACH = "SELECT topic, partition, position FROM relay_reach"
_REFUSED = """
UPDATE outbox_unsent SET attempts = attempts + 1, error = $2,
       failed_at = CASE WHEN attempts + 1 >= $3 THEN $4::timestamptz END
WHERE id = $1 RETURNING attempts
"""
_HELD = """
SELECT DISTINCT o.topic, o.key FROM outbox_unsent u JOIN outbox o ON o.id = u.id WHERE u.failed_at IS NOT NULL
"""
