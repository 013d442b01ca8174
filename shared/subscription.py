"""Being connected to Kafka as a listener: the one subscriber of a service, and who notices when it stands still."""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import LogicSubscriber

from shared.contracts import dead_letter_topic
from shared.kafka import connection, create_topics
from shared.messaging import Hearing
from shared.settings import ServiceSettings
from shared.telemetry import log

logger = log("subscription")
LOOK_SECONDS = 5.0
STUCK_SECONDS = 20.0
"""So long may messages lie there while none is taken, before the connection is made anew."""
UNASSIGNED_SECONDS = 120.0
"""So long may a member be without partitions; there may be more members than partitions, so this is no hurry."""
LONGEST_PAUSE = 10.0


class Stuck(Exception):
    """The consumer stands still although it has work; only a new one helps (aiokafka #703, #1186)."""


class AcknowledgesFirst(Exception):
    """A subscriber would acknowledge before its effect is kept, and so could lose messages."""


class Subscription:
    """Hears for ever: connects however long it takes, and connects anew when it stands still."""

    def __init__(self, settings: ServiceSettings, hearing: Hearing) -> None:
        self.settings = settings
        self.hearing = hearing
        self.broker: KafkaBroker | None = None
        self._caught_up_at = time.monotonic()

    @property
    def behind_seconds(self) -> float:
        """How long ago nothing waited to be heard, as far as was looked: a few seconds even when all is well."""
        return time.monotonic() - self._caught_up_at

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """The connected consumer, for those who look how it is."""
        for subscriber in self.broker.subscribers if self.broker else ():
            if isinstance(subscriber, LogicSubscriber):
                return subscriber.consumer
        return None

    async def run(self) -> None:
        """Until cancelled. A service that hears nothing has nothing to do here."""
        heard = self.hearing.listener.topics
        topics = [*heard, *(dead_letter_topic(topic, self.hearing.group) for topic in heard)]
        pause = 0.2
        while topics:
            broker = subscribe(self.settings, self.hearing)
            try:
                await create_topics(self.settings, topics)
                await broker.start()
                self.broker, pause = broker, 0.2
                await self._watch()
            except (Stuck, KafkaError, OSError, TimeoutError) as error:
                logger.warning("not_hearing", error=repr(error))
            finally:
                self.broker = None
                await _stop(broker)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _watch(self) -> None:
        """Look now and then whether it gets on. Raises Stuck."""
        loop = asyncio.get_running_loop()
        seen, since = None, loop.time()
        while (consumer := self.consumer) is not None:
            waiting = await self._look(consumer)
            behind = None if self.hearing.is_busy else waiting
            if behind is None or behind != seen:
                seen, since = behind, loop.time()
            elif loop.time() - since > (STUCK_SECONDS if behind else UNASSIGNED_SECONDS):
                raise Stuck(f"nothing taken since {loop.time() - since:.0f} s, waiting at {behind or 'no partition'}")
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, consumer: AIOKafkaConsumer) -> dict[Any, int | None] | None:
        """What waits, as `_behind` says; None also when the broker cannot be asked. A member without partitions has
        nothing to be behind with."""
        try:
            waiting = await _behind(consumer)
        except (KafkaError, TimeoutError):
            return None
        if not waiting:
            self._caught_up_at = time.monotonic()
        return waiting


async def _behind(consumer: AIOKafkaConsumer) -> dict[Any, int | None] | None:
    """Where messages wait: each partition's position. Empty without any partition; None when nothing waits."""
    places = consumer.assignment()
    if not places:
        return {}
    async with asyncio.timeout(5):
        ends = await consumer.end_offsets(list(places))
    positions = {place: await _position(consumer, place) for place in places}
    return {p: at for p, at in positions.items() if ends[p] > 0 and (at is None or at < ends[p])} or None


async def _position(consumer: AIOKafkaConsumer, place: Any) -> int | None:
    try:
        async with asyncio.timeout(1):
            return int(await consumer.position(place))
    except TimeoutError:
        return None


async def _stop(broker: KafkaBroker) -> None:
    try:
        async with asyncio.timeout(20):
            await broker.stop()
    except (KafkaError, TimeoutError) as error:
        logger.warning("subscriber_did_not_stop", error=repr(error))


def subscribe(settings: ServiceSettings, hearing: Hearing) -> KafkaBroker:
    """A broker with the one subscriber a service has: all its topics, in batches, acknowledged after the commit."""
    broker = KafkaBroker(
        **{k: v for k, v in connection(settings).items() if k == "bootstrap_servers"},
        **_security(settings),
        allow_auto_create_topics=False,
        request_timeout_ms=settings.kafka_request_timeout_ms,
        apply_types=False,
        logger=None,
    )
    if hearing.listener.topics:
        subscriber = broker.subscriber(
            *hearing.listener.topics,
            group_id=hearing.group,
            batch=True,
            max_records=settings.kafka_batch,
            batch_timeout_ms=settings.kafka_poll_ms,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_heartbeat_ms,
            max_poll_interval_ms=settings.kafka_max_poll_interval_ms,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            parser=_keep_raw,
            decoder=_take_raw,
        )
        subscriber(hearing.hear)
        subscriber.get_msg = partial(_next_batch, settings)  # type: ignore[method-assign]
    refuse_acknowledging_first(broker)
    return broker


def refuse_acknowledging_first(broker: KafkaBroker) -> None:
    """Stop the start when any subscriber would acknowledge before it has worked."""
    for subscriber in broker.subscribers:
        if subscriber.ack_policy is AckPolicy.ACK_FIRST:
            topics = subscriber.topic_names if isinstance(subscriber, LogicSubscriber) else "?"
            raise AcknowledgesFirst(f"the subscriber of {topics} acknowledges before its effect is kept")


def _security(settings: ServiceSettings) -> dict[str, Any]:
    if settings.kafka_security_protocol == "PLAINTEXT":
        return {}
    from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

    options = connection(settings)
    context, use_ssl = options.get("ssl_context"), "ssl_context" in options
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    if settings.kafka_sasl_mechanism is None:
        return {"security": BaseSecurity(ssl_context=context, use_ssl=use_ssl)}
    kind = kinds[settings.kafka_sasl_mechanism]
    user, password = settings.kafka_user or "", settings.kafka_password or ""
    return {"security": kind(username=user, password=password, ssl_context=context, use_ssl=use_ssl)}


async def _next_batch(settings: ServiceSettings, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
    """What came, or nothing after a while. FastStream's own does not listen for as long again after an empty poll."""
    found = await consumer.getmany(timeout_ms=settings.kafka_poll_ms, max_records=settings.kafka_batch)
    return tuple(chain.from_iterable(found.values()))


async def _keep_raw(records: tuple[ConsumerRecord, ...], original: Callable[..., Awaitable[Any]]) -> Any:
    """FastStream's own parser decodes headers and would loop for ever on one that is no text; ours parks it."""
    message = await original((dataclasses.replace(records[0], headers=(), value=b""),))
    message.raw_message = records
    return message


async def _take_raw(message: Any) -> Any:
    return message.raw_message
