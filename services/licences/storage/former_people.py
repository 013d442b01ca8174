"""Putting a pseudonym in the place of somebody who deleted the account."""

from uuid import UUID

import asyncpg

from services.licences.storage import saved_searches
from shared.pseudonyms import rename_in_outbox


async def rename(db: asyncpg.Connection, account_id: UUID, pseudonym: str) -> None:
    """In the licences this person entered, in the timelines, beside files with many licences, and in the facts kept for
    a refill. Searches this person kept are forgotten."""
    await db.execute("UPDATE licence SET requester_name = $2 WHERE requester_id = $1", account_id, pseudonym)
    rows = await db.fetch("UPDATE licence_event SET by = $2 WHERE by_id = $1 RETURNING at", account_id, pseudonym)
    entered = await db.fetch(
        "SELECT e.at FROM licence_event e JOIN licence l ON l.id = e.licence_id WHERE l.requester_id = $1", account_id
    )
    moments = {row["at"] for row in (*rows, *entered)}
    await db.execute("UPDATE bulk_upload SET account_name = $2 WHERE account_id = $1", account_id, pseudonym)
    await saved_searches.delete_all(db, account_id)
    await rename_in_outbox(db, account_id, pseudonym, told_at=sorted(moments))
