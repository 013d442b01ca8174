"""The queue of an authority: composed of what was asked for, read along an index, paged by key, counted up to a limit.

First the next few thousand cases are looked at in their order, and those that fit are taken. Only when these do not
fill the page is all that fits gathered from the index of what can be sought, and sorted. So neither "all that wait"
nor "the one with this number" takes long, however many cases there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.validation.domain.numbers import search_key
from services.validation.domain.queueing import ME, NOBODY, Order, Search, Sorting, Tab
from services.validation.domain.risk import Reason
from services.validation.domain.states import ClearanceState
from services.validation.storage.cases import RISK_REASONS

COUNTED = 1_000
"""Counts stop here: more is told as "at least"."""
LOOKED_AT = 4_000
"""So many cases are looked at in their order before all that fit are gathered."""

Key = tuple[datetime | int, UUID]
Statement = tuple[str, list[Any]]


@dataclass(frozen=True)
class QueuedCase:
    """One row of the queue. `risk` says something only when it is assessed."""

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
    officer_id: UUID | None
    officer_name: str | None
    state_since: datetime
    due_on: date | None
    risk: int
    is_assessed: bool
    risk_reasons: tuple[Reason, ...]
    sampled: bool
    proposed_by: str | None

    def key(self, order: Order) -> Key:
        """Its place in this order."""
        if order is Order.RISK:
            return self.risk, self.licence_id
        return (self.arrival if order is Order.ARRIVAL else self.submitted_at), self.licence_id


@dataclass(frozen=True)
class QueueFilter:
    """Which cases: of a Member State, or of a monitor's scope (a partner country, in one Member State or in all).

    `me` is whose cases are "mine". `late_since` says, per state, since when a case stands in it that is due; one that
    was promised until `due_by` is due too. The moments of arrival are the ends of the days that were asked for.
    """

    country: str | None
    tab: Tab = Tab.ALL
    search: Search = field(default_factory=Search)
    partner_country: str | None = None
    me: UUID | None = None
    late_since: Mapping[str, datetime] = field(default_factory=dict)
    due_by: date | None = None
    arrives_from: datetime | None = None
    arrives_before: datetime | None = None


_COMPUTED = {
    "is_assessed": "assessed_at IS NOT NULL AS is_assessed",
    "proposed_by": "proposal #>> '{by,name}' AS proposed_by",
}
_NAMES = QueuedCase.__dataclass_fields__
_SHOWN = ", ".join(_COMPUTED.get(name, name) for name in _NAMES)
_SORTED_BY = {Order.SUBMITTED: "submitted_at", Order.ARRIVAL: "arrival", Order.RISK: "risk"}
_DOWN_THE_LIST = "SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)"
_BY_WHAT_IS_SOUGHT = "SELECT set_config('enable_sort', 'on', true), set_config('enable_bitmapscan', 'on', true)"

# Written out, so that the partial indexes are seen to fit.
_OPEN = "held AND validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned')"
_UNDECIDED = "validation_state IN ('submitted', 'under_verification', 'information_requested')"
_OF_TAB = {
    Tab.NEW: f"{_OPEN} AND validation_state = 'submitted' AND officer_id IS NULL AND proposal IS NULL",
    Tab.MINE: f"{_OPEN} AND {_UNDECIDED}",
    Tab.IMPORTER: f"{_OPEN} AND validation_state IN ('information_requested', 'returned')",
    Tab.ISSUER: f"{_OPEN} AND validation_state = 'under_verification'",
    Tab.DUE: _OPEN,
    Tab.CONFIRM: f"{_OPEN} AND {_UNDECIDED} AND proposal IS NOT NULL",
    Tab.DECIDED: "validation_state IN ('validated', 'rejected', 'cancelled', 'replaced', 'withdrawn')",
}


async def queue(
    db: asyncpg.Connection,
    wanted: QueueFilter,
    sorting: Sorting,
    *,
    after: Key | None,
    limit: int,
    looked_at: int = LOOKED_AT,
) -> list[QueuedCase]:
    """Cases in the order asked for, from behind `after` on. Sets how this transaction is planned, and back again."""
    sql, arguments = walk_statement(wanted, sorting, after=after, limit=limit, looked_at=max(looked_at, limit))
    await db.execute(_DOWN_THE_LIST)
    rows = await db.fetch(sql, *arguments)
    await db.execute(_BY_WHAT_IS_SOUGHT)
    if len(rows) < limit and _sought(wanted, []):
        sql, arguments = gather_statement(wanted, sorting, after=after, limit=limit)
        rows = await db.fetch(sql, *arguments)
    return [QueuedCase(**{**row, "risk_reasons": RISK_REASONS.validate_python(row["risk_reasons"])}) for row in rows]


def walk_statement(
    wanted: QueueFilter, sorting: Sorting, *, after: Key | None, limit: int, looked_at: int
) -> Statement:
    """Those that fit among the next `looked_at` of the tab."""
    arguments: list[Any] = []
    scope, sought = _scope(wanted, arguments), _sought(wanted, arguments)
    behind, sort = _behind(sorting, after, arguments), _sort(sorting)
    if not sought:
        return f"SELECT {_SHOWN} FROM licence_case WHERE {scope}{behind} ORDER BY {sort} LIMIT {limit:d}", arguments
    next_ones = f"SELECT * FROM licence_case WHERE {scope}{behind} ORDER BY {sort} LIMIT {looked_at:d}"
    return f"SELECT {_SHOWN} FROM ({next_ones}) AS next WHERE {sought} ORDER BY {sort} LIMIT {limit:d}", arguments


def gather_statement(wanted: QueueFilter, sorting: Sorting, *, after: Key | None, limit: int) -> Statement:
    """All that fit, sorted. MATERIALIZED keeps the database from going down the list in the hope of meeting them."""
    arguments: list[Any] = []
    scope, sought = _scope(wanted, arguments), _sought(wanted, arguments)
    behind, sort = _behind(sorting, after, arguments), _sort(sorting)
    fitting = f"SELECT * FROM licence_case WHERE {scope} AND {sought}{behind}"
    sql = f"WITH fitting AS MATERIALIZED ({fitting}) SELECT {_SHOWN} FROM fitting ORDER BY {sort} LIMIT {limit:d}"
    return sql, arguments


async def numbers_of(db: asyncpg.Connection, country: str, licence_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The licence numbers of those of these cases that are of this Member State."""
    rows = await db.fetch(
        "SELECT licence_id, licence_number FROM licence_case WHERE country = $1 AND licence_id = ANY($2::uuid[])",
        country,
        licence_ids,
    )
    return {row[0]: row[1] for row in rows}


