"""Files with many licences, entry by entry, and what became of each."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.licences.domain.bulk import Entry, Remark

WAITING, ENTERED, KNOWN, REFUSED = "waiting", "entered", "known", "refused"
OUTCOMES = (ENTERED, KNOWN, REFUSED, WAITING)

_UPLOAD = """
SELECT u.id, u.operator_id, u.account_id, u.account_name, u.file_name, u.licences, u.sent_at, u.finished_at,
    (SELECT jsonb_object_agg(outcome, number)
     FROM (SELECT outcome, count(*) AS number FROM bulk_entry WHERE upload_id = u.id GROUP BY outcome) AS counted
    ) AS counts
FROM bulk_upload u
"""

_ADD_ENTRIES = """
INSERT INTO bulk_entry (upload_id, position, rows, licence_number, is_table, raw, remarks)
SELECT $1, position, ARRAY(SELECT jsonb_array_elements_text(rows)::int), number, is_table, raw, remarks
FROM jsonb_to_recordset($2::jsonb)
    AS sent (position int, rows jsonb, number text, is_table bool, raw text, remarks jsonb)
"""

_NEXT = """
SELECT id, operator_id, account_id, account_name FROM bulk_upload WHERE finished_at IS NULL
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""

_WAITING = """
SELECT position, rows, licence_number, is_table, raw, remarks FROM bulk_entry
WHERE upload_id = $1 AND outcome = 'waiting' ORDER BY position LIMIT $2
"""

_DEALT_WITH = """
UPDATE bulk_entry SET outcome = $3, licence_id = $4, remarks = $5, raw = NULL WHERE upload_id = $1 AND position = $2
"""

_OF_NUMBERS = """
SELECT vpa_country, licence_number, id FROM licence
WHERE operator_id = $1 AND licence_number = ANY($2::text[]) AND validation_state NOT IN ('rejected', 'withdrawn')
"""


@dataclass(frozen=True)
class Upload:
    """One file, and how many of its licences have which outcome."""

    id: UUID
    operator_id: UUID
    account_id: UUID
    account_name: str
    file_name: str
    licences: int
    sent_at: dt.datetime
    finished_at: dt.datetime | None
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Job:
    """A file that is not finished, and who sent it."""

    id: UUID
    operator_id: UUID
    account_id: UUID
    account_name: str


@dataclass(frozen=True)
class Waiting:
    """An entry that is still to be entered."""

    position: int
    entry: Entry


@dataclass(frozen=True)
class Outcome:
    """What became of one entry."""

    position: int
    rows: Sequence[int]
    licence_number: str
    outcome: str
    licence_id: UUID | None
    remarks: Sequence[Remark]


async def add(db: asyncpg.Connection, upload: Upload, entries: Sequence[Entry]) -> None:
    """Keep a file with all of its entries."""
    await db.execute(
        "INSERT INTO bulk_upload (id, operator_id, account_id, account_name, file_name, licences, sent_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        upload.id,
        upload.operator_id,
        upload.account_id,
        upload.account_name,
        upload.file_name,
        upload.licences,
        upload.sent_at,
    )
    rows = [
        {
            "position": position,
            "rows": entry.rows,
            "number": entry.number,
            "is_table": entry.is_table,
            "raw": json.dumps(entry.raw),
            "remarks": [_remark_json(remark) for remark in entry.remarks],
        }
        for position, entry in enumerate(entries, start=1)
    ]
    await db.execute(_ADD_ENTRIES, upload.id, rows)


async def unfinished(db: asyncpg.Connection, operator_id: UUID) -> int:
    """How many files of a company wait."""
    number: int = await db.fetchval(
        "SELECT count(*) FROM bulk_upload WHERE finished_at IS NULL AND operator_id = $1", operator_id
    )
    return number


async def load(db: asyncpg.Connection, upload_id: UUID) -> Upload | None:
    """One file."""
    row = await db.fetchrow(f"{_UPLOAD} WHERE u.id = $1", upload_id)
    return _upload(row) if row else None


async def of_companies(
    db: asyncpg.Connection, companies: Sequence[UUID], *, after: UUID | None, limit: int
) -> list[Upload]:
    """Files of these companies, the last first."""
    rows = await db.fetch(
        f"{_UPLOAD} WHERE u.operator_id = ANY($1) AND ($2::uuid IS NULL OR u.id < $2) ORDER BY u.id DESC LIMIT $3",
        companies,
        after,
        limit,
    )
    return [_upload(row) for row in rows]


async def outcomes(
    db: asyncpg.Connection, upload_id: UUID, *, only: str = "", after: int = 0, limit: int
) -> list[Outcome]:
    """What became of the entries of a file, in its order; `only` those of one outcome."""
    rows = await db.fetch(
        "SELECT position, rows, licence_number, outcome, licence_id, remarks FROM bulk_entry "
        "WHERE upload_id = $1 AND position > $2 AND ($3 = '' OR outcome = $3) ORDER BY position LIMIT $4",
        upload_id,
        after,
        only,
        limit,
    )
    return [Outcome(**{**dict(row), "remarks": _remarks(row["remarks"])}) for row in rows]


async def next_job(db: asyncpg.Connection) -> Job | None:
    """The earliest file that is not finished and that nobody else works on, held until the transaction ends."""
    row = await db.fetchrow(_NEXT)
    return Job(*row) if row else None


async def waiting(db: asyncpg.Connection, upload_id: UUID, *, limit: int) -> list[Waiting]:
    """The next entries of a file."""
    rows = await db.fetch(_WAITING, upload_id, limit)
    return [
        Waiting(
            row["position"],
            Entry(
                tuple(row["rows"]),
                row["licence_number"],
                json.loads(row["raw"]),
                row["is_table"],
                tuple(_remarks(row["remarks"])),
            ),
        )
        for row in rows
    ]


async def dealt_with(
    db: asyncpg.Connection,
    upload_id: UUID,
    position: int,
    outcome: str,
    *,
    licence_id: UUID | None = None,
    remarks: Sequence[Remark] = (),
) -> None:
    """Keep what became of an entry, and forget what was sent."""
    await db.execute(
        _DEALT_WITH, upload_id, position, outcome, licence_id, [_remark_json(remark) for remark in remarks]
    )


async def finish(db: asyncpg.Connection, upload_id: UUID, *, at: dt.datetime) -> None:
    """Nothing of this file waits any more."""
    await db.execute("UPDATE bulk_upload SET finished_at = $2 WHERE id = $1", upload_id, at)


async def licences_of(db: asyncpg.Connection, operator_id: UUID, numbers: Sequence[str]) -> dict[tuple[str, str], UUID]:
    """Licences of a company with these numbers, by partner country and number."""
    rows = await db.fetch(_OF_NUMBERS, operator_id, numbers)
    return {(row["vpa_country"], row["licence_number"]): row["id"] for row in rows}


def _upload(row: asyncpg.Record) -> Upload:
    return Upload(**{**dict(row), "counts": row["counts"] or {}})


def _remark_json(remark: Remark) -> dict[str, Any]:
    return asdict(remark) | {"params": dict(remark.params)}


def _remarks(raw: Sequence[Mapping[str, Any]]) -> list[Remark]:
    return [Remark(**remark) for remark in raw]
