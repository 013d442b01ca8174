"""The relay: takes what waits in the outbox to Kafka, in order per key, and never gives up.

One relay at a time works per database (advisory lock on a connection of its own). Rows are marked only when the
broker has acknowledged them; a crash in between sends them again, and listeners hear each id once.
"""

import asyncio
import json
from collections.abc import Sequence

import asyncpg
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from shared import outbox
from shared.contracts import topics_of
from shared.database import RELAY_LOCK
from shared.kafka import create_topics
from shared.sending import Batch, Refused, Sender
from shared.settings import ServiceSettings
from shared.telemetry import log
from shared.work import Clock

logger = log("relay")
SENT = Counter("flegt_events_sent", "Events the broker acknowledged")
HOLDS_LOCK = Gauge("flegt_relay_holds_lock", "1 while this process is the one that sends")

TRIES = 3
"""How often a message that is too large is tried before it is set aside; someone may have raised the limit."""
LONGEST_PAUSE = 10.0
SENDER_TRIES = 3
"""After so many failures in a row the producer is made anew: some of its states end only with it."""

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
_REACH = "SELECT topic, partition, position FROM relay_reach"
_REFUSED = """
UPDATE outbox_unsent SET attempts = attempts + 1, error = $2,
       failed_at = CASE WHEN attempts + 1 >= $3 THEN $4::timestamptz END
WHERE id = $1 RETURNING attempts
"""
_HELD = """
SELECT DISTINCT o.topic, o.key FROM outbox_unsent u JOIN outbox o ON o.id = u.id WHERE u.failed_at IS NOT NULL
"""


class LogLost(Exception):
    """The broker's log is shorter than what it has acknowledged: it was lost and must be refilled."""


class Relay:
    """Runs for the whole life of a service.

    `state` is `starting`, `sending`, `waiting` (another process holds the lock) or `troubled` (the database or the
    broker cannot be reached).
    """

    def __init__(self, service: str, settings: ServiceSettings, clock: Clock) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.state = "starting"
        self._wake = asyncio.Event()
        self._sender: Sender | None = None
        self._reach: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Send until cancelled. Any trouble is logged, waited for with growing pauses, and overcome."""
        failures = 0
        try:
            while True:
                try:
                    await self._hold_the_lock_and_send()
                except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    failures = 0 if self.state == "sending" else failures + 1
                    self.state = "troubled"
                    logger.warning("relay_troubled", error=repr(error))
                    await asyncio.sleep(min(LONGEST_PAUSE, 0.2 * 2**failures))
        finally:
            await self._drop_sender()

    async def _hold_the_lock_and_send(self) -> None:
        db = await asyncpg.connect(str(self.settings.database_url), timeout=5, command_timeout=60)
        try:
            while not await db.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK):
                self.state = "waiting"
                await asyncio.sleep(self.settings.relay_poll_seconds)
            HOLDS_LOCK.set(1)
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
                if self._sender is None:
                    await self._start_sender()
                    quiet = True
                if quiet:
                    await self._look_for_loss()
                await self._send_all(db)
                failures, self.state = 0, "sending"
                quiet = await self._wait()
            except LogLost as loss:
                count = await outbox.replay(db)
                await db.execute("DELETE FROM relay_reach")
                self._reach.clear()
                logger.warning("broker_lost_its_log", what=str(loss), sending_again=count)
            except (Refused, KafkaError, TimeoutError) as error:
                failures, self.state = failures + 1, "troubled"
                logger.warning("sending_failed", error=repr(error), failures=failures)
                if failures % SENDER_TRIES == 0:
                    await self._drop_sender()
                await asyncio.sleep(min(LONGEST_PAUSE, 0.2 * 2**failures))

    async def _start_sender(self) -> None:
        await create_topics(self.settings, topics_of(self.service))
        sender = Sender(self.service, self.settings)
        await sender.start()
        self._sender = sender

    async def _drop_sender(self) -> None:
        sender, self._sender = self._sender, None
        if sender is not None:
            await sender.stop()

    async def _wait(self) -> bool:
        """Until something is told, or the slow poll is due: then True."""
        try:
            async with asyncio.timeout(self.settings.relay_poll_seconds):
                await self._wake.wait()
        except TimeoutError:
            return True
        finally:
            self._wake.clear()
        return False

    async def _look_for_loss(self) -> None:
        """Compare what the broker once acknowledged with what it has now. Raises LogLost when it has less.

        What is remembered is where each partition's last batch began: the embedded broker counts a partition's end
        from there, not from the batch's last message.
        """
        if not self._reach or self._sender is None:
            return
        ends = await self._sender.ends(list(self._reach))
        for place, position in self._reach.items():
            if ends[place] <= position:
                raise LogLost(f"{place.topic}/{place.partition} ends at {ends[place]}, was written to {position}")

    async def _send_all(self, db: asyncpg.Connection) -> None:
        """Send everything unsent, from the lowest id. The next rows are fetched and sent while the last ones settle."""
        held = {(row["topic"], row["key"]) for row in await db.fetch(_HELD)}
        last = 0
        previous: list[Batch] = []
        while self._sender is not None:
            rows = await db.fetch(_FETCH, last, self.settings.relay_batch)
            free = [row for row in rows if (row["topic"], row["key"]) not in held] if held else rows
            try:
                sending = await self._sender.send(free)
            except Refused as refused:
                await self._settle(db, [*previous, *refused.sent])
                await self._note_refused(db, refused)
                raise
            await self._settle(db, previous)
            if not rows:
                return
            last, previous = rows[-1]["id"], sending

    async def _settle(self, db: asyncpg.Connection, batches: Sequence[Batch]) -> None:
        """Wait for the acknowledgements and mark what was sent: nothing of a partition from its first failure on."""
        answers = await asyncio.gather(*(batch.answer for batch in batches), return_exceptions=True)
        sent: list[int] = []
        reach: dict[TopicPartition, int] = {}
        failures: dict[TopicPartition, BaseException] = {}
        for batch, answer in zip(batches, answers, strict=True):
            if isinstance(answer, BaseException):
                failures.setdefault(batch.place, answer)
            elif batch.place not in failures:
                if answer.offset <= self._reach.get(batch.place, -1):
                    raise LogLost(f"{batch.place.topic}/{batch.place.partition} counts anew from {answer.offset}")
                reach[batch.place] = answer.offset
                sent += batch.ids
        if sent:
            places = [(place.topic, place.partition, position) for place, position in reach.items()]
            await db.execute(_MARK, sent, *(list(column) for column in zip(*places, strict=True)))
            self._reach |= reach
            SENT.inc(len(sent))
        for failure in failures.values():
            raise failure

    async def _note_refused(self, db: asyncpg.Connection, refused: Refused) -> None:
        """After some tries a message that can never be sent is set aside: only its key waits, for a person."""
        row, error = refused.row, repr(refused.error)[:500]
        tries = await db.fetchval(_REFUSED, row["id"], error, TRIES, self.clock())
        logger.error("event_cannot_be_sent", outbox_id=row["id"], type=row["type"], tries=tries, error=error)
