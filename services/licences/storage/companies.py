"""Companies for which a competent authority can enter a licence, by their country; and the drafts that it entered."""

import datetime as dt
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


@dataclass(frozen=True)
class AuthorityDraft:
    """A draft that an authority entered for a company."""

    id: UUID
    licence_number: str
    operator_name: str
    requester_name: str
    modified_at: dt.datetime


async def company(db: asyncpg.Connection, company_id: UUID) -> Company | None:
    """The company with this id, unless it was closed."""
    row = await db.fetchrow(f"SELECT {_COLUMNS} FROM operator WHERE id = $1 AND NOT closed", company_id)
    return Company(*row) if row else None


async def find_companies(db: asyncpg.Connection, country: str, text: str, *, limit: int) -> list[Company]:
    """Companies of a country with this text in their name or EORI number."""
    pattern = f"%{text.translate(_LITERALLY)}%"
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM operator WHERE country = $1 AND (name ILIKE $2 OR eori ILIKE $2) AND NOT closed "
        "ORDER BY lower(name), id LIMIT $3",
        country,
        pattern,
        limit,
    )
    return [Company(*row) for row in rows]


async def drafts_entered_by(
    db: asyncpg.Connection, authority_id: UUID, *, after: UUID | None, limit: int
) -> list[AuthorityDraft]:
    """Drafts that an authority entered, the latest first."""
    rows = await db.fetch(
        "SELECT id, licence_number, operator_name, requester_name, modified_at FROM licence "
        "WHERE entered_by_id = $1 AND validation_state = 'draft' AND ($2::uuid IS NULL OR id < $2) "
        "ORDER BY id DESC LIMIT $3",
        authority_id,
        after,
        limit,
    )
    return [AuthorityDraft(*row) for row in rows]


async def one_at_a_time(db: asyncpg.Connection, company_id: UUID) -> None:
    """Wait until nobody else does this for the company; others then wait until the transaction ends."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(company_id))
