"""Whether what validation told has been heard: each process that hears says so, for all that show lists."""

import datetime as dt
from uuid import UUID

import asyncpg

_NOTE = """
INSERT INTO hearing (member, behind_since, looked_at) VALUES ($1, $2, $3)
ON CONFLICT (member) DO UPDATE SET behind_since = excluded.behind_since, looked_at = excluded.looked_at
"""

_BEHIND_SINCE = """
SELECT CASE WHEN max(looked_at) < $1 THEN max(looked_at) ELSE min(behind_since) FILTER (WHERE looked_at >= $1) END
FROM hearing
"""


async def note(
    db: asyncpg.Connection, member: UUID, *, behind_since: dt.datetime | None, at: dt.datetime, gone: dt.datetime
) -> None:
    """This process has unheard messages since then, or none. Processes that said nothing since `gone` are forgotten."""
    await db.execute(_NOTE, member, behind_since, at)
    await db.execute("DELETE FROM hearing WHERE looked_at < $1", gone)


async def behind_since(db: asyncpg.Connection, *, silent: dt.datetime) -> dt.datetime | None:
    """Since when something has not been heard. Who said nothing since `silent` does not count, unless that is all."""
    since: dt.datetime | None = await db.fetchval(_BEHIND_SINCE, silent)
    return since
