"""The list of licences: composed of what was asked for, read along an index, paged by key.

What many licences share is met on the way down the list; what few share is gathered from the index of what can be
sought, and sorted. Which it is shows on the first steps down the list. So neither "all that are cleared" nor "the one
with this number" takes long, however many licences there are (docs/decisions/0024-searching-licences.md).
"""

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg

from services.licences.domain.number import normalised
from services.licences.domain.searching import ALL, CLEARANCE_STATES, USUAL, Order, Search, Sorting

FIRST_STEPS = 500
FURTHER_STEPS = 4_000
"""Licences looked at in their order: at first, and when it is then likely that so many hold a full page."""
EVERY_SHARD = tuple(str(shard) for shard in range(8))
"""Of the index of what is sought: it is one for each eighth of the companies."""
NO_ARRIVAL = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)
"""Where a licence without arrival stands in the order; as in the index."""

Key = tuple[dt.datetime | str, UUID]


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

    def key(self, order: Order) -> Key:
        """Its place in this order."""
        if order is Order.NUMBER:
            return self.licence_number, self.id
        return (self.modified_at if order is Order.MODIFIED else self.arrival or NO_ARRIVAL), self.id


@dataclass(frozen=True)
class Part:
    """Licences that one index has together: `where` compares with `{}`, once for each of `values`."""

    where: str
    values: Sequence[UUID | str]
    shards: Sequence[str] = EVERY_SHARD
    """Where the index of what is sought has them; in the terms of `where`."""


@dataclass(frozen=True)
class Scope:
    """Whose licences: no licence is in two of the parts."""

    parts: Sequence[Part]
    partner_country: str | None = None
    """Only those of this partner country."""
    orders: frozenset[Order] = frozenset({Order.MODIFIED})
    """What the list can be sorted by: for each there is an index."""

    @property
    def is_of_companies(self) -> bool:
        """Whether it is the list of those who enter licences."""
        return Order.NUMBER in self.orders


def of_companies(companies: Sequence[UUID]) -> Scope:
    """All licences of these companies."""
    parts = [Part("operator_id = {}", [company], ["licence_shard({})"]) for company in companies]
    return Scope(parts, orders=frozenset(Order))


def of_country(country: str, partner_country: str | None = None) -> Scope:
    """What was handed in with a point of entry in this Member State."""
    return Scope([_handed_in(country)], partner_country)


def of_authority(country: str, authority_id: UUID) -> Scope:
    """What was handed in for the authority's Member State, and what it entered itself: drafts, and what it handed in
    with a point of entry elsewhere."""
    entered = "entered_by_id = {} AND (validation_state = 'draft' OR left(point_of_entry, 2) <> {})"
    return Scope([_handed_in(country), Part(entered, [authority_id, country])])


def of_partner(partner_country: str) -> Scope:
    """What was handed in of this partner country's licences."""
    return Scope([Part("vpa_country = {} AND validation_state <> 'draft'", [partner_country])])


def of_office(office: str) -> Scope:
    """What was validated and is for this customs office to clear."""
    return Scope([Part("point_of_entry = {} AND clearance_state <> 'not_ready'", [office])])


def _handed_in(country: str) -> Part:
    return Part("left(point_of_entry, 2) = {} AND validation_state <> 'draft'", [country])


@dataclass(frozen=True)
class Criteria:
    """A search with what it names looked up: the point of entry is a Member State or these offices, and
    both moments are the ends of the days of arrival."""

    search: Search = ALL
    entry_country: str = ""
    offices: Sequence[str] | None = None
    arrives_from: dt.datetime | None = None
    arrives_before: dt.datetime | None = None
    requesters: Sequence[str] | None = None
    """Whom "requester" can mean, once that was looked up; until then names are compared with it."""

    @property
    def is_all(self) -> bool:
        """Whether nothing in particular is sought."""
        return self == Criteria()


@dataclass(frozen=True)
class Place:
    """Where in the list a page begins: behind the row with this key or, `backwards`, ends before it."""

    sorting: Sorting = USUAL
    key: Key | None = None
    backwards: bool = False


Statement = tuple[str, list[Any]]

