"""The list of a customs office: filtered, paged by key, counted up to a limit. That of an authority is in queue.py."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    column,
    literal_column,
    select,
    table,
    tuple_,
)

from services.validation.domain.numbers import search_key
from shared.database import run

COUNTED = 1_000
"""Counts stop here: more is told as "at least"."""

_WITH_ZONE = DateTime(timezone=True)
_case = table(
    "licence_case",
    column("licence_id", Uuid),
    column("version", Integer),
    column("licence_number", Text),
    column("number_key", Text),
    column("country", Text),
    column("vpa_country", Text),
    column("operator_name", Text),
    column("licensee_name", Text),
    column("point_of_entry", Text),
    column("arrival", _WITH_ZONE),
    column("submitted_at", _WITH_ZONE),
    column("flags", Integer),
    column("validation_state", Text),
    column("clearance_state", Text),
    column("declaration", Text),
    column("modified_at", _WITH_ZONE),
)


@dataclass(frozen=True)
class ListedCase:
    """One row of a list."""

    licence_id: UUID
    version: int
    licence_number: str
    country: str
    vpa_country: str
    operator_name: str
    licensee_name: str
    point_of_entry: str
    arrival: datetime
    submitted_at: datetime
    flags: int
    validation_state: str
    clearance_state: str
    declaration: str | None
    modified_at: datetime


_SHOWN = [_case.c[field.name] for field in fields(ListedCase)]


@dataclass(frozen=True)
class ClearanceFilter:
    """Which validated licences of a customs office, or of all offices of its `country`; None is any."""

    office: str
    state: str | None = None
    number: str = ""
    country: str | None = None

    @property
    def newest_first(self) -> bool:
        """What waits is shown in the order of arrival; what is done, the latest first."""
        return self.state not in {"awaiting", "suspended"}


Key = tuple[datetime, UUID]


async def clearances(
    db: asyncpg.Connection, wanted: ClearanceFilter, *, after: Key | None, limit: int
) -> Sequence[ListedCase]:
    """A page of what an office may see: validated licences with this point of entry, by arrival."""
    return [ListedCase(**row) for row in await run(db, clearances_statement(wanted, after=after, limit=limit))]


def clearances_statement(wanted: ClearanceFilter, *, after: Key | None, limit: int) -> Select[Any]:
    """What asks for a page of an office's list. The state is written out, so that the partial index is seen to fit."""
    validated = _case.c.validation_state == literal_column("'validated'")
    whose = _case.c.country == wanted.country if wanted.country else _case.c.point_of_entry == wanted.office
    statement = select(*_SHOWN).where(whose, validated)
    if wanted.state:
        statement = statement.where(_case.c.clearance_state == wanted.state)
    statement = _of_number(statement, wanted.number)
    return _page(statement, _case.c.arrival, newest_first=wanted.newest_first, after=after, limit=limit)


def _of_number(statement: Select[Any], typed: str) -> Select[Any]:
    if not typed.strip():
        return statement
    return statement.where(_case.c.number_key.contains(search_key(typed), autoescape=True))


def _page(
    statement: Select[Any], by: ColumnElement[datetime], *, newest_first: bool, after: Key | None, limit: int
) -> Select[Any]:
    key = tuple_(by, _case.c.licence_id)
    if after:
        statement = statement.where(key < after if newest_first else key > after)
    order = (by.desc(), _case.c.licence_id.desc()) if newest_first else (by, _case.c.licence_id)
    return statement.order_by(*order).limit(limit)


async def count_clearances(db: asyncpg.Connection, office: str) -> dict[str, int]:
    """How many validated licences of an office are in each clearance state."""
    states = ("awaiting", "suspended", "cleared", "refused")
    return await _count(
        db, "point_of_entry = $1 AND validation_state = 'validated'", "clearance_state", (office,), states
    )


async def _count(
    db: asyncpg.Connection, where: str, state: str, whose: Sequence[str], states: Sequence[str]
) -> dict[str, int]:
    counted = ", ".join(
        f"(SELECT count(*) FROM (SELECT FROM licence_case WHERE {where} AND {state} = ${i} LIMIT {COUNTED}) AS counted)"
        for i, _state in enumerate(states, start=len(whose) + 1)
    )
    row = await db.fetchrow(f"SELECT {counted}", *whose, *states)
    return dict(zip(states, row, strict=True))


_ONE = """
SELECT licence_id FROM licence_case
WHERE point_of_entry = $1 AND validation_state NOT IN ('submitted', 'under_verification', 'information_requested')
"""


async def by_number_at(db: asyncpg.Connection, office: str, number: str) -> UUID | None:
    """The decided licence of an office with exactly this number, however it is typed; the latest of several."""
    found: UUID | None = await db.fetchval(
        f"{_ONE} AND number_key = $2 ORDER BY (validation_state = 'validated') DESC, submitted_at DESC LIMIT 1",
        office,
        search_key(number),
    )
    return found


async def by_declaration_at(db: asyncpg.Connection, office: str, declaration: str) -> UUID | None:
    """The licence of an office that was cleared against this declaration."""
    found: UUID | None = await db.fetchval(f"{_ONE} AND declaration = $2 LIMIT 1", office, declaration)
    return found


@dataclass(frozen=True)
class Change:
    """The states of a licence of an office, and when they last changed."""

    licence_id: UUID
    licence_number: str
    vpa_country: str
    version: int
    validation_state: str
    clearance_state: str
    declaration: str | None
    reserved_for: str | None
    modified_at: datetime


async def changes_at(db: asyncpg.Connection, office: str, *, after: Key | None, limit: int) -> Sequence[Change]:
    """Licences of an office that were ever validated, in the order of their last change.

    A change that is committed late could slip behind a reader, so the last ten seconds are not shown yet.
    """
    rows = await db.fetch(
        """
        SELECT licence_id, licence_number, vpa_country, version, validation_state, clearance_state, declaration,
               reserved_for, modified_at
        FROM licence_case
        WHERE point_of_entry = $1 AND (modified_at, licence_id) > ($2, $3) AND modified_at < now() - interval '10 s'
          AND decided_at IS NOT NULL AND validation_state <> 'rejected'
        ORDER BY modified_at, licence_id LIMIT $4
        """,
        office,
        after[0] if after else datetime.fromisoformat("0001-01-01T00:00:00+00:00"),
        after[1] if after else UUID(int=0),
        limit,
    )
    return [Change(**row) for row in rows]
