"""Hearing events: every message takes effect once, or lies where a person can see it. None is skipped.

A batch is one transaction: the ids go into the inbox together with all effects. When something in it fails, each
message is heard by itself; passing trouble is tried again with growing pauses, what still fails is parked: in a
table with its raw bytes, and on a dead-letter topic. Only then is the batch acknowledged.
"""

import asyncio
import collections
import itertools
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
from aiokafka import ConsumerRecord
from prometheus_client import Counter

from shared import inbox
from shared.contracts import HEARS, Envelope, Event, dead_letter_topic
from shared.database import AWAY
from shared.ids import new_id
from shared.outbox import DeadLetter
from shared.telemetry import continued, log, tracer
from shared.work import Work

logger = log("messaging")
HEARD = Counter("flegt_events_heard", "Messages taken from Kafka, by what became of them", ["type", "outcome"])

PAUSES = (0.1, 0.5, 2.0, 5.0)
"""Seconds between two tries of a message that met passing trouble. The database being away is waited for longer."""
LONGEST_WAIT = 60.0
"""Seconds after which a batch goes back to Kafka, so that the group does not take this member for dead."""

H = TypeVar("H", bound=Callable[..., Awaitable[None]])
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


class NotYet(Exception):
    """What a handler needs is on its way on another topic. Raised to be called again a little later."""


PASSING = (NotYet, asyncpg.TransactionRollbackError)
"""Trouble that goes away when the same thing is tried again."""


class Heard(NamedTuple):
    """An event with the envelope it came in."""

    envelope: Envelope
    event: Any


@dataclass(frozen=True)
class _Handler:
    event_type: type[Event]
    call: Callable[..., Awaitable[None]]
    together: bool
    reading: Callable[[Any, Envelope], Any] | None = None


class _Message(NamedTuple):
    """One record, opened: either `heard` by `handler`, or unreadable because of `error`."""

    record: ConsumerRecord
    headers: dict[str, str]
    heard: Heard | None = None
    handler: _Handler | None = None
    error: str | None = None

    @property
    def type(self) -> str:
        return self.headers.get("ce_type", "unknown")


class Listener:
    """What one service does with each event it hears."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.topics = HEARS[service]
        self._handlers: dict[str, _Handler] = {}

    def hears(self, event_type: type[Event]) -> Callable[[H], H]:
        """Register `async def handler(work, event)` for one type of event; `work.hearing` is its envelope."""
        return self._register(event_type, together=False)

    def hears_together(
        self, event_type: type[Event], *, reading: Callable[[Any, Envelope], Any] | None = None
    ) -> Callable[[H], H]:
        """Register `async def handler(work, heard: list[Heard])`: neighbours of one type are handled in one go.

        `reading` makes of each event, as soon as it is decoded, what the handler wants as `event`. Hundreds of large
        events do not fit into the processor's cache: to go through them again later takes as long as decoding them.
        """
        return self._register(event_type, together=True, reading=reading)

    def _register(
        self, event_type: type[Event], *, together: bool, reading: Callable[[Any, Envelope], Any] | None = None
    ) -> Callable[[H], H]:
        if event_type.topic not in self.topics:
            raise ValueError(f"{self.service} does not listen to {event_type.topic}; see shared.contracts.HEARS")

        def register(call: H) -> H:
            self._handlers[event_type.wire_name] = _Handler(event_type, call, together, reading)
            return call

        return register

    def open(self, record: ConsumerRecord) -> _Message | None:
        """Read one record. None when its type is none of this service's business."""
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers if value is not None}
        try:
            envelope = Envelope.from_headers(headers)
        except (KeyError, ValueError) as error:
            return _Message(record, headers, error=f"no CloudEvent: {error!r}")
        handler = self._handlers.get(envelope.type)
        if handler is None:
            if self._is_newer_version(envelope.type):
                return _Message(record, headers, error="a newer version than this service understands")
            HEARD.labels(envelope.type, "passed over").inc()
            return None
        try:
            event: Any = handler.event_type.model_validate_json(record.value or b"")
            if handler.reading:
                event = handler.reading(event, envelope)
        except Exception as error:
            return _Message(record, headers, error=f"not a valid {envelope.type}: {error!r}")
        return _Message(record, headers, Heard(envelope, event), handler)

    def _is_newer_version(self, wire_name: str) -> bool:
        name = re.sub(r"\.v\d+$", "", wire_name)
        return any(known.rsplit(".v", 1)[0] == name for known in self._handlers)


