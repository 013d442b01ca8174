"""The history of a case: every act on it, and every look at it by an official."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

READ = "read"
SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """Who did what, when, for which authority or office, and the words beside it."""

    at: datetime
    act: str
    account_id: UUID
    name: str
    body: str
    text: str
    details: dict[str, Any]


async def note(db: asyncpg.Connection, licence_id: UUID, entry: Entry) -> None:
    """Add to the history of a case. Nothing in it is ever changed."""
    await db.execute(
        """
        INSERT INTO case_act (licence_id, at, act, account_id, name, body, text, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        licence_id,
        entry.at,
        entry.act,
        entry.account_id,
        entry.name,
        entry.body,
        entry.text,
        entry.details,
    )


async def acts_of(db: asyncpg.Connection, licence_id: UUID) -> Sequence[Entry]:
    """What was done, the latest first."""
    return await _entries(db, licence_id, "act <> $2")


async def reads_of(db: asyncpg.Connection, licence_id: UUID) -> Sequence[Entry]:
    """Who looked, the latest first."""
    return await _entries(db, licence_id, "act = $2")


async def _entries(db: asyncpg.Connection, licence_id: UUID, which: str) -> Sequence[Entry]:
    rows = await db.fetch(
        f"""
        SELECT at, act, account_id, name, body, text, details FROM case_act
        WHERE licence_id = $1 AND {which} ORDER BY id DESC LIMIT {SHOWN}
        """,
        licence_id,
        READ,
    )
    return [Entry(*row) for row in rows]
