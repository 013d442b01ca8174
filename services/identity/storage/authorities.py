"""Competent authorities, customs offices and issuing authorities."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.authorities import Authority, Record
from services.identity.domain.operators import folded

LOADING_LOCK = 7_301_101

_COLUMNS = (
    "version, kind, code, name, country, mailbox, address, phone, valid_from, valid_until, closed_reason, "
    "packaged, offered, told_closed, sort_name"
)
_WRITTEN = (
    "id, version, kind, code, name, sort_name, words, country, mailbox, address, phone, valid_from, valid_until, "
    "closed_reason, packaged, offered, told_closed"
)
_KEEP = f"""
INSERT INTO authority ({_WRITTEN}, changed_at)
SELECT {_WRITTEN}, $2
FROM jsonb_to_recordset($1) AS told (
    id uuid, version int, kind text, code text, name text, sort_name text, words text, country text, mailbox text,
    address text, phone text, valid_from date, valid_until date, closed_reason text, packaged jsonb, offered jsonb,
    told_closed bool)
ON CONFLICT (id) DO UPDATE SET ({_WRITTEN}, changed_at) = ROW (
    {", ".join("excluded." + name for name in _WRITTEN.split(", "))}, excluded.changed_at)
"""


@dataclass(frozen=True)
class Kept:
    """An authority as it is kept. `told_closed` is what the others were last told; `sort_name` and id its place."""

    record: Record
    told_closed: bool
    sort_name: str

    @property
    def version(self) -> int:
        return self.record.version

    @property
    def authority(self) -> Authority:
        return self.record.authority

    @property
    def key(self) -> tuple[str, UUID]:
        return self.sort_name, self.authority.id


@dataclass(frozen=True)
class Wanted:
    """Which authorities a search is for. `on` leaves out those that cannot be chosen on that day."""

    kind: str | None = None
    country: str | None = None
    text: str = ""
    on: date | None = None
    conflicts: bool = False


async def lock_loading(db: asyncpg.Connection) -> None:
    """One process loads at a time; held until the transaction ends."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", LOADING_LOCK)


async def keep(db: asyncpg.Connection, records: Iterable[Record], *, at: datetime, today: date) -> None:
    """Enter or change them. They were locked, or are new."""
    await db.execute(_KEEP, [_row(record, today) for record in records], at)


async def by_id(db: asyncpg.Connection, authority_id: UUID) -> Kept | None:
    row = await db.fetchrow(f"SELECT {_COLUMNS} FROM authority WHERE id = $1", authority_id)
    return _kept(row) if row else None


async def locked(db: asyncpg.Connection, ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Those of them that are there, for changing them."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM authority WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids)
    )
    return {kept.authority.id: kept for kept in map(_kept, rows)}


async def told_otherwise(db: asyncpg.Connection, today: date) -> list[UUID]:
    """Those of which the others believe that they can be chosen when they cannot, or the other way round."""
    rows = await db.fetch(
        """
        SELECT id FROM authority
        WHERE (valid_from IS NOT NULL OR valid_until IS NOT NULL)
          AND told_closed = (coalesce(valid_from <= $1, true) AND coalesce(valid_until >= $1, true))
        """,
        today,
    )
    return [row["id"] for row in rows]


async def search(db: asyncpg.Connection, wanted: Wanted, *, behind: Sequence[Any] | None, limit: int) -> list[Kept]:
    """By name. Every word of the text begins a word of the name or the code."""
    words = " & ".join(f"{word}:*" for word in folded(wanted.text).split())
    rows = await db.fetch(
        f"""
        SELECT {_COLUMNS} FROM authority
        WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR country = $2)
          AND ($3 = '' OR search @@ to_tsquery('simple', $3))
          AND ($4::date IS NULL OR (coalesce(valid_from <= $4, true) AND coalesce(valid_until >= $4, true)))
          AND (NOT $5 OR offered IS NOT NULL) AND (sort_name, id) > ($6, $7)
        ORDER BY sort_name, id LIMIT $8
        """,
        wanted.kind,
        wanted.country,
        words,
        wanted.on,
        wanted.conflicts,
        behind[0] if behind else "",
        UUID(str(behind[1])) if behind else UUID(int=0),
        limit,
    )
    return [_kept(row) for row in rows]


async def count_conflicts(db: asyncpg.Connection) -> int:
    """How many corrections the packaged data contradict."""
    return int(await db.fetchval("SELECT count(*) FROM authority WHERE offered IS NOT NULL"))


async def rename_in_roles(db: asyncpg.Connection, body_id: UUID, name: str) -> None:
    """People and clients act for it under its new name; a role fact told later carries it."""
    await db.execute("UPDATE role SET body_name = $2 WHERE body_id = $1", body_id, name)
    await db.execute("UPDATE client SET body_name = $2 WHERE body_id = $1", body_id, name)


def _row(record: Record, today: date) -> dict[str, Any]:
    authority = record.authority
    return {
        "id": str(authority.id),
        "version": record.version,
        "kind": authority.kind,
        "code": authority.code,
        "name": authority.name,
        "sort_name": folded(authority.name),
        "words": folded(f"{authority.name} {authority.code}"),
        "country": authority.country,
        "mailbox": authority.mailbox,
        "address": authority.address,
        "phone": authority.phone,
        "valid_from": authority.valid_from.isoformat() if authority.valid_from else None,
        "valid_until": authority.valid_until.isoformat() if authority.valid_until else None,
        "closed_reason": authority.closed_reason,
        "packaged": record.packaged,
        "offered": record.offered,
        "told_closed": not authority.open_on(today),
    }


def _kept(row: asyncpg.Record) -> Kept:
    authority = Authority(
        kind=row["kind"],
        code=row["code"],
        name=row["name"],
        country=row["country"],
        mailbox=row["mailbox"],
        address=row["address"],
        phone=row["phone"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        closed_reason=row["closed_reason"],
    )
    return Kept(
        Record(row["version"], authority, row["packaged"], row["offered"]), row["told_closed"], row["sort_name"]
    )