_SHOWN = ", ".join(Row.__dataclass_fields__)
_PLACES = {
    Order.MODIFIED: "modified_at",
    Order.NUMBER: "licence_number",
    Order.ARRIVAL: "coalesce(arrival, '3000-01-01 00:00:00+00')",
}
DOWN_THE_LIST = """
SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)
"""
"""The order is that of an index, even where the database thinks that there is little to sort."""
BY_WHAT_IS_SOUGHT = """
SELECT set_config('enable_sort', 'on', true), set_config('enable_bitmapscan', 'on', true),
    set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)
"""
"""How many fit depends on whose licences and what is sought, so the plan must too."""
PEOPLE = """
WITH RECURSIVE people AS (
    SELECT company, (SELECT min(requester_name) FROM licence WHERE operator_id = company) AS name
    FROM unnest($1::uuid[]) AS company
    UNION ALL
    SELECT company, (SELECT min(requester_name) FROM licence WHERE operator_id = company AND requester_name > name)
    FROM people WHERE name IS NOT NULL
)
SELECT name FROM people WHERE name ILIKE $2
"""
"""From each name to the next along the index, however many licences each of them entered."""


async def search(db: asyncpg.Connection, scope: Scope, wanted: Criteria, place: Place, *, limit: int) -> list[Row]:
    """Licences of this scope from `place` on, in the order asked for. The transaction is planned as that needs."""
    await db.execute(DOWN_THE_LIST)
    if wanted.search.requester and scope.is_of_companies:
        wanted = replace(wanted, requesters=await _people(db, scope, wanted.search.requester))
        if not wanted.requesters:
            return []
    steps = max(FIRST_STEPS, limit)
    rows = await _walk(db, scope, wanted, place, limit=limit, steps=steps)
    if len(rows) < limit and not (wanted.is_all and scope.partner_country is None):
        if len(rows) * FURTHER_STEPS >= limit * steps:
            rows = await _walk(db, scope, wanted, place, limit=limit, steps=2 * FURTHER_STEPS)
        if len(rows) < limit:
            await db.execute(BY_WHAT_IS_SOUGHT)
            sql, arguments = gather_statement(scope, wanted, place, limit=limit)
            rows = await db.fetch(sql, *arguments)
    found = [Row(*row) for row in rows]
    return found[::-1] if place.backwards else found


async def see_one_moment(db: asyncpg.Connection) -> None:
    """Let all that this transaction reads be as it was at its first read. Must come before that."""
    await db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def _people(db: asyncpg.Connection, scope: Scope, requester: str) -> list[str]:
    """Names of those who entered licences of these companies and whom this can mean: a company has few people."""
    rows = await db.fetch(PEOPLE, [part.values[0] for part in scope.parts], _part(requester))
    return [row[0] for row in rows]


async def _walk(
    db: asyncpg.Connection, scope: Scope, wanted: Criteria, place: Place, *, limit: int, steps: int
) -> list[asyncpg.Record]:
    sql, arguments = walk_statement(scope, wanted, place, limit=limit, steps=steps)
    rows: list[asyncpg.Record] = await db.fetch(sql, *arguments)
    return rows


def walk_statement(scope: Scope, wanted: Criteria, place: Place, *, limit: int, steps: int) -> Statement:
    """Those that fit among the next `steps` of the list; that of several companies is merged on the way."""
    conditions, arguments = _conditions(scope, wanted)
    behind, order = _behind(place, arguments), _order(place)
    if place.sorting.order is Order.ARRIVAL:  # the days are a stretch of the list
        behind += "".join(f" AND {days}" for days in _days(wanted, arguments))
    here = f"SELECT *, {_PLACES[place.sorting.order]} AS place FROM licence WHERE {{whose}}{behind}"
    down = f"ORDER BY {order} LIMIT {steps:d}"
    next_ones = f"SELECT * FROM ({_of_each(scope, f'({here} {down})')}) AS list {down}"
    sql = f"SELECT {_SHOWN} FROM ({next_ones}) AS next WHERE {conditions} ORDER BY {order} LIMIT {limit:d}"
    return sql, arguments


