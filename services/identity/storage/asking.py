"""How often strangers ask for something that costs us work or fills somebody's mailbox."""

from datetime import datetime

import asyncpg

from shared.ids import new_id


async def count(db: asyncpg.Connection, what: str, address: str, *, since: datetime) -> tuple[int, datetime | None]:
    """How often it was asked from this network address since then, and when first. Others asking meanwhile wait."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", f"{what} {address}")
    row = await db.fetchrow(
        "SELECT count(*) AS asked, min(at) AS first FROM asking WHERE address = $1 AND what = $2 AND at > $3",
        address,
        what,
        since,
    )
    return row["asked"], row["first"]


async def add(db: asyncpg.Connection, what: str, address: str, *, at: datetime) -> None:
    await db.execute("INSERT INTO asking (id, what, address, at) VALUES ($1, $2, $3, $4)", new_id(), what, address, at)


async def prune(db: asyncpg.Connection, *, before: datetime) -> None:
    await db.execute("DELETE FROM asking WHERE at < $1", before)
