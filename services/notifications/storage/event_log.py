"""The public event log: what happened to licences, for programs that ask again and again what is new."""

from collections.abc import Sequence

import asyncpg

from services.notifications.facts import PublicEvent
from shared.person import Person

_LOCK = 7_301_030
_APPEND = """
INSERT INTO public_event
    (event_id, type, source, subject, happened_at, operator_id, country, office, for_customs, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (event_id) DO NOTHING
"""
_READ = """
SELECT position, event_id, type, source, subject, happened_at, body FROM public_event
WHERE position > $1
  AND ($2 OR operator_id = ANY($3::uuid[]) OR country = ANY($4::text[]) OR (for_customs AND office = ANY($5::text[])))
ORDER BY position LIMIT $6
"""


async def append(db: asyncpg.Connection, events: Sequence[PublicEvent]) -> None:
    """Add events at the end.

    Whoever asks for what came after a position must not miss a smaller one that is committed later: so writers take
    turns, each until its commit.
    """
    await db.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    rows = [
        (
            e.event_id, e.type, e.source, e.subject, e.happened_at, e.operator_id, e.country, e.office,
            e.for_customs, dict(e.body),
        )
        for e in events
    ]  # fmt: skip
    await db.executemany(_APPEND, rows)


async def read_after(db: asyncpg.Connection, person: Person, position: int, *, limit: int) -> list[asyncpg.Record]:
    """What happened after a position to licences of this person's companies, authorities and customs offices.

    Support sees all of it. An office sees a licence from its validation on.
    """
    rows: list[asyncpg.Record] = await db.fetch(
        _READ,
        position,
        person.is_support,
        person.companies,
        [role.country for role in person.roles if role.kind == "msca" and role.country],
        [role.office for role in person.roles if role.kind == "customs" and role.office],
        limit,
    )
    return rows
