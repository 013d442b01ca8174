"""The record of who did what, when and from where. It only grows: the database refuses every other change."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from shared.database import run
from shared.ids import new_id

CHUNK = 500


@dataclass(frozen=True)
class Entry:
    """One act. `by` is None for a command, a stranger or the system; names are those of today."""

    id: UUID
    at: datetime
    act: str
    by: UUID | None
    by_name: str | None
    about: UUID | None
    about_name: str | None
    address: str | None
    details: Mapping[str, str]

    @property
    def key(self) -> tuple[datetime, UUID]:
        return self.at, self.id


@dataclass(frozen=True)
class Wanted:
    """Which acts: `person` did them or they were done to that person; from `since` on, and before `until`."""

    act: str | None = None
    person: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def note(
    db: asyncpg.Connection,
    act: str,
    *,
    at: datetime,
    by: UUID | None,
    subject: UUID | None = None,
    session: UUID | None = None,
    address: str | None = None,
    details: Mapping[str, str] | None = None,
) -> None:
    """Record one act. Without `address` it comes from where the session was opened. No personal data in `details`."""
    await db.execute(
        """
        INSERT INTO audit (id, at, account_id, session_id, act, subject_id, address, details)
        VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, (SELECT address FROM session WHERE id = $4)), $8)
        """,
        new_id(),
        at,
        by,
        session,
        act,
        subject,
        address,
        dict(details or {}),
    )


async def count(db: asyncpg.Connection, act: str, subject: UUID, *, since: datetime) -> int:
    """How often something was done to somebody since then."""
    query = "SELECT count(*) FROM audit WHERE subject_id = $1 AND act = $2 AND at > $3"
    return int(await db.fetchval(query, subject, act, since))


async def was_noted(
    db: asyncpg.Connection,
    act: str,
    *,
    subject: UUID | None,
    since: datetime,
    by: UUID | None = None,
    address: str | None = None,
) -> bool:
    """Whether the same was recorded since then."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM audit WHERE act = $1 AND at > $2 AND subject_id IS NOT DISTINCT FROM $3
                           AND ($4::uuid IS NULL OR account_id = $4) AND ($5::text IS NULL OR address = $5))
            """,
            act,
            since,
            subject,
            by,
            address,
        )
    )


async def acts(db: asyncpg.Connection) -> list[str]:
    """Every kind of act that was ever recorded, found by jumping along the index from one to the next."""
    rows = await db.fetch(
        """
        WITH RECURSIVE found AS (
            (SELECT act FROM audit ORDER BY act LIMIT 1)
            UNION ALL
            SELECT (SELECT a.act FROM audit a WHERE a.act > f.act ORDER BY a.act LIMIT 1) FROM found f
            WHERE f.act IS NOT NULL)
        SELECT act FROM found WHERE act IS NOT NULL
        """
    )
    return [row["act"] for row in rows]


_COLUMNS = ("id", "at", "account_id", "act", "subject_id", "address", "details")
_audit = sa.table("audit", *(sa.column(name) for name in _COLUMNS))
_account = sa.table("account", *(sa.column(name) for name in ("id", "first_name", "last_name")))


async def page(
    db: asyncpg.Connection, wanted: Wanted, *, behind: tuple[datetime, UUID] | None, limit: int
) -> list[Entry]:
    """Acts, the latest first, behind that key."""
    return [_entry(row) for row in await run(db, page_statement(wanted, behind=behind, limit=limit))]


def page_statement(wanted: Wanted, *, behind: tuple[datetime, UUID] | None, limit: int) -> sa.Select[Any]:
    """What `page` asks the database: each branch walks one index backwards and stops after `limit` rows."""
    if wanted.person is None:
        found = _branch(wanted, [], behind, limit).subquery("found")
    else:
        by = _branch(wanted, [_audit.c.account_id == wanted.person], behind, limit)
        not_twice = sa.func.coalesce(_audit.c.account_id, sa.literal(UUID(int=0))) != wanted.person
        about = _branch(wanted, [_audit.c.subject_id == wanted.person, not_twice], behind, limit)
        found = sa.union_all(sa.select(by.subquery("by")), sa.select(about.subquery("about"))).subquery("found")
    doer, other = _account.alias("doer"), _account.alias("other")
    return (
        sa.select(found, _name(doer).label("by_name"), _name(other).label("about_name"))
        .select_from(
            found.outerjoin(doer, doer.c.id == found.c.account_id).outerjoin(other, other.c.id == found.c.subject_id)
        )
        .order_by(found.c.at.desc(), found.c.id.desc())
        .limit(limit)
    )


def _branch(wanted: Wanted, conditions: list[Any], behind: tuple[datetime, UUID] | None, limit: int) -> sa.Select[Any]:
    a = _audit.c
    if wanted.act:
        conditions.append(a.act == wanted.act)
    if wanted.since:
        conditions.append(a.at >= wanted.since)
    if wanted.until:
        conditions.append(a.at < wanted.until)
    if behind:
        conditions.append(sa.tuple_(a.at, a.id) < behind)
    return sa.select(*a).where(*conditions).order_by(a.at.desc(), a.id.desc()).limit(limit)


def _name(account: Any) -> Any:
    return account.c.first_name + sa.literal(" ", sa.Text) + account.c.last_name


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        row["id"],
        row["at"],
        row["act"],
        row["account_id"],
        row["by_name"],
        row["subject_id"],
        row["about_name"],
        row["address"],
        row["details"],
    )


async def all_of(db: asyncpg.Connection, wanted: Wanted) -> AsyncIterator[list[Entry]]:
    """Everything that is wanted, the latest first, some at a time."""
    behind = None
    while entries := await page(db, wanted, behind=behind, limit=CHUNK):
        yield entries
        behind = entries[-1].key


async def forget_addresses(db: asyncpg.Connection, account_id: UUID) -> None:
    """Forget from which network addresses somebody acted, or was tried for."""
    await db.execute("UPDATE audit SET address = NULL WHERE account_id = $1 AND address IS NOT NULL", account_id)
    await db.execute("UPDATE audit SET address = NULL WHERE subject_id = $1 AND address IS NOT NULL", account_id)
