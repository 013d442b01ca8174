"""Who changed what about a company or authority, when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import asyncpg

from services.identity.domain.changes import Changes
from shared.ids import new_id

Source = Literal["person", "command", "packaged data", "calendar"]


class NewChange(NamedTuple):
    """Which version of which body came about through which changes; no changes stand for the first entry."""

    body_id: UUID
    version: int
    changes: Changes


@dataclass(frozen=True)
class Change:
    """One entry of the history. `by_name` is None when nobody did it, or their account is gone."""

    version: int
    at: datetime
    by: UUID | None
    by_name: str | None
    source: str
    changes: Changes


async def add(
    db: asyncpg.Connection, new: Sequence[NewChange], *, at: datetime, by: UUID | None, source: Source
) -> None:
    """Keep what was changed."""
    rows = [(new_id(), n.body_id, n.version, dict(n.changes)) for n in new]
    columns = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    await db.execute(
        """
        INSERT INTO body_change (id, body_id, version, at, by, source, changes)
        SELECT id, body_id, version, $5, $6, $7, changes
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::jsonb[]) AS told (id, body_id, version, changes)
        """,
        *columns,
        at,
        by,
        source,
    )


async def of(db: asyncpg.Connection, body_id: UUID, *, since: int = 0, limit: int = 200) -> list[Change]:
    """What became of it after version `since`, the newest first."""
    rows = await db.fetch(
        """
        SELECT c.version, c.at, c.by, a.first_name || ' ' || a.last_name AS by_name, c.source, c.changes
        FROM body_change c LEFT JOIN account a ON a.id = c.by
        WHERE c.body_id = $1 AND c.version > $2 ORDER BY c.version DESC LIMIT $3
        """,
        body_id,
        since,
        limit,
    )
    return [Change(**row) for row in rows]
