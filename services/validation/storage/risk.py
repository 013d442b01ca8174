"""Which cases have to be assessed, and what came of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.validation.domain.risk import Assessment
from services.validation.storage.cases import RISK_REASONS, StoredCase, stored_case

_OPEN = "held AND validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned')"


async def unassessed(db: asyncpg.Connection, countries: Collection[str] | None, *, limit: int) -> list[StoredCase]:
    """The longest waiting of those to be assessed. They stay locked, and what somebody else has locked is left out."""
    rows = await db.fetch(
        f"""
        SELECT * FROM licence_case
        WHERE assessed_at IS NULL AND {_OPEN} AND ($2::text[] IS NULL OR country = ANY($2))
        ORDER BY submitted_at, licence_id LIMIT $1 FOR UPDATE SKIP LOCKED
        """,
        limit,
        None if countries is None else list(countries),
    )
    return [stored_case(row) for row in rows]


async def keep_assessments(
    db: asyncpg.Connection, assessed: Sequence[tuple[UUID, Assessment, bool]], *, at: datetime
) -> None:
    """Keep score, reasons and whether chance picked it. It is no act, so the version stays."""
    await db.execute(
        """
        UPDATE licence_case SET risk = told.risk, risk_reasons = told.reasons::jsonb,
            sampled = told.sampled, assessed_at = $5
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bool[]) AS told (licence_id, risk, reasons, sampled)
        WHERE licence_case.licence_id = told.licence_id
        """,
        [licence_id for licence_id, _assessment, _sampled in assessed],
        [assessment.score for _licence_id, assessment, _sampled in assessed],
        [RISK_REASONS.dump_json(assessment.reasons).decode() for _id, assessment, _sampled in assessed],
        [sampled for _licence_id, _assessment, sampled in assessed],
        at,
    )


async def assess_again(db: asyncpg.Connection, country: str) -> None:
    """The weights of this authority changed: what is still open has to be assessed by the new ones."""
    await db.execute(
        f"UPDATE licence_case SET assessed_at = NULL WHERE country = $1 AND assessed_at IS NOT NULL AND {_OPEN}",
        country,
    )
