"""The mails on their way, in the database: claimed, sent, tried again, given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.notifications.domain import Message
from services.notifications.storage.messages import message_in


@dataclass(frozen=True)
class Outgoing:
    """One mail to be sent. `attempts` counts earlier tries; `first_name` is None for a mailbox."""

    id: UUID
    message: Message
    address: str
    copy_to: str | None
    reply_to: str | None
    language: str
    time_zone: str
    first_name: str | None
    last_name: str | None
    attempts: int


_CLAIM = """
UPDATE delivery SET due_at = $2
WHERE id IN (SELECT id FROM delivery WHERE state = 'waiting' AND due_at <= $1
             ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_READ = """
SELECT d.id AS delivery_id, d.address, d.copy_to, d.reply_to, d.language, d.time_zone, d.attempts AS delivery_attempts,
       a.first_name, a.last_name, m.*
FROM delivery d JOIN message m ON m.id = d.message_id
     LEFT JOIN account a ON a.account_id = d.account_id
WHERE d.id = ANY($1::uuid[]) ORDER BY d.id
"""


async def claim(db: asyncpg.Connection, *, now: datetime, until: datetime, limit: int) -> list[Outgoing]:
    """Take due mails for oneself until `until`; nobody else takes them before. Oldest first."""
    claimed = await db.fetch(_CLAIM, now, until, limit)
    return await read(db, [row["id"] for row in claimed])


async def read(db: asyncpg.Connection, delivery_ids: list[UUID]) -> list[Outgoing]:
    """These mails with all that is needed to write them."""
    return [
        Outgoing(
            id=row["delivery_id"],
            message=message_in(row),
            address=row["address"],
            copy_to=row["copy_to"],
            reply_to=row["reply_to"],
            language=row["language"],
            time_zone=row["time_zone"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            attempts=row["delivery_attempts"],
        )
        for row in await db.fetch(_READ, delivery_ids)
    ]


async def note_sent(db: asyncpg.Connection, delivery_id: UUID, *, now: datetime, remark: str | None) -> bool:
    """The mail server took it. False when another sender was faster."""
    return await _settle(db, delivery_id, "sent", now, remark)


async def note_failed(db: asyncpg.Connection, delivery_id: UUID, *, now: datetime, error: str) -> bool:
    """It is given up. False when another sender was faster."""
    return await _settle(db, delivery_id, "failed", now, error)


async def _settle(db: asyncpg.Connection, delivery_id: UUID, state: str, now: datetime, error: str | None) -> bool:
    status = await db.execute(
        """
        UPDATE delivery SET state = $2, attempts = attempts + 1, settled_at = $3, error = $4
        WHERE id = $1 AND state = 'waiting'
        """,
        delivery_id,
        state,
        now,
        error,
    )
    return bool(status == "UPDATE 1")


async def put_off(db: asyncpg.Connection, delivery_id: UUID, *, due_at: datetime, error: str) -> None:
    """It met trouble and is tried again later."""
    await db.execute(
        "UPDATE delivery SET attempts = attempts + 1, due_at = $2, error = $3 WHERE id = $1 AND state = 'waiting'",
        delivery_id,
        due_at,
        error,
    )


async def give_back(db: asyncpg.Connection, delivery_ids: list[UUID], *, due_at: datetime, error: str | None) -> None:
    """Not tried at all (the mail server is away): due again, and no attempt is counted."""
    await db.execute(
        "UPDATE delivery SET due_at = $2, error = coalesce($3, error) WHERE id = ANY($1::uuid[]) AND state = 'waiting'",
        delivery_ids,
        due_at,
        error,
    )


async def next_due(db: asyncpg.Connection, *, addressing_delay: timedelta) -> datetime | None:
    """When the next message is to be addressed or the next mail to be sent."""
    moment: datetime | None = await db.fetchval(
        """
        SELECT least((SELECT min(due_at) + $1::interval FROM message WHERE state = 'unaddressed'),
                     (SELECT min(due_at) FROM delivery WHERE state = 'waiting'))
        """,
        addressing_delay,
    )
    return moment
