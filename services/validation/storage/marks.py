"""What officers marked on the boxes of cases."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from services.validation.domain.marks import Comparison, Mark, Place

SHOWN = 2_000


async def marks_of(db: asyncpg.Connection, licence_id: UUID) -> Sequence[Mark]:
    """All marks on a case, in the order of the boxes, the latest of each first."""
    rows = await db.fetch(
        f"""
        SELECT box, line, finding, account_id, name, at, reason_code, text FROM box_mark
        WHERE licence_id = $1 ORDER BY box, line, at DESC LIMIT {SHOWN}
        """,
        licence_id,
    )
    return [Mark(row[0], row[1], Comparison(row["finding"]), *(row[n] for n in range(3, 8))) for row in rows]


async def keep_mark(db: asyncpg.Connection, licence_id: UUID, mark: Mark, *, version: int) -> None:
    """Keep this officer's mark in the place of the one they may have made before."""
    await db.execute(
        """
        INSERT INTO box_mark (licence_id, box, line, account_id, name, finding, reason_code, text, version, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (licence_id, box, line, account_id) DO UPDATE SET name = excluded.name,
            finding = excluded.finding, reason_code = excluded.reason_code, text = excluded.text,
            version = excluded.version, at = excluded.at
        """,
        licence_id,
        mark.box,
        mark.line,
        mark.account_id,
        mark.name,
        mark.finding,
        mark.reason_code,
        mark.text,
        version,
        mark.at,
    )


async def remove_mark(db: asyncpg.Connection, licence_id: UUID, place: Place, account_id: UUID) -> None:
    """Take this officer's mark away."""
    await db.execute(
        "DELETE FROM box_mark WHERE licence_id = $1 AND box = $2 AND line = $3 AND account_id = $4",
        licence_id,
        *place,
        account_id,
    )


async def void_marks(db: asyncpg.Connection, changed: Collection[tuple[UUID, int, int]]) -> None:
    """Take away what was marked on boxes (licence, version, box) before a version that changed them."""
    if not changed:
        return
    await db.execute(
        """
        DELETE FROM box_mark USING unnest($1::uuid[], $2::int[], $3::int[]) AS now (licence_id, version, box)
        WHERE box_mark.licence_id = now.licence_id AND box_mark.box = now.box AND box_mark.version < now.version
        """,
        *(list(column) for column in zip(*changed, strict=True)),
    )
