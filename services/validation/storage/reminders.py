"""Which cases stand for too long, and that somebody was told."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.validation.domain.case import Case
from services.validation.domain.proceedings import Verification

REMINDING_LOCK = 7_301_301
"""Whoever holds it reminds. A loader of past data holds it: nobody is reminded of what it is about to decide."""
_VERIFICATIONS = TypeAdapter(tuple[Verification, ...])

# A returned licence is with the company: it has the baton, and a new version of ours could pass its own.
_STANDING = """
SELECT c.licence_id FROM unnest($1::text[], $2::text[], $3::int[]) AS l (country, state, days)
JOIN licence_case c ON c.country = l.country AND c.state_since <= $4::timestamptz - l.days * interval '24 hours'
WHERE c.held AND (c.validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned')
        OR c.clearance_state IN ('awaiting', 'suspended'))
  AND c.validation_state <> 'returned'
  AND l.state = CASE c.validation_state WHEN 'validated' THEN c.clearance_state ELSE c.validation_state END
  AND (c.overdue_of IS DISTINCT FROM c.state_since OR c.overdue_level <
        CASE WHEN c.state_since <= $4::timestamptz - 2 * l.days * interval '24 hours' THEN 2 ELSE 1 END)
ORDER BY c.state_since, c.licence_id LIMIT $5
FOR UPDATE OF c SKIP LOCKED
"""
_PROMISED = """
SELECT c.licence_id FROM unnest($1::text[], $2::date[]) AS t (country, today)
JOIN licence_case c ON c.country = t.country AND c.due_on < t.today
WHERE c.held AND c.validation_state IN ('submitted', 'under_verification', 'information_requested')
  AND c.reminded_due IS DISTINCT FROM c.due_on
ORDER BY c.due_on, c.licence_id LIMIT $3
FOR UPDATE OF c SKIP LOCKED
"""


async def may_remind(db: asyncpg.Connection) -> bool:
    """Whether nobody else reminds; if so, nobody else does until the transaction ends."""
    return bool(await db.fetchval("SELECT pg_try_advisory_xact_lock($1)", REMINDING_LOCK))


async def standing_too_long(
    db: asyncpg.Connection, days: Mapping[tuple[str, str], int], *, now: datetime, limit: int
) -> Sequence[UUID]:
    """Cases past the limit of their state, or past twice the limit, of which nobody was told yet; locked.

    `days` are by country and state. What somebody else has locked is left for another round.
    """
    keys = list(days)
    rows = await db.fetch(
        _STANDING, [country for country, _ in keys], [state for _, state in keys], list(days.values()), now, limit
    )
    return [row[0] for row in rows]


async def promised_and_past(db: asyncpg.Connection, today: Mapping[str, date], *, limit: int) -> Sequence[UUID]:
    """Cases with an answer that was due before today, of which nobody was told yet; locked. `today` is by country."""
    rows = await db.fetch(_PROMISED, list(today), list(today.values()), limit)
    return [row[0] for row in rows]


async def keep_reminder(db: asyncpg.Connection, case: Case, *, level: int) -> None:
    """Note what was told about a case that is locked, with the version of the fact."""
    await db.execute(
        """
        UPDATE licence_case SET version = $2, verifications = $3, reminded_due = due_on, overdue_of = state_since,
            overdue_level = CASE WHEN overdue_of = state_since THEN greatest(overdue_level, $4) ELSE $4 END
        WHERE licence_id = $1
        """,
        case.licence_id,
        case.version,
        _VERIFICATIONS.dump_python(case.verifications, mode="json"),
        level,
    )
