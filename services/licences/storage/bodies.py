"""Companies and competent authorities, as identity told of them: the latest version of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.licences.domain.licence import Operator
from shared.contracts.identity import AuthorityRegistered, OperatorRegistered

_KEEP_OPERATORS = """
INSERT INTO operator (id, version, name, eori, address, town, country, closed)
SELECT DISTINCT ON (id) * FROM unnest(
    $1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[])
    AS told (id, version, name, eori, address, town, country, closed)
ORDER BY id, version DESC
ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, eori = excluded.eori,
    address = excluded.address, town = excluded.town, country = excluded.country, closed = excluded.closed
WHERE operator.version < excluded.version
RETURNING id, name
"""

_BODY = "name, country, office, closed"
_TOLD_ABOUT = f"""
SELECT {_BODY} FROM authority WHERE kind = 'customs' AND office = $1
UNION ALL SELECT {_BODY} FROM authority WHERE kind = 'issuer' AND lower(name) = lower($2)
"""

_KEEP_AUTHORITIES = """
INSERT INTO authority (id, version, kind, name, country, office, closed)
SELECT DISTINCT ON (id) * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[])
    AS told (id, version, kind, name, country, office, closed)
ORDER BY id, version DESC
ON CONFLICT (id) DO UPDATE SET version = excluded.version, kind = excluded.kind, name = excluded.name,
    country = excluded.country, office = excluded.office, closed = excluded.closed
WHERE authority.version < excluded.version
RETURNING id, name
"""


@dataclass(frozen=True)
class Body:
    """A customs office (`office` is its COL number) or an issuing authority; `closed` ones cannot be chosen."""

    name: str
    country: str
    office: str | None
    closed: bool


async def keep_operators(db: asyncpg.Connection, told: Sequence[OperatorRegistered]) -> dict[UUID, str]:
    """Note the latest about these companies; returns the names of those that were news."""
    rows = [(o.operator_id, o.version, o.name, o.eori, o.address, o.town, o.country, o.closed) for o in told]
    news = await db.fetch(_KEEP_OPERATORS, *(list(column) for column in zip(*rows, strict=True)))
    return {row["id"]: row["name"] for row in news}


async def keep_authorities(db: asyncpg.Connection, told: Sequence[AuthorityRegistered]) -> dict[UUID, str]:
    """Note the latest about these authorities and offices; returns the names of those that were news."""
    rows = [(a.authority_id, a.version, a.kind, a.name, a.country, a.office, a.closed) for a in told]
    news = await db.fetch(_KEEP_AUTHORITIES, *(list(column) for column in zip(*rows, strict=True)))
    return {row["id"]: row["name"] for row in news}


async def operator(db: asyncpg.Connection, operator_id: UUID) -> Operator | None:
    """The company with this id."""
    row = await db.fetchrow("SELECT id, name, eori FROM operator WHERE id = $1", operator_id)
    return Operator(*row) if row else None


async def competent_authority(db: asyncpg.Connection, country: str) -> str | None:
    """The name of the authority that decides about licences for this Member State."""
    name: str | None = await db.fetchval(
        "SELECT name FROM authority WHERE country = $1 AND kind = 'msca' AND NOT closed ORDER BY name LIMIT 1", country
    )
    return name


async def customs_offices(db: asyncpg.Connection, country: str) -> list[Body]:
    """The customs offices of a Member State that identity told of."""
    return _bodies(await db.fetch(f"SELECT {_BODY} FROM authority WHERE kind = 'customs' AND country = $1", country))


async def issuers(db: asyncpg.Connection) -> list[Body]:
    """The issuing authorities that identity told of."""
    return _bodies(await db.fetch(f"SELECT {_BODY} FROM authority WHERE kind = 'issuer' ORDER BY country, name"))


async def told_about(db: asyncpg.Connection, *, office: str = "", issuer: str = "") -> list[Body]:
    """What identity told of the office with this COL number and of issuing authorities of this name."""
    if not (office or issuer):
        return []
    return _bodies(await db.fetch(_TOLD_ABOUT, office, issuer))


def _bodies(rows: Sequence[asyncpg.Record]) -> list[Body]:
    return [Body(*row) for row in rows]
