"""Companies and competent authorities, as identity told of them: the latest version of each."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.licences.domain.licence import Operator
from shared.contracts.identity import AuthorityRegistered, OperatorRegistered

_KEEP_OPERATORS = """
INSERT INTO operator (id, version, name, eori)
SELECT DISTINCT ON (id) * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) AS told (id, version, name, eori)
ORDER BY id, version DESC
ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, eori = excluded.eori
WHERE operator.version < excluded.version
RETURNING id, name
"""

_KEEP_AUTHORITIES = """
INSERT INTO authority (id, version, kind, name, country)
SELECT DISTINCT ON (id) * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[])
    AS told (id, version, kind, name, country)
ORDER BY id, version DESC
ON CONFLICT (id) DO UPDATE SET version = excluded.version, kind = excluded.kind, name = excluded.name,
    country = excluded.country
WHERE authority.version < excluded.version
RETURNING id, name
"""
CLOSED = "closed"
"""The kind of authorities that exist no longer: nothing goes to them, whatever they were."""


async def keep_operators(db: asyncpg.Connection, told: Sequence[OperatorRegistered]) -> dict[UUID, str]:
    """Note the latest about these companies; returns the names of those that were news."""
    rows = [(o.operator_id, o.version, o.name, o.eori) for o in told]
    news = await db.fetch(_KEEP_OPERATORS, *(list(column) for column in zip(*rows, strict=True)))
    return {row["id"]: row["name"] for row in news}


async def keep_authorities(db: asyncpg.Connection, told: Sequence[AuthorityRegistered]) -> dict[UUID, str]:
    """Note the latest about these authorities and offices; returns the names of those that were news."""
    rows = [(a.authority_id, a.version, CLOSED if a.closed else a.kind, a.name, a.country) for a in told]
    news = await db.fetch(_KEEP_AUTHORITIES, *(list(column) for column in zip(*rows, strict=True)))
    return {row["id"]: row["name"] for row in news}


async def operator(db: asyncpg.Connection, operator_id: UUID) -> Operator | None:
    """The company with this id."""
    row = await db.fetchrow("SELECT id, name, eori FROM operator WHERE id = $1", operator_id)
    return Operator(*row) if row else None


async def competent_authority(db: asyncpg.Connection, country: str) -> str | None:
    """The name of the authority that decides about licences for this Member State."""
    name: str | None = await db.fetchval(
        "SELECT name FROM authority WHERE country = $1 AND kind = 'msca' ORDER BY name LIMIT 1", country
    )
    return name
