"""The record of who did what, when and from where."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.ids import new_id


async def note(
    db: asyncpg.Connection,
    act: str,
    *,
    at: datetime,
    by: UUID | None,
    subject: UUID | None = None,
    session: UUID | None = None,
    address: str | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Record one act. Without `address` it comes from where the session was opened. No personal data in `details`."""
    await db.execute(
        """
        INSERT INTO audit (id, at, account_id, session_id, act, subject_id, address, details)
        VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, (SELECT address FROM session WHERE id = $4)), $8)
        """,
        new_id(),
        at,
        by,
        session,
        act,
        subject,
        address,
        dict(details or {}),
    )


async def count(db: asyncpg.Connection, act: str, subject: UUID, *, since: datetime) -> int:
    """How often something was done to somebody since then."""
    query = "SELECT count(*) FROM audit WHERE subject_id = $1 AND act = $2 AND at > $3"
    return int(await db.fetchval(query, subject, act, since))
