"""Competent authorities and customs offices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.authorities import Authority
from services.identity.domain.operators import folded

LOADING_LOCK = 7_301_101

_KEEP = """
INSERT INTO authority AS a (id, version, kind, code, name, sort_name, country, mailbox, changed_at)
SELECT id, 1, kind, code, name, sort_name, country, mailbox, $8
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     AS told (id, kind, code, name, sort_name, country, mailbox)
ON CONFLICT (id) DO UPDATE
SET version = a.version + 1, name = excluded.name, sort_name = excluded.sort_name, country = excluded.country,
    mailbox = excluded.mailbox, changed_at = excluded.changed_at
WHERE (a.name, a.country, a.mailbox) IS DISTINCT FROM (excluded.name, excluded.country, excluded.mailbox)
RETURNING id, version, kind, code, name, country, mailbox, sort_name
"""


@dataclass(frozen=True)
class Kept:
    """An authority as it is kept. `sort_name` and id are its place in the order."""

    version: int
    authority: Authority
    sort_name: str

    @property
    def key(self) -> tuple[str, UUID]:
        return self.sort_name, self.authority.id


async def keep(db: asyncpg.Connection, authorities: Sequence[Authority], *, at: datetime) -> list[Kept]:
    """Enter or correct them; tells only those that are new or changed. One process at a time."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", LOADING_LOCK)
    rows = [(a.id, a.kind, a.code, a.name, folded(a.name), a.country, a.mailbox) for a in authorities]
    columns = zip(*rows, strict=True)
    return [_kept(row) for row in await db.fetch(_KEEP, *(list(column) for column in columns), at)]


async def by_id(db: asyncpg.Connection, authority_id: UUID) -> Kept | None:
    row = await db.fetchrow("SELECT * FROM authority WHERE id = $1", authority_id)
    return _kept(row) if row else None


async def search(
    db: asyncpg.Connection,
    *,
    kind: str | None,
    country: str | None,
    behind: Sequence[Any] | None,
    limit: int,
) -> list[Kept]:
    """By name; of one kind and country if wanted."""
    rows = await db.fetch(
        """
        SELECT * FROM authority
        WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR country = $2) AND (sort_name, id) > ($3, $4)
        ORDER BY sort_name, id LIMIT $5
        """,
        kind,
        country,
        behind[0] if behind else "",
        UUID(str(behind[1])) if behind else UUID(int=0),
        limit,
    )
    return [_kept(row) for row in rows]


def _kept(row: asyncpg.Record) -> Kept:
    authority = Authority(row["kind"], row["code"], row["name"], row["country"], row["mailbox"])
    return Kept(row["version"], authority, row["sort_name"])
