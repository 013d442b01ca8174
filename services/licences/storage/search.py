"""The list of licences: composed of what was asked for, read along an index, paged by key."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Select, and_, column, func, literal_column, select, table, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, Integer, String, Uuid

from services.licences.domain.number import normalised
from services.licences.domain.reading import clean
from shared.database import run

COLUMNS = (
    column("id", Uuid),
    column("version", Integer),
    column("licence_number", String),
    column("vpa_country", String),
    column("operator_id", Uuid),
    column("operator_name", String),
    column("requester_id", Uuid),
    column("requester_name", String),
    column("validation_state", String),
    column("clearance_state", String),
    column("point_of_entry", String),
    column("arrival", DateTime(timezone=True)),
    column("created_at", DateTime(timezone=True)),
    column("modified_at", DateTime(timezone=True)),
)
_licence = table("licence", *COLUMNS, column("commodity_codes", ARRAY(String)))
_CLEARANCE = {"awaiting", "cleared", "suspended", "refused"}


@dataclass(frozen=True)
class Search:
    """What is looked for; empty means all. `number` may be a part of it, `requester` and `description` too."""

    number: str = ""
    state: str = ""
    commodity_code: str = ""
    requester: str = ""
    description: str = ""
    point_of_entry: str = ""

    @classmethod
    def typed(cls, **texts: str) -> "Search":
        """As a person typed it."""
        return cls(**{name: clean(text) for name, text in texts.items()})


@dataclass(frozen=True)
class Row:
    """One licence in the list."""

    id: UUID
    version: int
    licence_number: str
    vpa_country: str
    operator_id: UUID
    operator_name: str
    requester_id: UUID
    requester_name: str
    validation_state: str
    clearance_state: str
    point_of_entry: str | None
    arrival: dt.datetime | None
    created_at: dt.datetime
    modified_at: dt.datetime


async def search(
    db: asyncpg.Connection,
    companies: Sequence[UUID],
    wanted: Search,
    *,
    after: tuple[dt.datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Licences of these companies, the last modified first, behind the key `after`."""
    return [Row(*row) for row in await run(db, list_statement(companies, wanted, after=after, limit=limit))]


def list_statement(
    companies: Sequence[UUID], wanted: Search, *, after: tuple[dt.datetime, UUID] | None, limit: int
) -> Select[Any]:
    """What `search` asks the database."""
    licence = _licence.c
    conditions = [licence.operator_id.in_(companies), *_conditions(wanted)]
    if after is not None:
        conditions.append(tuple_(licence.modified_at, licence.id) < after)
    return (
        select(*(licence[c.name] for c in COLUMNS))
        .where(and_(*conditions))
        .order_by(licence.modified_at.desc(), licence.id.desc())
        .limit(limit)
    )


def _conditions(wanted: Search) -> list[ColumnElement[bool]]:
    licence = _licence.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.number:
        conditions.append(licence.licence_number.contains(normalised(wanted.number), autoescape=True))
    if wanted.state in _CLEARANCE:
        conditions.append(licence.clearance_state == wanted.state)
    elif wanted.state:
        conditions.append(licence.validation_state == wanted.state)
    if wanted.commodity_code:
        codes = func.array_to_string(licence.commodity_codes, " ")
        conditions.append((" " + codes).contains(" " + wanted.commodity_code.replace(" ", ""), autoescape=True))
    if wanted.requester:
        conditions.append(licence.requester_name.icontains(wanted.requester, autoescape=True))
    if wanted.description:
        lines = literal_column("jsonb_path_query_array(boxes, '$.commodities[*].description')::text", String)
        conditions.append(lines.icontains(wanted.description, autoescape=True))
    if wanted.point_of_entry:
        conditions.append(licence.point_of_entry == wanted.point_of_entry.upper())
    return conditions
