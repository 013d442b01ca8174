"""Licences, their attachments and their timelines. Handing one in takes one SELECT and one UPDATE."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.licences.domain.attachments import Attachment
from services.licences.domain.form import Party
from services.licences.domain.licence import Answers, Flagged, Licence, Operator, Requester
from services.licences.domain.reading import read_boxes
from services.licences.shapes import boxes_json
from shared.person import Person

_LOAD = """
SELECT l.*,
    (SELECT jsonb_agg(jsonb_build_object('id', a.id, 'box', a.box, 'name', a.name, 'media_type', a.media_type,
                                         'size', a.size, 'sha256', a.sha256, 'pages', a.pages, 'rotation', a.rotation)
                      ORDER BY a.box, a.position, a.id)
     FROM attachment a WHERE a.licence_id = l.id) AS attachments,
    EXISTS (SELECT 1 FROM licence other
            WHERE other.vpa_country = l.vpa_country AND other.licence_number = l.licence_number AND other.id <> l.id
              AND other.validation_state NOT IN ('draft', 'rejected', 'withdrawn')) AS number_taken
FROM licence l WHERE l.id = $1
"""

_ADD = """
WITH added AS (
    INSERT INTO licence (id, version, operator_id, operator_name, operator_eori, requester_id, requester_name,
        vpa_country, licence_number, expiry_date, validation_state, clearance_state, commodity_codes, boxes,
        created_at, modified_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    RETURNING id, version, created_at, requester_name, requester_id
)
INSERT INTO licence_event (licence_id, version, what, at, by, text, by_id)
SELECT id, version, 'created', created_at, requester_name, '', requester_id FROM added
"""

_SAVE_BOXES = """
UPDATE licence SET version = $2, vpa_country = $3, licence_number = $4, expiry_date = $5, commodity_codes = $6,
    boxes = $7, modified_at = $8
WHERE id = $1
"""

_SAVE_ANSWERS = """
UPDATE licence SET point_of_entry = $2, arrival = $3, arrival_zone = $4, on_behalf = $5, message = $6 WHERE id = $1
"""

_SUBMIT = """
WITH submitted AS (
    UPDATE licence SET version = $2, validation_state = $3, flags = $4, modified_at = $5, point_of_entry = $6,
        arrival = $7, arrival_zone = $8, on_behalf = $9, message = $10
    WHERE id = $1
    RETURNING id, version, modified_at
)
INSERT INTO licence_event (licence_id, version, what, at, by, text, by_id)
SELECT id, version, 'submitted', modified_at, $11, '', $12 FROM submitted
"""

_NOTE_PROGRESS = """
WITH noted AS (
    INSERT INTO licence_event (licence_id, version, what, at, by, text)
    SELECT id, $2, $5, $6, $7, $8 FROM licence WHERE id = $1
    ON CONFLICT DO NOTHING
)
UPDATE licence SET
    version = greatest(version, $2),
    validation_state = CASE WHEN version < $2 THEN $3 ELSE validation_state END,
    clearance_state = CASE WHEN version < $2 THEN $4 ELSE clearance_state END,
    modified_at = greatest(modified_at, $6)
WHERE id = $1
"""


@dataclass(frozen=True)
class Happening:
    """One fact of a licence's timeline."""

    what: str
    at: dt.datetime
    by: str
    text: str


async def add(db: asyncpg.Connection, licence: Licence) -> None:
    """Keep a new draft."""
    await db.execute(
        _ADD,
        licence.id,
        licence.version,
        licence.operator.id,
        licence.operator.name,
        licence.operator.eori,
        licence.requester.account_id,
        licence.requester.name,
        licence.boxes.vpa_country,
        licence.boxes.licence_number,
        licence.boxes.expiry_date,
        licence.validation_state,
        licence.clearance_state,
        list(licence.commodity_codes),
        boxes_json(licence.boxes),
        licence.created_at,
        licence.modified_at,
    )


async def load(db: asyncpg.Connection, licence_id: UUID) -> Licence | None:
    """The licence as it is now."""
    row = await db.fetchrow(_LOAD, licence_id)
    return _licence(row) if row else None


async def lock(db: asyncpg.Connection, licence_id: UUID) -> tuple[Licence, bool] | None:
    """The licence, held until the transaction ends, and whether another one with its number was handed in."""
    row = await db.fetchrow(f"{_LOAD} FOR UPDATE OF l", licence_id)
    return (_licence(row), row["number_taken"]) if row else None


async def save_boxes(db: asyncpg.Connection, licence: Licence) -> None:
    """Keep what the form says now."""
    boxes = licence.boxes
    await db.execute(
        _SAVE_BOXES,
        licence.id,
        licence.version,
        boxes.vpa_country,
        boxes.licence_number,
        boxes.expiry_date,
        list(licence.commodity_codes),
        boxes_json(boxes),
        licence.modified_at,
    )


async def save_answers(db: asyncpg.Connection, licence: Licence) -> None:
    """Keep what was answered so far for handing it in."""
    await db.execute(_SAVE_ANSWERS, licence.id, *_answers(licence))


async def submit(db: asyncpg.Connection, licence: Licence, *, by: Person) -> None:
    """Keep that it was handed in. Raises asyncpg.UniqueViolationError when its number was, a moment before."""
    await db.execute(
        _SUBMIT,
        licence.id,
        licence.version,
        licence.validation_state,
        [asdict(flag) for flag in licence.flags],
        licence.modified_at,
        *_answers(licence),
        by.name,
        by.account_id,
    )


async def note_progress(
    db: asyncpg.Connection,
    licence_id: UUID,
    *,
    version: int,
    validation_state: str,
    clearance_state: str,
    happening: Happening,
) -> bool:
    """Note a fact that validation told; states of a version already passed are not taken. False: no such licence."""
    status: str = await db.execute(
        _NOTE_PROGRESS,
        licence_id,
        version,
        validation_state,
        clearance_state,
        happening.what,
        happening.at,
        happening.by,
        happening.text,
    )
    return status != "UPDATE 0"


async def timeline(db: asyncpg.Connection, licence_id: UUID) -> list[Happening]:
    """What happened to a licence, newest first."""
    rows = await db.fetch(
        "SELECT what, at, by, text FROM licence_event WHERE licence_id = $1 ORDER BY version DESC", licence_id
    )
    return [Happening(*row) for row in rows]


async def delete(db: asyncpg.Connection, licence_id: UUID) -> None:
    """Delete a draft with its attachments and its timeline."""
    await db.execute("DELETE FROM licence WHERE id = $1", licence_id)


def _answers(licence: Licence) -> tuple[Any, ...]:
    answers = licence.answers
    return (
        answers.point_of_entry,
        answers.arrival,
        _zone_name(answers.arrival),
        asdict(answers.on_behalf) if answers.on_behalf else None,
        answers.message,
    )


def _licence(row: asyncpg.Record) -> Licence:
    boxes, _nothing_wrong_in_what_was_kept = read_boxes(row["boxes"])
    return Licence(
        id=row["id"],
        version=row["version"],
        operator=Operator(row["operator_id"], row["operator_name"], row["operator_eori"]),
        requester=Requester(row["requester_id"], row["requester_name"]),
        boxes=boxes,
        created_at=row["created_at"],
        modified_at=row["modified_at"],
        commodity_codes=tuple(row["commodity_codes"]),
        validation_state=row["validation_state"],
        clearance_state=row["clearance_state"],
        answers=Answers(
            row["point_of_entry"],
            _in_zone(row["arrival"], row["arrival_zone"]),
            Party(**row["on_behalf"]) if row["on_behalf"] else None,
            row["message"],
        ),
        flags=tuple(Flagged(**flag) for flag in row["flags"]),
        attachments=tuple(Attachment(**{**file, "id": UUID(file["id"])}) for file in row["attachments"] or ()),
    )


def _zone_name(moment: dt.datetime | None) -> str | None:
    """The zone a person chose, else the offset a program sent."""
    if moment is None:
        return None
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else moment.isoformat(timespec="minutes")[16:]


def _in_zone(moment: dt.datetime | None, zone: str | None) -> dt.datetime | None:
    if moment is None or not zone:
        return moment
    if zone[0] in "+-":
        return moment.astimezone(dt.datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo)
    return moment.astimezone(ZoneInfo(zone))
