"""Putting a pseudonym in the place of somebody who deleted the account."""

from uuid import UUID

import asyncpg

from shared.pseudonyms import rename_in_outbox


async def rename(db: asyncpg.Connection, account_id: UUID, pseudonym: str) -> None:
    """In the licences this person entered, in the timelines, and in the facts kept for a refill."""
    await db.execute("UPDATE licence SET requester_name = $2 WHERE requester_id = $1", account_id, pseudonym)
    rows = await db.fetch("UPDATE licence_event SET by = $2 WHERE by_id = $1 RETURNING at", account_id, pseudonym)
    entered = await db.fetch(
        "SELECT e.at FROM licence_event e JOIN licence l ON l.id = e.licence_id WHERE l.requester_id = $1", account_id
    )
    moments = {row["at"] for row in (*rows, *entered)}
    await rename_in_outbox(db, account_id, pseudonym, told_at=sorted(moments))
