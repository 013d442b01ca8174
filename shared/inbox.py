"""The inbox: the id of an event is kept in the transaction of its effect, so an event is heard once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

_ACCEPT = """
WITH fresh AS (
    INSERT INTO inbox (event_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id
)
SELECT coalesce(array_agg(event_id), '{}') AS ids FROM fresh HAVING count(*) < cardinality($1)
"""


async def accept(db: asyncpg.Connection, ids: Sequence[UUID]) -> set[UUID] | None:
    """Note these events as heard. None when each is new and named once, as nearly always; else those that are new."""
    row = await db.fetchrow(_ACCEPT, ids)
    return None if row is None else set(row["ids"])


async def prune(db: asyncpg.Connection, *, now: datetime, keep: timedelta) -> int:
    """Forget ids heard longer ago than `keep`. Returns how many."""
    status = await db.execute("DELETE FROM inbox WHERE heard_at < $1", now - keep)
    return int(status.split()[-1])


@dataclass(frozen=True)
class Parked:
    """A message that could not be handled, as it came, with what went wrong."""

    topic: str
    partition: int
    position: int
    key: bytes | None
    value: bytes
    headers: dict[str, str]
    type: str | None
    error: str

    @property
    def fingerprint(self) -> bytes:
        """The same message parked twice is one row, also when a broker was refilled and counts anew."""
        identity = self.headers.get("ce_id") or f"{self.partition}:{self.position}"
        return hashlib.sha256(b"\0".join([self.topic.encode(), identity.encode(), self.value])).digest()


async def park(db: asyncpg.Connection, message: Parked, *, at: datetime) -> bool:
    """Keep a message for a person to look at. False when it lies here already."""
    return bool(
        await db.fetchval(
            """
            INSERT INTO parked (topic, partition, position, key, value, headers, fingerprint, type, error, parked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (fingerprint) DO NOTHING RETURNING true
            """,
            message.topic,
            message.partition,
            message.position,
            message.key,
            message.value,
            message.headers,
            message.fingerprint,
            message.type,
            message.error,
            at,
        )
    )


async def parked(db: asyncpg.Connection, *, after: int = 0, limit: int = 50) -> list[asyncpg.Record]:
    """Messages that wait for a person, oldest first."""
    rows: list[asyncpg.Record] = await db.fetch(
        """
        SELECT id, topic, partition, position, type, error, parked_at, headers, value FROM parked
        WHERE settled_at IS NULL AND id > $1 ORDER BY id LIMIT $2
        """,
        after,
        limit,
    )
    return rows


async def take_parked(db: asyncpg.Connection, parked_id: int) -> Parked | None:
    """Lock one waiting message, or None when it is settled or was never here."""
    row = await db.fetchrow("SELECT * FROM parked WHERE id = $1 AND settled_at IS NULL FOR UPDATE", parked_id)
    if row is None:
        return None
    return Parked(
        topic=row["topic"],
        partition=row["partition"],
        position=row["position"],
        key=row["key"],
        value=row["value"],
        headers=row["headers"],
        type=row["type"],
        error=row["error"],
    )


async def settle_parked(db: asyncpg.Connection, parked_id: int, *, outcome: str, by: str, at: datetime) -> None:
    """Note what became of a parked message: `sent again` or `dropped`, and who did it."""
    await db.execute(
        "UPDATE parked SET settled_at = $2, settled_as = $3, settled_by = $4 WHERE id = $1", parked_id, at, outcome, by
    )


async def count_parked(db: asyncpg.Connection) -> int:
    """How many messages wait for a person."""
    return int(await db.fetchval("SELECT count(*) FROM parked WHERE settled_at IS NULL"))
