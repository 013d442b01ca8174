"""The history of a case: every act on it, and every look at it by an official, each chained to the one before."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.validation.domain.chain import START, Link, seal_of

READ = "read"
DISPUTED = "disputed"
"""What another company did: it changes nothing in the case, so it is no act on it."""
SHOWN = 100
SALT_BYTES = 16


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


# Whoever adds holds the head until the transaction ends, so that two never add behind the same entry.
_HEAD = """
INSERT INTO case_history AS head (licence_id, entries, hash) VALUES ($1, 0, $2)
ON CONFLICT (licence_id) DO UPDATE SET entries = head.entries RETURNING entries, hash
"""
_ADD = """
WITH moved AS (UPDATE case_history SET entries = $2, hash = $12 WHERE licence_id = $1)
INSERT INTO case_act (licence_id, position, at, act, account_id, name, body, text, details, salt, seal, previous, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $12)
"""


async def note(db: asyncpg.Connection, licence_id: UUID, entry: Entry) -> None:
    """Add to the history of a case. Nothing in it is ever changed, but names of those who deleted the account."""
    head = await db.fetchrow(_HEAD, licence_id, START)
    salt, position = secrets.token_bytes(SALT_BYTES), head["entries"] + 1
    seal = seal_of(salt, entry.name)
    link = Link(
        licence_id, position, entry.at, entry.act, entry.account_id, entry.body, entry.text, entry.details, seal
    )
    await db.execute(
        _ADD,
        licence_id,
        position,
        entry.at,
        entry.act,
        entry.account_id,
        entry.name,
        entry.body,
        entry.text,
        entry.details,
        salt,
        seal,
        link.hash_after(head["hash"]),
        head["hash"],
    )


async def looked(db: asyncpg.Connection, licence_id: UUID, account_id: UUID, *, since: datetime) -> bool:
    """Whether somebody has looked at a case since then."""
    return bool(
        await db.fetchval(
            "SELECT true FROM case_act WHERE licence_id = $1 AND act = $2 AND account_id = $3 AND at >= $4 LIMIT 1",
            licence_id,
            READ,
            account_id,
            since,
        )
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