async def count_tabs(db: asyncpg.Connection, wanted: Mapping[Tab, QueueFilter]) -> dict[Tab, int]:
    """How many cases are in each tab, up to `COUNTED`."""
    arguments: list[Any] = []
    counted = [
        f"(SELECT count(*) FROM (SELECT FROM licence_case WHERE {_scope(one, arguments)} LIMIT {COUNTED}) AS counted)"
        for one in wanted.values()
    ]
    row = await db.fetchrow(f"SELECT {', '.join(counted)}", *arguments)
    return dict(zip(wanted, row, strict=True))


def _scope(wanted: QueueFilter, arguments: list[Any]) -> str:
    """Whose cases, and of which tab: what an index is read along."""
    conditions = []

    def must(condition: str, value: Any) -> None:
        arguments.append(value)
        conditions.append(condition.format(f"${len(arguments)}"))

    if wanted.country:
        must("country = {}", wanted.country)
    if wanted.partner_country:
        must("vpa_country = {}", wanted.partner_country)
    if wanted.tab in _OF_TAB:
        conditions.append(_OF_TAB[wanted.tab])
    if wanted.tab is Tab.MINE:
        must("officer_id = {}", wanted.me)
    if wanted.tab is Tab.DUE:
        conditions.append(_due(wanted, arguments))
    state = wanted.search.state
    if state:
        must("clearance_state = {}" if state in set(ClearanceState) else "validation_state = {}", state)
    return " AND ".join(conditions) or "true"


def _due(wanted: QueueFilter, arguments: list[Any]) -> str:
    arguments.append(wanted.due_by)
    due = [f"due_on <= ${len(arguments)}"]
    for state, since in wanted.late_since.items():
        arguments += (state, since)
        due.append(f"validation_state = ${len(arguments) - 1} AND state_since <= ${len(arguments)}")
    return f"({' OR '.join(due)})"


def _sought(wanted: QueueFilter, arguments: list[Any]) -> str:
    """What must be true of a case that is looked for; empty when nothing is."""
    asked, conditions = wanted.search, []

    def must(condition: str, value: Any) -> None:
        if value:
            arguments.append(value)
            conditions.append(condition.format(f"${len(arguments)}"))

    must("number_key LIKE {}", _part(search_key(asked.number)))
    must("codes LIKE {}", _part(asked.commodity_code, before=" "))
    must("operator_name ILIKE {}", _part(asked.company))
    must("licensee_name ILIKE {}", _part(asked.exporter))
    must("point_of_entry = {}", asked.point_of_entry)
    must("vpa_country = {}", asked.partner_country)
    must("arrival >= {}", wanted.arrives_from)
    must("arrival < {}", wanted.arrives_before)
    if asked.officer == NOBODY:
        conditions.append("officer_id IS NULL")
    elif asked.officer:
        must("officer_id = {}", wanted.me if asked.officer == ME else UUID(asked.officer))
    return " AND ".join(conditions)


def _behind(sorting: Sorting, after: Key | None, arguments: list[Any]) -> str:
    if after is None:
        return ""
    arguments += after
    sign = "<" if sorting.descending else ">"
    return f" AND ({_SORTED_BY[sorting.order]}, licence_id) {sign} (${len(arguments) - 1}, ${len(arguments)})"


def _sort(sorting: Sorting) -> str:
    way = "DESC" if sorting.descending else "ASC"
    return f"{_SORTED_BY[sorting.order]} {way}, licence_id {way}"


_LITERALLY = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})


def _part(text: str, *, before: str = "") -> str:
    """The pattern of what has this text in it."""
    return f"%{before}{text.translate(_LITERALLY)}%" if text else ""
