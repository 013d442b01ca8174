"""The lists of those who decide: what waits, what was decided, what has to be confirmed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.operators import folded
from services.identity.domain.roles import Decider, Status
from services.identity.storage.roles import REQUEST, Request, as_request

LAST_CONFIRMED = "coalesce(r.recertified_at, r.decided_at, r.requested_at)"


@dataclass(frozen=True)
class Filter:
    """Which requests somebody who decides wants to see. `text` is of the person, the company or the authority."""

    status: Status = Status.REQUESTED
    kind: str | None = None
    country: str | None = None
    body_id: UUID | None = None
    text: str = ""


@dataclass(frozen=True)
class Due:
    """A granted role that nobody has confirmed since `confirmed_at`."""

    request: Request
    confirmed_at: datetime

    @property
    def key(self) -> tuple[datetime, UUID]:
        return self.confirmed_at, self.request.role.id


class _Conditions:
    """What a list is narrowed to; only what is asked for, so that an index fits."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: list[Any] = []

    def value(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, condition: str, *values: object) -> None:
        self.parts.append(condition.format(*(self.value(value) for value in values)))

    def __str__(self) -> str:
        return " AND ".join(self.parts)


async def queue(
    db: asyncpg.Connection, decider: Decider, wanted: Filter, *, behind: Sequence[Any] | None, limit: int
) -> list[Request]:
    """Requests in one state that are theirs to decide, those that have waited longest first."""
    sql, values = queue_statement(decider, wanted, behind=behind, limit=limit)
    return [as_request(row) for row in await db.fetch(sql, *values)]


def queue_statement(
    decider: Decider, wanted: Filter, *, behind: Sequence[Any] | None, limit: int
) -> tuple[str, list[Any]]:
    """What `queue` asks the database."""
    where = _Conditions()
    where.add("r.status = {}", wanted.status)
    _narrow(where, decider, wanted)
    if behind:
        where.add("(r.requested_at, r.id) > ({}, {})", datetime.fromisoformat(behind[0]), UUID(str(behind[1])))
    return f"{REQUEST} WHERE {where} ORDER BY r.requested_at, r.id LIMIT {where.value(limit)}", where.values


async def count_waiting(db: asyncpg.Connection, decider: Decider) -> int:
    """How many requests wait for this person's decision."""
    where = _Conditions()
    where.add("r.status = 'requested'")
    _narrow(where, decider, Filter())
    return int(await db.fetchval(f"SELECT count(*) FROM role r WHERE {where}", *where.values))


async def due(
    db: asyncpg.Connection,
    decider: Decider,
    wanted: Filter,
    *,
    before: datetime,
    behind: Sequence[Any] | None,
    limit: int,
) -> list[Due]:
    """Granted roles of theirs that were granted or last confirmed before then, the longest ago first."""
    sql, values = due_statement(decider, wanted, before=before, behind=behind, limit=limit)
    return [Due(as_request(row), row["confirmed_at"]) for row in await db.fetch(sql, *values)]


def due_statement(
    decider: Decider, wanted: Filter, *, before: datetime, behind: Sequence[Any] | None, limit: int
) -> tuple[str, list[Any]]:
    """What `due` asks the database."""
    where = _Conditions()
    where.add("r.status = 'granted'")
    where.add(LAST_CONFIRMED + " < {}", before)
    _narrow(where, decider, wanted)
    if behind:
        at, role_id = datetime.fromisoformat(behind[0]), UUID(str(behind[1]))
        where.add("(" + LAST_CONFIRMED + ", r.id) > ({}, {})", at, role_id)
    request = REQUEST.replace("SELECT ", f"SELECT {LAST_CONFIRMED} AS confirmed_at, ", 1)
    return f"{request} WHERE {where} ORDER BY {LAST_CONFIRMED}, r.id LIMIT {where.value(limit)}", where.values


def _narrow(where: _Conditions, decider: Decider, wanted: Filter) -> None:
    """To what is theirs, as domain/roles/permissions.py has it, and what they look for.

    Administrators of a company decide nothing, but among the granted roles they find the colleagues to appoint.
    """
    where.add("r.account_id <> {}", decider.account_id)
    if not decider.support:
        theirs = []
        if decider.country is not None:
            theirs.append(f"r.kind = 'importer' AND r.country = {where.value(decider.country)}")
        if decider.administers:
            bodies = where.value(sorted(decider.administers))
            colleagues = "" if wanted.status is Status.GRANTED else "r.kind IN ('msca', 'customs') AND "
            theirs.append(f"{colleagues}r.body_id = ANY({bodies})")
        where.add(f"({' OR '.join(theirs) or 'false'})")
    if wanted.kind:
        where.add("r.kind = {}", wanted.kind)
    if wanted.country:
        where.add("r.country = {}", wanted.country)
    if wanted.body_id:
        where.add("r.body_id = {}", wanted.body_id)
    words = folded(wanted.text).split()
    if words:
        query = f"to_tsquery('simple', {where.value(' & '.join(f'{word}:*' for word in words))})"
        where.add(f"r.id IN ({_MATCHING.replace('QUERY', query)})")


@dataclass(frozen=True)
class Happening:
    """What was done to a role, from the audit. `by` is nobody for what happened by itself."""

    act: str
    at: datetime
    by: str | None


async def history(db: asyncpg.Connection, role_id: UUID, *, limit: int = 100) -> list[Happening]:
    """What was done to a role, the newest first; who only looked at it is not part of it."""
    rows = await db.fetch(
        """
        SELECT u.act, u.at, a.first_name || ' ' || a.last_name AS by FROM audit u
        LEFT JOIN account a ON a.id = u.account_id
        WHERE u.details ? 'role_id' AND u.details ->> 'role_id' = $1 AND u.act <> 'role_request_read'
        ORDER BY u.at DESC, u.id DESC LIMIT $2
        """,
        str(role_id),
        limit,
    )
    return [Happening(**row) for row in rows]


_MATCHING = """
SELECT id FROM role WHERE search @@ QUERY
UNION ALL
SELECT named.id FROM account a JOIN role named ON named.account_id = a.id
WHERE a.search @@ QUERY
"""
