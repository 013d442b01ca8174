"""What else is known of a number, or of the parties of a licence."""

from uuid import UUID

import asyncpg

from services.validation.domain.checks import SameNumber
from services.validation.storage.cases import StoredCase, find

MOST = 1_000


async def same_number(db: asyncpg.Connection, case: StoredCase) -> tuple[SameNumber, ...]:
    """Other licences of the same country with this number that were not rejected."""
    rows = await db.fetch(
        """
        SELECT validation_state, country, submitted_at FROM licence_case
        WHERE number_key = $1 AND vpa_country = $2 AND licence_id <> $3
          AND validation_state NOT IN ('rejected', 'withdrawn', 'replaced')
        ORDER BY submitted_at LIMIT 10
        """,
        case.number_key,
        case.vpa_country,
        case.licence_id,
    )
    return tuple(SameNumber(*row) for row in rows)


async def earlier_of_parties(db: asyncpg.Connection, case: StoredCase) -> tuple[int, int]:
    """How many licences of the same exporter and importer came before, and how many of them were rejected."""
    row = await db.fetchrow(
        f"""
        SELECT count(*), count(*) FILTER (WHERE validation_state = 'rejected') FROM (
            SELECT validation_state FROM licence_case
            WHERE operator_id = $1 AND lower(licensee_name) = lower($2) AND licence_id <> $3 AND submitted_at < $4
            LIMIT {MOST}) AS earlier
        """,
        case.operator_id,
        case.licensee_name,
        case.licence_id,
        case.submitted_at,
    )
    return row[0], row[1]


async def by_number(
    db: asyncpg.Connection, vpa_country: str, number_key: str, *, other_than: UUID
) -> StoredCase | None:
    """The latest other licence of this partner country with this number."""
    licence_id = await db.fetchval(
        """
        SELECT licence_id FROM licence_case WHERE number_key = $1 AND vpa_country = $2 AND licence_id <> $3
        ORDER BY submitted_at DESC LIMIT 1
        """,
        number_key,
        vpa_country,
        other_than,
    )
    return await find(db, licence_id) if licence_id else None
