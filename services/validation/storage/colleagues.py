"""Who may work on the cases of an authority, by name: the officers who have been at its queue."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.validation.domain.proceedings import Officer

MOST = 500


async def meet(db: asyncpg.Connection, officer: Officer) -> None:
    """Keep the name of an officer, as it is now."""
    await db.execute(
        """
        INSERT INTO colleague (account_id, name) VALUES ($1, $2)
        ON CONFLICT (account_id) DO UPDATE SET name = excluded.name WHERE colleague.name <> excluded.name
        """,
        officer.account_id,
        officer.name,
    )


async def officers_of(db: asyncpg.Connection, country: str, *, at: datetime) -> Sequence[Officer]:
    """Those who may act for the authority of this Member State now, by name."""
    rows = await db.fetch(
        f"""
        SELECT account_id, name FROM colleague WHERE account_id IN (
            SELECT account_id FROM known_role
            WHERE kind = 'msca' AND country = $1 AND granted AND NOT machine AND (ends_at IS NULL OR ends_at > $2))
        ORDER BY lower(name), account_id LIMIT {MOST}
        """,
        country,
        at,
    )
    return [Officer(*row) for row in rows]
