"""Companies."""

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
_OPERATOR = f"SELECT id, version, created_at, closed_at, closed_reason, {_DETAILS} FROM operator"


@dataclass(frozen=True)
class Operator:
    """A company as it was entered."""

    id: UUID
    version: int
    details: OperatorDetails
    created_at: datetime
    closed_at: datetime | None = None
    closed_reason: str = ""


async def add(
    db: asyncpg.Connection, operator_id: UUID, details: OperatorDetails, *, at: datetime, by: UUID | None
) -> bool:
    """Enter a company. False when its EORI is there already."""
    return bool(
        await db.fetchval(
            f"""
            INSERT INTO operator (id, version, sort_name, town_words, created_at, created_by, {_DETAILS})
            VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            ON CONFLICT (eori) DO NOTHING RETURNING true
            """,
            operator_id,
            folded(details.name),
            folded(details.town),
            at,
            by,
            *_values(details),
        )
    )


async def by_id(db: asyncpg.Connection, operator_id: UUID) -> Operator | None:
    return _operator(await db.fetchrow(f"{_OPERATOR} WHERE id = $1", operator_id))


async def by_eori(db: asyncpg.Connection, eori: str) -> Operator | None:
    return _operator(await db.fetchrow(f"{_OPERATOR} WHERE eori = $1", eori))


async def locked(db: asyncpg.Connection, operator_id: UUID) -> Operator | None:
    """One company, for changing it."""
    return _operator(await db.fetchrow(f"{_OPERATOR} WHERE id = $1 FOR UPDATE", operator_id))


async def save(db: asyncpg.Connection, operator: Operator) -> bool:
    """Keep what was changed; the row was locked. False when another company has the EORI number."""
    try:
        async with db.transaction():
            await db.execute(
                f"""
                UPDATE operator SET version = $2, sort_name = $3, town_words = $4, closed_at = $5, closed_reason = $6,
                    ({_DETAILS}) = ROW ($7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
                WHERE id = $1
                """,
                operator.id,
                operator.version,
                folded(operator.details.name),
                folded(operator.details.town),
                operator.closed_at,
                operator.closed_reason,
                *_values(operator.details),
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


def _values(details: OperatorDetails) -> list[Any]:
    values: dict[str, Any] = asdict(details) | {"section_chapters": list(details.section_chapters)}
    return [values[column] for column in _DETAILS.split(", ")]


def _operator(row: asyncpg.Record | None) -> Operator | None:
    if row is None:
        return None
    values = dict(row)
    identity = {name: values.pop(name) for name in ("id", "version", "created_at", "closed_at", "closed_reason")}
    values["section_chapters"] = tuple(values["section_chapters"])
    return Operator(details=OperatorDetails(**values), **identity)
