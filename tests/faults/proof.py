"""Counting: what has arrived, and that nothing is still on its way."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.databases import SERVICES
from deploy.local.product import Product
from shared.contracts import HEARS, topics_of
from shared.testing.waiting import until
from tests.journeys.stage import ask, mails_to


@asynccontextmanager
async def session(product: Product, service: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a service's database, as that service."""
    db = await asyncpg.connect(product.database_url(service))
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def locked(product: Product, service: str, table: str, mode: str) -> AsyncIterator[None]:
    """Hold a lock on a table, so that whoever wants it waits until we let go."""
    async with session(product, service) as db, db.transaction():
        await db.execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield


async def somebody_waits_for(product: Product, service: str, table: str) -> None:
    """Wait until a transaction hangs on the locked table."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::text::regclass"
    await until(lambda: ask(product, service, query, table), within=30, what=f"nobody waiting for {table}")


async def unsent(product: Product, service: str) -> int:
    """How many events of a service the broker has not acknowledged."""
    return int(await ask(product, service, "SELECT count(*) FROM outbox_unsent"))


async def everything_has_settled(product: Product) -> None:
    """Wait until all events are sent, heard by every listener, and their mails delivered."""
    for service in SERVICES:
        await until(partial(_all_sent, product, service), within=60, what=f"unsent events of {service}")
    for service in (name for name in SERVICES if HEARS.get(name)):
        await until(partial(_all_heard, product, service), within=60, what=f"events {service} has not heard")
    await until(lambda: _all_mailed(product), within=60, what="mails on their way")


_REACH = """
SELECT topic, partition, position, (SELECT count(*) FROM outbox_unsent) AS unsent
FROM (SELECT 1) AS always LEFT JOIN relay_reach ON true
"""


async def _all_sent(product: Product, service: str) -> bool:
    """Whether nothing waits in the outbox, and the broker still has all that it once had: one that lost its memory
    counts as empty until it is refilled."""
    async with session(product, service) as db:
        rows = await db.fetch(_REACH)
    if rows[0]["unsent"]:
        return False
    reach = {TopicPartition(row["topic"], row["partition"]): row["position"] for row in rows if row["topic"]}
    async with onlooker(product, service) as consumer:
        ends = await consumer.end_offsets(list(reach))
    return all(ends[place] > position for place, position in reach.items())


async def _all_heard(product: Product, service: str) -> bool:
    """Whether the service's consumer group has acknowledged every message of every topic it hears."""
    places = _places(product, *HEARS[service])
    async with onlooker(product, service) as consumer:
        ends = await consumer.end_offsets(places)
        heard = [await consumer.committed(place) or 0 for place in places]
    return all(position >= ends[place] for place, position in zip(places, heard, strict=True))


@asynccontextmanager
async def onlooker(product: Product, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Sees how far a consumer group is without being a member of it."""
    consumer = AIOKafkaConsumer(bootstrap_servers=product.bootstrap, group_id=group, enable_auto_commit=False)
    consumer.assign(_places(product, *topics_of(group)))
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


def _places(product: Product, *topics: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for topic in topics for number in range(product.broker.partitions)]


async def _all_mailed(product: Product) -> bool:
    waiting = """
        SELECT (SELECT count(*) FROM message WHERE state = 'unaddressed')
             + (SELECT count(*) FROM delivery WHERE state = 'waiting')
    """
    return bool(await ask(product, "notifications", waiting) == 0)


async def arrived_once(product: Product, licences: Sequence[dict[str, Any]]) -> None:
    """Each licence has one case, and each of its events was told and heard once."""
    numbers = [licence["boxes"]["licence_number"] for licence in licences]
    cases = "SELECT count(*) FROM licence_case WHERE licence_number = ANY($1)"

    async def arrived() -> bool:
        return bool(await ask(product, "validation", cases, numbers) == len(numbers))

    await until(arrived, within=90, what="licences without a case")
    await everything_has_settled(product)
    assert await ask(product, "validation", cases, numbers) == len(numbers)
    told = "SELECT array_agg(event_id) FROM outbox WHERE topic = 'licences.licences' AND key = ANY($1::bytea[])"
    ids = await ask(product, "licences", told, [licence["id"].encode() for licence in licences])
    assert len(ids) == len(numbers)
    for service in ("validation", "notifications"):
        assert await ask(product, service, "SELECT count(*) FROM inbox WHERE event_id = ANY($1)", ids) == len(ids)
        assert await ask(product, service, "SELECT count(*) FROM parked") == 0


async def mailed_once(product: Product, address: str, licences: Sequence[dict[str, Any]]) -> None:
    """This person got one mail about each submission."""
    subjects = [mail["subject"] for mail in await mails_to(product, address)]
    for licence in licences:
        assert subjects.count(f"Licence {licence['boxes']['licence_number']}: submitted") == 1
