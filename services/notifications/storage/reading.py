"""Reading what was sent to whom: inboxes, and the proof of delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from shared.database import run

_OF_PERSON = """
SELECT d.id AS delivery_id, d.state AS delivery_state, d.settled_at, d.read_at, m.*
FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.account_id = $1
"""

_message = sa.table(
    "message",
    *(sa.column(name) for name in ("id", "kind", "about", "licence_number", "happened_at", "state", "attempts")),
    *(sa.column(name) for name in ("due_at", "waits_for")),
)
_delivery = sa.table(
    "delivery",
    *(sa.column(name) for name in ("id", "message_id", "address", "copy_to", "account_id", "state", "attempts")),
    *(sa.column(name) for name in ("due_at", "error", "settled_at")),
)


async def inbox(db: asyncpg.Connection, account_id: UUID, *, before: UUID | None, limit: int) -> list[asyncpg.Record]:
    """What was sent to a person, newest first."""
    rows: list[asyncpg.Record] = await db.fetch(
        _OF_PERSON + "AND ($2::uuid IS NULL OR d.id < $2) ORDER BY d.id DESC LIMIT $3", account_id, before, limit
    )
    return rows


async def from_inbox(db: asyncpg.Connection, account_id: UUID, delivery_id: UUID) -> asyncpg.Record | None:
    """One message to this person."""
    return await db.fetchrow(_OF_PERSON + "AND d.id = $2", account_id, delivery_id)


async def count_unread(db: asyncpg.Connection, account_id: UUID, *, up_to: int) -> int:
    """How many messages the person has not opened, counted so far."""
    return int(
        await db.fetchval(
            """
            SELECT count(*) FROM (SELECT 1 FROM delivery WHERE account_id = $1 AND read_at IS NULL LIMIT $2) AS counted
            """,
            account_id,
            up_to,
        )
    )


async def mark_read(db: asyncpg.Connection, account_id: UUID, *, delivery_id: UUID | None, now: datetime) -> None:
    """Note one message, or all, as opened."""
    await db.execute(
        "UPDATE delivery SET read_at = $3 WHERE account_id = $1 AND read_at IS NULL AND ($2::uuid IS NULL OR id = $2)",
        account_id,
        delivery_id,
        now,
    )


async def switched_off(db: asyncpg.Connection, account_id: UUID) -> set[str]:
    """What the person wants no mail about."""
    rows = await db.fetch("SELECT choice FROM switched_off WHERE account_id = $1", account_id)
    return {row["choice"] for row in rows}


async def switch_off(db: asyncpg.Connection, account_id: UUID, choices: Sequence[str]) -> None:
    """From now on no mail about these, and about everything else again."""
    await db.execute("DELETE FROM switched_off WHERE account_id = $1", account_id)
    await db.execute("INSERT INTO switched_off SELECT $1, unnest($2::text[])", account_id, list(choices))


async def deliveries(
    db: asyncpg.Connection,
    *,
    account_id: UUID | None,
    about: UUID | None,
    licence_number: str | None,
    state: str | None,
    before: tuple[UUID, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Messages with their deliveries, newest first: of one person, or of all. Those without a delivery too.

    `state` is one of a delivery, or `unaddressed` or `nobody` of a message.
    """
    m, d = _message.c, _delivery.c
    place = sa.func.coalesce(d.id, m.id)
    state_now = sa.func.coalesce(d.state, m.state)
    query = (
        sa.select(
            m.id.label("message_id"), m.kind, m.about, m.licence_number, m.happened_at, m.waits_for,
            d.id.label("delivery_id"), d.address, d.copy_to, d.error, d.settled_at, place.label("place"),
            state_now.label("state"), sa.func.coalesce(d.attempts, m.attempts).label("attempts"),
            sa.func.coalesce(d.due_at, m.due_at).label("due_at"),
        )
        .select_from(_message.outerjoin(_delivery, d.message_id == m.id))
        .order_by(m.id.desc(), place.desc())
        .limit(limit)
    )  # fmt: skip
    wanted: dict[Any, Any] = {d.account_id: account_id, m.about: about, m.licence_number: licence_number}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    if state in {"unaddressed", "nobody"}:
        query = query.where(m.state == state)
    elif state is not None:
        query = query.where(d.state == state)
    if before is not None:
        message_id, delivery_id = before
        query = query.where(m.id <= message_id, sa.tuple_(m.id, place) < sa.tuple_(message_id, delivery_id))
    return await run(db, query)


async def delivery_counts(db: asyncpg.Connection) -> asyncpg.Record:
    """What is still on its way or needs a person."""
    return await db.fetchrow(
        """
        SELECT (SELECT count(*) FROM delivery WHERE state = 'waiting') AS waiting,
               (SELECT count(*) FROM delivery WHERE state = 'failed') AS failed,
               (SELECT count(*) FROM message WHERE state = 'unaddressed') AS unaddressed
        """
    )


async def send_again(db: asyncpg.Connection, delivery_id: UUID, *, now: datetime) -> str | None:
    """Let a failed mail wait to be sent once more. Returns the state it had, None when there is no such delivery."""
    state: str | None = await db.fetchval("SELECT state FROM delivery WHERE id = $1 FOR UPDATE", delivery_id)
    if state == "failed":
        await db.execute(
            """
            UPDATE delivery SET state = 'waiting', attempts = 0, due_at = $2, settled_at = NULL WHERE id = $1
            """,
            delivery_id,
            now,
        )
    return state