def gather_statement(scope: Scope, wanted: Criteria, place: Place, *, limit: int) -> Statement:
    """All that fit, sorted. MATERIALIZED keeps the database from going down the list in the hope of meeting them."""
    conditions, arguments = _conditions(scope, wanted)
    fitting = f"SELECT {_SHOWN}, {_PLACES[place.sorting.order]} AS place FROM licence WHERE {{whose}} AND {conditions}"
    every = _of_each(scope, f"{fitting}{_behind(place, arguments)}", by_shard=True)
    sql = (
        f"WITH fitting AS MATERIALIZED ({every}) SELECT {_SHOWN} FROM fitting ORDER BY {_order(place)} LIMIT {limit:d}"
    )
    return sql, arguments


def _of_each(scope: Scope, of_one: str, *, by_shard: bool = False) -> str:
    """The lists of all parts, each read along its own part of an index; or of each shard of the index of what is
    sought, which the database finds only when it is told which one."""
    numbers = itertools.count(1)
    whose: list[str] = []
    for part in scope.parts:
        places = [f"${next(numbers)}" for _ in part.values]
        one = part.where.format(*places)
        shards = (f"{one} AND licence_shard(operator_id) = {shard.format(*places)}" for shard in part.shards)
        whose += shards if by_shard else [one]
    return " UNION ALL ".join(of_one.replace("{whose}", one) for one in whose)


def _order(place: Place) -> str:
    way = "DESC" if place.sorting.descending is not place.backwards else "ASC"
    return f"place {way}, id {way}"


def _behind(place: Place, arguments: list[Any]) -> str:
    if place.key is None:
        return ""
    sign = "<" if place.sorting.descending is not place.backwards else ">"
    arguments += place.key
    return f" AND ({_PLACES[place.sorting.order]}, id) {sign} (${len(arguments) - 1}, ${len(arguments)})"


def _conditions(scope: Scope, wanted: Criteria) -> Statement:
    """What must be true of a licence, and the arguments so far: those of the scope, then those of the conditions."""
    asked, state = wanted.search, wanted.search.state
    arguments: list[Any] = [value for part in scope.parts for value in part.values]
    conditions: list[str] = []

    def must(condition: str, value: Any) -> None:
        if value:
            arguments.append(value)
            conditions.append(condition.format(f"${len(arguments)}"))

    must("vpa_country = {}", scope.partner_country)
    number = normalised(asked.number)
    must(f"{_indexed('licence_number', number)} LIKE {{}}", _part(number))
    must("clearance_state = {}" if state in CLEARANCE_STATES else "validation_state = {}", state)
    must("code_beginnings @> ARRAY[{}::text]", asked.commodity_code.translate(_NO_BLANKS))
    if wanted.requesters is None:
        must(f"{_indexed('requester_name', asked.requester)} ILIKE {{}}", _part(asked.requester))
    must("requester_name = ANY({})", wanted.requesters)
    must(f"{_indexed('descriptions', asked.description)} ILIKE {{}}", _part(asked.description))
    must("vpa_country = {}", asked.partner_country)
    conditions += _days(wanted, arguments)
    must("left(point_of_entry, 2) = {}", wanted.entry_country)
    if wanted.offices is not None:
        arguments.append(list(wanted.offices))
        conditions.append(f"point_of_entry = ANY(${len(arguments)})")
    return " AND ".join(conditions) or "true", arguments


def _days(wanted: Criteria, arguments: list[Any]) -> list[str]:
    """When a licence must arrive; what has no arrival is in no stretch of days."""
    ends = {">=": wanted.arrives_from, "<": wanted.arrives_before or (wanted.arrives_from and NO_ARRIVAL)}
    conditions = []
    for sign, moment in ends.items():
        if moment:
            arguments.append(moment)
            conditions.append(f"{_PLACES[Order.ARRIVAL]} {sign} ${len(arguments)}")
    return conditions


_NO_BLANKS = str.maketrans("", "", " .")
_THREE_LETTERS = re.compile(r"[^\W_]{3}")
_LITERALLY = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})


def _indexed(column: str, text: str) -> str:
    """The column; so written that its trigrams are left alone where the text has none and every licence would fit."""
    return column if _THREE_LETTERS.search(text) else f"({column} || '')"


def _part(text: str) -> str:
    """The pattern of what has this text in it."""
    return f"%{text.translate(_LITERALLY)}%" if text else ""