class Hearing:
    """A listener at work: takes batches from Kafka and brings each message to its end."""

    def __init__(self, listener: Listener, *, group: str, open_work: OpenWork) -> None:
        self.listener = listener
        self.group = group
        self.open_work = open_work
        self.is_busy = False

    async def hear(self, records: Sequence[ConsumerRecord]) -> None:
        """Bring every record to its end. Raises only when the database stays away; then nothing was acknowledged."""
        self.is_busy = True
        try:
            messages = [message for record in records if (message := self.listener.open(record))]
            if messages and not await self._heard_together(messages):
                deadline = asyncio.get_running_loop().time() + LONGEST_WAIT
                for message in messages:
                    await self._alone(message, deadline)
        finally:
            self.is_busy = False

    async def _heard_together(self, messages: Sequence[_Message]) -> bool:
        try:
            await self._together(messages)
        except Exception as error:
            logger.warning("batch_failed", size=len(messages), error=repr(error))
            return False
        return True

    async def settle(self, parked_id: int, act: str, *, by: str) -> bool:
        """Hear a parked message once more (`resend`), or `drop` it. False when it was settled before.

        When it fails again its error comes up, and it stays parked.
        """
        if act == "resend":
            return await self._hear_parked(parked_id, by=by)
        async with self.open_work() as work:
            if await inbox.take_parked(work.db, parked_id) is None:
                return False
            await inbox.settle_parked(work.db, parked_id, outcome="dropped", by=by, at=work.now)
        return True

    async def _hear_parked(self, parked_id: int, *, by: str) -> bool:
        async with self.open_work() as work:
            parked = await inbox.take_parked(work.db, parked_id)
            if parked is None:
                return False
            headers = [(name, value.encode()) for name, value in parked.headers.items()]
            message = self.listener.open(_record(parked, headers))
            if message is not None:
                if message.error or not (message.heard and message.handler):
                    raise ValueError(message.error)
                await inbox.accept(work.db, [message.heard.envelope.id])
                await self._call(work, message.handler, [message])
            await inbox.settle_parked(work.db, parked_id, outcome="sent again", by=by, at=work.now)
        return True

    async def _together(self, messages: Sequence[_Message]) -> None:
        """All messages in one transaction, neighbours with a handler for many at once."""
        async with self.open_work() as work:
            wanted = [message for message in messages if message.heard]
            fresh = await inbox.accept(work.db, [m.heard.envelope.id for m in wanted if m.heard])
            if fresh is not None:
                wanted = _first_of_each(wanted, fresh)
            for message in messages:
                if message.heard is None:
                    await self._park(work, message, message.error or "unreadable")
            for handler, neighbours in itertools.groupby(wanted, key=lambda m: m.handler):
                if handler is not None:
                    await self._call(work, handler, list(neighbours))
        outcomes = collections.Counter((m.type, "parked" if m.error else "heard") for m in messages)
        for (wire_name, outcome), count in outcomes.items():
            HEARD.labels(wire_name, outcome).inc(count)

    async def _call(self, work: Work, handler: _Handler, messages: Sequence[_Message]) -> None:
        heard = [message.heard for message in messages if message.heard]
        name = f"hear {handler.event_type.wire_name}"
        if handler.together:
            with tracer.start_as_current_span(name, context=continued(heard[0].envelope.traceparent)):
                await handler.call(work, heard)
            return
        for one in heard:
            with tracer.start_as_current_span(name, context=continued(one.envelope.traceparent)):
                work.hearing = one.envelope
                await handler.call(work, one.event)

    async def _alone(self, message: _Message, deadline: float) -> None:
        """One message in a transaction of its own, tried again while the trouble may pass, then parked."""
        pauses = iter(PAUSES)
        while True:
            try:
                await self._together([message])
            except (*AWAY, *PASSING) as error:
                if not await self._database_answers():
                    if asyncio.get_running_loop().time() > deadline:
                        raise
                    logger.warning("database_away", type=message.type, error=repr(error))
                    await asyncio.sleep(1)
                    continue
                pause = next(pauses, None)
                if pause is None:
                    return await self._park_alone(message, error)
                await asyncio.sleep(pause)
            except Exception as error:
                return await self._park_alone(message, error)
            else:
                return None

    async def _database_answers(self) -> bool:
        """Whether the database is there: then an error that looks like its absence came from the message's handling."""
        try:
            async with self.open_work() as work:
                await work.db.execute("SELECT 1")
        except AWAY:
            return False
        return True

    async def _park_alone(self, message: _Message, error: Exception) -> None:
        async with self.open_work() as work:
            if message.heard:
                await inbox.accept(work.db, [message.heard.envelope.id])
            await self._park(work, message, repr(error))
        HEARD.labels(message.type, "parked").inc()

    async def _park(self, work: Work, message: _Message, error: str) -> None:
        record = message.record
        parked = inbox.Parked(
            topic=record.topic,
            partition=record.partition,
            position=record.offset,
            key=record.key,
            value=record.value or b"",
            headers=message.headers,
            type=message.headers.get("ce_type"),
            error=error[:2_000],
        )
        if not await inbox.park(work.db, parked, at=work.now):
            return
        logger.error("message_parked", topic=record.topic, position=record.offset, type=message.type, error=error[:300])
        work.tell(
            DeadLetter(
                topic=dead_letter_topic(record.topic, self.group),
                key=record.key,
                type=message.type,
                payload=record.value or b"",
                headers=message.headers | {"error": error[:300], "parked_by": self.group},
                event_id=_id_of(message),
            )
        )


def _first_of_each(messages: Sequence[_Message], fresh: set[UUID]) -> list[_Message]:
    """The first message of each of these ids; what came twice in one batch is heard once."""
    wanted = []
    for message in messages:
        if message.heard and message.heard.envelope.id in fresh:
            fresh.remove(message.heard.envelope.id)
            wanted.append(message)
    return wanted


def _id_of(message: _Message) -> UUID:
    return message.heard.envelope.id if message.heard else new_id()


def _record(parked: inbox.Parked, headers: list[tuple[str, bytes]]) -> ConsumerRecord:
    return ConsumerRecord(
        topic=parked.topic,
        partition=parked.partition,
        offset=parked.position,
        timestamp=0,
        timestamp_type=0,
        key=parked.key,
        value=parked.value,
        checksum=None,
        serialized_key_size=len(parked.key or b""),
        serialized_value_size=len(parked.value),
        headers=headers,
    )
