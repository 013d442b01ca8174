"""The outbox: events wait here, written in the transaction that made them true, until the relay has sent them.

Rows stay after sending, so that a broker that lost everything can be refilled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from shared.contracts import Event
from shared.ids import new_id

CHANNEL = "outbox"

_ADD = f"""
WITH told AS (
    INSERT INTO outbox (event_id, topic, key, type, payload, occurred_at, traceparent, headers)
    SELECT event_id, topic, key, type, payload, $8, traceparent, headers
    FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::jsonb[], $7::text[])
         WITH ORDINALITY AS t (event_id, topic, key, type, payload, headers, traceparent, position)
    ORDER BY position
    RETURNING id
), waiting AS (
    INSERT INTO outbox_unsent (id) SELECT id FROM told
)
SELECT pg_notify('{CHANNEL}', '')
"""


@dataclass(frozen=True)
class DeadLetter:
    """A message that could not be handled, on its way to a dead-letter topic with all it came with."""

    topic: str
    key: bytes | None
    type: str
    payload: bytes
    headers: dict[str, str]
    event_id: UUID


async def add(db: asyncpg.Connection, told: Sequence[tuple[Event | DeadLetter, str | None]], *, at: datetime) -> None:
    """Write what was told, in order, in the caller's transaction; the relay wakes when that commits.

    Each fact comes with the trace context it was told in.

    Call it last in the transaction: ids of one aggregate then follow the order of its row lock.
    """
    rows = [(*_row(fact), traceparent) for fact, traceparent in told]
    columns = [list(column) for column in zip(*rows, strict=True)]
    await db.execute(_ADD, *columns, at)


def _row(fact: Event | DeadLetter) -> tuple[UUID, str, bytes | None, str, bytes, dict[str, str] | None]:
    if isinstance(fact, DeadLetter):
        return fact.event_id, fact.topic, fact.key, fact.type, fact.payload, fact.headers
    return new_id(), fact.topic, fact.key.encode(), fact.wire_name, fact.model_dump_json().encode(), None


async def replay(
    db: asyncpg.Connection, *, first: int = 0, last: int | None = None, topics: Sequence[str] | None = None
) -> int:
    """Send kept events again: all, a range of outbox ids, or some topics. Returns how many.

    Listeners know the ids they have heard, so sending again is always safe.
    """
    status = await db.execute(
        """
        INSERT INTO outbox_unsent (id)
        SELECT id FROM outbox
        WHERE id >= $1 AND ($2::bigint IS NULL OR id <= $2) AND ($3::text[] IS NULL OR topic = ANY($3))
        ON CONFLICT (id) DO UPDATE SET attempts = 0, failed_at = NULL, error = NULL
        """,
        first,
        last,
        list(topics) if topics is not None else None,
    )
    await db.execute(f"SELECT pg_notify('{CHANNEL}', '')")
    return int(status.split()[-1])


async def prune(db: asyncpg.Connection, *, now: datetime, keep: timedelta, limit: int = 10_000) -> int:
    """Forget sent events older than `keep`, at most `limit` at a time. Returns how many."""
    status = await db.execute(
        """
        DELETE FROM outbox WHERE id IN (
            SELECT o.id FROM outbox o
            WHERE o.occurred_at < $1 AND NOT EXISTS (SELECT 1 FROM outbox_unsent u WHERE u.id = o.id)
            ORDER BY o.id LIMIT $2)
        """,
        now - keep,
        limit,
    )
    return int(status.split()[-1])


@dataclass(frozen=True)
class Unsent:
    """What still waits to be sent. `oldest` is when the oldest of it happened; `failed` needs a person."""

    count: int
    oldest: datetime | None
    failed: int


async def unsent(db: asyncpg.Connection) -> Unsent:
    """How much waits, counted up to 10,000."""
    row = await db.fetchrow(
        """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox_unsent LIMIT 10000) AS waiting) AS count,
               (SELECT occurred_at FROM outbox WHERE id = (SELECT min(id) FROM outbox_unsent)) AS oldest,
               (SELECT count(*) FROM outbox_unsent WHERE failed_at IS NOT NULL) AS failed
        """
    )
    return Unsent(row["count"], row["oldest"], row["failed"])


async def failed(db: asyncpg.Connection, limit: int = 50) -> list[asyncpg.Record]:
    """Events that can never be sent as they are, oldest first; events with their key wait behind them."""
    rows: list[asyncpg.Record] = await db.fetch(
        """
        SELECT o.id, o.topic, o.type, o.occurred_at, u.attempts, u.error
        FROM outbox_unsent u JOIN outbox o ON o.id = u.id WHERE u.failed_at IS NOT NULL ORDER BY u.id LIMIT $1
        """,
        limit,
    )
    return rows
