"""Companies for which a competent authority can enter a licence, by their country."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

_COLUMNS = "id, name, eori, address, town, country"
_LITERALLY = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})


@dataclass(frozen=True)
class Company:
    """A company as identity told of it."""

    id: UUID
    name: str
    eori: str
    address: str
    town: str
    country: str


async def company(db: asyncpg.Connection, company_id: UUID) -> Company | None:
    """The company with this id, unless it was closed."""
    row = await db.fetchrow(f"SELECT {_COLUMNS} FROM operator WHERE id = $1 AND NOT closed", company_id)
    return Company(*row) if row else None


async def find_companies(db: asyncpg.Connection, country: str, text: str, *, limit: int) -> list[Company]:
    """Companies of a country with this text in their name or EORI number."""
    pattern = f"%{text.translate(_LITERALLY)}%"
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM operator WHERE id IN ("
        "SELECT id FROM operator WHERE country = $1 AND name ILIKE $2 UNION "
        "SELECT id FROM operator WHERE country = $1 AND eori ILIKE $2) "
        "AND NOT closed ORDER BY lower(name), id LIMIT $3",
        country,
        pattern,
        limit,
    )
    return [Company(*row) for row in rows]


async def one_at_a_time(db: asyncpg.Connection, company_id: UUID) -> None:
    """Wait until nobody else does this for the company; others then wait until the transaction ends."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(company_id))
