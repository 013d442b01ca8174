"""The queue of an authority and the list of a customs office: filtered, paged by key, counted up to a limit."""

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
class QueueFilter:
    """Which cases of a Member State; None is any. `number` is a part of the licence number, however typed.

    A monitor's scope may be a partner country, in one Member State or in all.
    """

    country: str | None
    state: str | None = None
    number: str = ""
    point_of_entry: str = ""
    partner_country: str | None = None

    @property
    def newest_first(self) -> bool:
        """What waits is shown oldest first; what was decided, newest first."""
        return self.state != "submitted"


@dataclass(frozen=True)
class ClearanceFilter:
    """Which validated licences of a customs office; None is any."""

    office: str
    state: str | None = None
    number: str = ""

    @property
    def newest_first(self) -> bool:
        """What waits is shown in the order of arrival; what is done, the latest first."""
        return self.state not in {"awaiting", "suspended"}


Key = tuple[datetime, UUID]


async def queue(db: asyncpg.Connection, wanted: QueueFilter, *, after: Key | None, limit: int) -> Sequence[ListedCase]:
    """A page of an authority's cases, by the time they were handed in."""
    return [ListedCase(**row) for row in await run(db, queue_statement(wanted, after=after, limit=limit))]


async def clearances(
    db: asyncpg.Connection, wanted: ClearanceFilter, *, after: Key | None, limit: int
) -> Sequence[ListedCase]:
    """A page of what an office may see: validated licences with this point of entry, by arrival."""
    return [ListedCase(**row) for row in await run(db, clearances_statement(wanted, after=after, limit=limit))]


def queue_statement(wanted: QueueFilter, *, after: Key | None, limit: int) -> Select[Any]:
    """What asks for a page of the queue."""
    statement = select(*_SHOWN)
    if wanted.country:
        statement = statement.where(_case.c.country == wanted.country)
    if wanted.partner_country:
        statement = statement.where(_case.c.vpa_country == wanted.partner_country)
    if wanted.state:
        statement = statement.where(_case.c.validation_state == wanted.state)
    if wanted.point_of_entry:
        statement = statement.where(_case.c.point_of_entry == search_key(wanted.point_of_entry))
    statement = _of_number(statement, wanted.number)
    return _page(statement, _case.c.submitted_at, newest_first=wanted.newest_first, after=after, limit=limit)


def clearances_statement(wanted: ClearanceFilter, *, after: Key | None, limit: int) -> Select[Any]:
    """What asks for a page of an office's list. The state is written out, so that the partial index is seen to fit."""
    validated = _case.c.validation_state == literal_column("'validated'")
    statement = select(*_SHOWN).where(_case.c.point_of_entry == wanted.office, validated)
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


async def count_queue(
    db: asyncpg.Connection, country: str | None, partner_country: str | None = None
) -> dict[str, int]:
    """How many cases of a Member State, or of a monitor's scope, are in each validation state."""
    states = ("submitted", "validated", "rejected")
    scope = {"country": country, "vpa_country": partner_country}
    wanted = {name: value for name, value in scope.items() if value}
    where = " AND ".join(f"{name} = ${i}" for i, name in enumerate(wanted, start=1))
    return await _count(db, where, "validation_state", tuple(wanted.values()), states)


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
