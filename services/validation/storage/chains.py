"""Reading the chained history through, to find where it was tampered with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.validation.domain.chain import Link

FIRST = (UUID(int=0), 0)


@dataclass(frozen=True)
class ChainedEntry:
    """An entry beside what the head of its case says. `head_entries` is None when the head is missing.

    `pseudonym` is that of somebody who deleted the account.
    """

    link: Link
    name: str
    salt: bytes | None
    pseudonym: str | None
    previous: bytes
    hash: bytes
    head_entries: int | None
    head_hash: bytes | None


async def entries_after(
    db: asyncpg.Connection, key: tuple[UUID, int], *, only: UUID | None, limit: int
) -> Sequence[ChainedEntry]:
    """The next entries, case by case in the order of their chains; of one case with `only`."""
    rows = await db.fetch(
        """
        SELECT a.licence_id, a.position, a.at, a.act, a.account_id, a.body, a.text, a.details, a.seal,
            a.name, a.salt, f.pseudonym, a.previous, a.hash, h.entries, h.hash AS head_hash
        FROM case_act a
            LEFT JOIN case_history h ON h.licence_id = a.licence_id
            LEFT JOIN former_person f ON f.account_id = a.account_id
        WHERE (a.licence_id, a.position) > ($1, $2) AND ($3::uuid IS NULL OR a.licence_id = $3)
        ORDER BY a.licence_id, a.position LIMIT $4
        """,
        *key,
        only,
        limit,
    )
    return [_entry(row) for row in rows]


def _entry(row: asyncpg.Record) -> ChainedEntry:
    values: list[Any] = list(row.values())
    return ChainedEntry(Link(*values[:9]), *values[9:])


async def without_entries(db: asyncpg.Connection, *, only: UUID | None) -> UUID | None:
    """A case whose whole history is gone: its head counts entries, or somebody decided, but there is none."""
    found: UUID | None = await db.fetchval(
        """
        SELECT licence_id FROM case_history h WHERE entries > 0 AND ($1::uuid IS NULL OR licence_id = $1)
            AND NOT EXISTS (SELECT FROM case_act a WHERE a.licence_id = h.licence_id)
        UNION ALL
        SELECT licence_id FROM licence_case c WHERE decided_at IS NOT NULL AND ($1::uuid IS NULL OR licence_id = $1)
            AND NOT EXISTS (SELECT FROM case_act a WHERE a.licence_id = c.licence_id)
        LIMIT 1
        """,
        only,
    )
    return found
