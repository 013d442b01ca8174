"""Messages that wait to be addressed, and the deliveries that come of them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain import DeliveryState, Message, Recipient
from shared.ids import new_id

CHANNEL = "messages"

_ADD_MESSAGE = """
INSERT INTO message (id, event_id, kind, about, happened_at, expires_at, person_id, operator_id, country, office,
                     licence_number, data, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (event_id, kind) DO NOTHING
"""
_ADD_DELIVERY = """
INSERT INTO delivery (id, message_id, address, account_id, language, time_zone, copy_to, reply_to, state, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (message_id, address) DO NOTHING
"""


async def wake(db: asyncpg.Connection) -> None:
    """Let the postman look, when this transaction commits."""
    await db.execute(f"SELECT pg_notify('{CHANNEL}', '')")


async def add_messages(db: asyncpg.Connection, found: Sequence[Message], *, now: datetime) -> None:
    """Keep messages until they are addressed; one that is here already is passed over."""
    rows = [
        (
            m.id, m.event_id, m.kind, m.about, m.happened_at, m.expires_at, m.person_id, m.operator_id, m.country,
            m.office, m.licence_number, dict(m.data), now,
        )
        for m in found
    ]  # fmt: skip
    await db.executemany(_ADD_MESSAGE, rows)
    await wake(db)


async def due_messages(db: asyncpg.Connection, *, until: datetime, limit: int) -> list[tuple[Message, int]]:
    """Messages due by then, locked, with how often it was tried to address them. Another process passes them over."""
    rows = await db.fetch(
        """
        SELECT id, event_id, kind, about, happened_at, expires_at, person_id, operator_id, country, office,
               licence_number, data, attempts
        FROM message WHERE state = 'unaddressed' AND due_at <= $1
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        until,
        limit,
    )
    return [(message_in(row), row["attempts"]) for row in rows]


def message_in(row: asyncpg.Record) -> Message:
    """The message that a row holds, beside whatever else it holds."""
    return Message(**{field.name: row[field.name] for field in fields(Message)})


async def settle_addressing(db: asyncpg.Connection, message_id: UUID, *, state: str) -> None:
    """Note that a message has its deliveries, or that there is nobody to write to."""
    await db.execute("UPDATE message SET state = $2, waits_for = NULL WHERE id = $1", message_id, state)


async def put_off_addressing(db: asyncpg.Connection, message_id: UUID, *, due_at: datetime, waits_for: str) -> None:
    """Note what a message waits for, and when to look again."""
    await db.execute(
        "UPDATE message SET attempts = attempts + 1, due_at = $2, waits_for = $3 WHERE id = $1",
        message_id,
        due_at,
        waits_for,
    )


async def add_delivery(
    db: asyncpg.Connection, message: Message, recipient: Recipient, state: DeliveryState, *, now: datetime
) -> None:
    """Keep one mail to one recipient; a second one for the same address is passed over."""
    await db.execute(
        _ADD_DELIVERY,
        new_id(),
        message.id,
        recipient.address,
        recipient.account_id,
        recipient.language,
        recipient.time_zone,
        recipient.copy_to,
        recipient.reply_to,
        state,
        now,
    )
