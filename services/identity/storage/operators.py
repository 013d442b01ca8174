"""Companies and how they are found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.operators import OperatorDetails, folded

_DETAILS = (
    "name, eori, address, postal_code, town, country, activity, section_chapters, vat, national_number, phone, "
    "email, website"
)
_OPERATOR = f"SELECT id, version, created_at, {_DETAILS} FROM operator"


@dataclass(frozen=True)
class Operator:
    """A company as it was entered."""

    id: UUID
    version: int
    details: OperatorDetails
    created_at: datetime


@dataclass(frozen=True)
class Found:
    """A company in a list. `key` is its place in the order."""

    id: UUID
    name: str
    eori: str
    address: str
    town: str
    country: str
    sort_name: str

    @property
    def key(self) -> tuple[str, UUID]:
        return self.sort_name, self.id


async def add(
    db: asyncpg.Connection, operator_id: UUID, details: OperatorDetails, *, at: datetime, by: UUID | None
) -> bool:
    """Enter a company. False when its EORI is there already."""
    values: dict[str, Any] = asdict(details) | {"section_chapters": list(details.section_chapters)}
    return bool(
        await db.fetchval(
            f"""
            INSERT INTO operator (id, version, sort_name, words, created_at, created_by, {_DETAILS})
            VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            ON CONFLICT (eori) DO NOTHING RETURNING true
            """,
            operator_id,
            folded(details.name),
            folded(f"{details.name} {details.eori} {details.town}"),
            at,
            by,
            *(values[column] for column in _DETAILS.split(", ")),
        )
    )


async def by_id(db: asyncpg.Connection, operator_id: UUID) -> Operator | None:
    return _operator(await db.fetchrow(f"{_OPERATOR} WHERE id = $1", operator_id))


async def by_eori(db: asyncpg.Connection, eori: str) -> Operator | None:
    return _operator(await db.fetchrow(f"{_OPERATOR} WHERE eori = $1", eori))


def _operator(row: asyncpg.Record | None) -> Operator | None:
    if row is None:
        return None
    values = dict(row)
    identity = {name: values.pop(name) for name in ("id", "version", "created_at")}
    values["section_chapters"] = tuple(values["section_chapters"])
    return Operator(details=OperatorDetails(**values), **identity)


_FIRST: tuple[str, UUID] = ("", UUID(int=0))
MANY = 1_000
"""From so many matches on, walking the alphabet until a page is full is quicker than sorting all of them."""

_FOUND = "SELECT id, name, eori, address, town, country, sort_name FROM"
_PAGE = "(sort_name, id) > ($1, $2) ORDER BY sort_name, id LIMIT $3"
_ALL = f"{_FOUND} operator WHERE {_PAGE}"
_BY_COUNTRY = f"{_FOUND} operator WHERE country = $4 AND {_PAGE}"
_BY_WORDS_AMONG_MANY = f"""
{_FOUND} operator WHERE search @@ to_tsquery('simple', $5) AND ($4::text IS NULL OR country = $4) AND {_PAGE}
"""
_BY_WORDS_AMONG_FEW = f"""
WITH matching AS MATERIALIZED (SELECT * FROM operator WHERE search @@ to_tsquery('simple', $5))
{_FOUND} matching WHERE ($4::text IS NULL OR country = $4) AND {_PAGE}
"""
_COUNT = f"""
SELECT count(*) FROM (SELECT FROM operator WHERE search @@ to_tsquery('simple', $1) LIMIT {MANY}) AS matching
"""


async def search(
    db: asyncpg.Connection, text: str, country: str | None, *, behind: Sequence[Any] | None, limit: int
) -> list[Found]:
    """Companies of which every word typed begins a word of name, EORI or town, by name."""
    key = (behind[0], UUID(str(behind[1]))) if behind else _FIRST
    words = folded(text).split()
    if words:
        wanted = " & ".join(f"{word}:*" for word in words)
        many = await db.fetchval(_COUNT, wanted) == MANY
        query = _BY_WORDS_AMONG_MANY if many else _BY_WORDS_AMONG_FEW
        rows = await db.fetch(query, *key, limit, country, wanted)
    elif country:
        rows = await db.fetch(_BY_COUNTRY, *key, limit, country)
    else:
        rows = await db.fetch(_ALL, *key, limit)
    return [Found(**row) for row in rows]
