"""Licences with their attachments. Handing one in takes one SELECT and one UPDATE."""

import datetime as dt
from dataclasses import asdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.licences.domain.attachments import Attachment
from services.licences.domain.correcting import BoxReason
from services.licences.domain.form import Boxes, Party, Typed
from services.licences.domain.licence import Answers, EnteringAuthority, Flagged, Licence, Operator, Requester
from services.licences.shapes import boxes_kept, contract_boxes
from shared.person import Person

_LOAD = """
SELECT l.*,
    (SELECT jsonb_agg(jsonb_build_object('id', a.id, 'box', a.box, 'name', a.name, 'media_type', a.media_type,
                                         'size', a.size, 'sha256', a.sha256, 'pages', a.pages, 'rotation', a.rotation,
                                         'issued', a.issued)
                      ORDER BY a.box, a.position, a.id)
     FROM attachment a WHERE a.licence_id = l.id) AS attachments,
    EXISTS (SELECT 1 FROM licence other
            WHERE other.vpa_country = l.vpa_country AND other.licence_number = l.licence_number AND other.id <> l.id
              AND other.validation_state NOT IN ('draft', 'rejected', 'withdrawn')) AS number_taken,
    CASE WHEN l.validation_state = 'returned' THEN
        (SELECT e.details -> 'boxes' FROM licence_event e WHERE e.licence_id = l.id AND e.what = 'returned'
         ORDER BY e.version DESC LIMIT 1) END AS returned,
    CASE WHEN l.validation_state <> 'draft' THEN
        (SELECT min(e.at) FROM licence_event e WHERE e.licence_id = l.id AND e.what = 'submitted') END AS lodged_at,
    CASE WHEN l.validation_state <> 'draft' THEN
        (SELECT e.what = 'withdrawal_asked' FROM licence_event e WHERE e.licence_id = l.id
           AND e.what IN ('withdrawal_asked', 'withdrawal_declined', 'withdrawn')
         ORDER BY e.version DESC, e.part DESC LIMIT 1) END AS withdrawal_asked
FROM licence l WHERE l.id = $1
"""

_ADD = """
WITH added AS (
    INSERT INTO licence (id, version, operator_id, operator_name, operator_eori, requester_id, requester_name,
        vpa_country, licence_number, expiry_date, validation_state, clearance_state, commodity_codes, boxes,
        created_at, modified_at, issued_electronically, entered_by_id, entered_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
    RETURNING id, version, created_at, requester_name, requester_id
)
INSERT INTO licence_event (licence_id, version, what, at, by, text, by_id)
SELECT id, version, $20, created_at, requester_name, '', requester_id FROM added
"""

_SAVE_BOXES = """
UPDATE licence SET version = $2, vpa_country = $3, licence_number = $4, expiry_date = $5, commodity_codes = $6,
    boxes = $7, modified_at = $8, typed = $9, boxes_returned = $10, boxes_version = $2
WHERE id = $1
"""

_SAVE_ANSWERS = """
UPDATE licence SET point_of_entry = $2, arrival = $3, arrival_zone = $4, on_behalf = $5, message = $6,
    typed_answers = $7
WHERE id = $1
"""

_SUBMIT = """
WITH submitted AS (
    UPDATE licence SET version = $2, validation_state = $3, flags = $4, modified_at = $5, point_of_entry = $6,
        arrival = $7, arrival_zone = $8, on_behalf = $9, message = $10, changed_boxes = $13, files_changed = '{}',
        boxes_version = $2, boxes_handed_in = NULL, boxes_returned = NULL
    WHERE id = $1
    RETURNING id, version, modified_at
)
INSERT INTO licence_event (licence_id, version, what, at, by, text, by_id, details)
SELECT id, version, $14, modified_at, $11, '', $12, $15 FROM submitted
"""


async def add(db: asyncpg.Connection, licence: Licence) -> None:
    """Keep a new draft."""
    entered_by = licence.entered_by
    what = "claimed" if licence.issued_electronically else "entered_by_authority" if entered_by else "created"
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
        contract_boxes(licence.boxes),
        licence.created_at,
        licence.modified_at,
        licence.issued_electronically,
        entered_by.id if entered_by else None,
        entered_by.name if entered_by else None,
        what,
    )


async def load(db: asyncpg.Connection, licence_id: UUID) -> Licence | None:
    """The licence as it is now."""
    row = await db.fetchrow(_LOAD, licence_id)
    return _licence(row) if row else None


async def boxes_handed_in(db: asyncpg.Connection, licence_id: UUID) -> Boxes | None:
    """The boxes as the company handed them in, when the authority corrected some since."""
    kept = await db.fetchval("SELECT boxes_handed_in FROM licence WHERE id = $1", licence_id)
    return boxes_kept(kept) if kept else None


async def is_number_taken(db: asyncpg.Connection, licence_id: UUID) -> bool:
    """Whether another licence with the number of this one was handed in."""
    row = await db.fetchrow(_LOAD, licence_id)
    return bool(row and row["number_taken"])


async def note_changed_files(db: asyncpg.Connection, licence_id: UUID, box: int) -> None:
    """Other files than before stand in this box of a licence that was returned."""
    await db.execute(
        "UPDATE licence SET files_changed = array_append(files_changed, $2) "
        "WHERE id = $1 AND validation_state = 'returned' AND NOT $2 = ANY (files_changed)",
        licence_id,
        box,
    )


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
        contract_boxes(boxes),
        licence.modified_at,
        asdict(licence.typed),
        contract_boxes(licence.boxes_returned) if licence.boxes_returned else None,
    )


async def save_answers(db: asyncpg.Connection, licence: Licence) -> None:
    """Keep what was answered so far for handing it in."""
    await db.execute(_SAVE_ANSWERS, licence.id, *_answers(licence), dict(licence.typed_answers))


async def submit(
    db: asyncpg.Connection, licence: Licence, *, by: Person, what: str = "submitted", details: Any = None
) -> None:
    """Keep that it was handed in, `what` and `details` for its timeline.

    Raises asyncpg.UniqueViolationError when its number was handed in, a moment before.
    """
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
        list(licence.changed_boxes),
        what,
        details or {},
    )


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
    return Licence(
        id=row["id"],
        version=row["version"],
        operator=Operator(row["operator_id"], row["operator_name"], row["operator_eori"]),
        requester=Requester(row["requester_id"], row["requester_name"]),
        boxes=boxes_kept(row["boxes"]),
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
        typed=Typed(**row["typed"]),
        typed_answers=row["typed_answers"],
        flags=tuple(Flagged(**flag) for flag in row["flags"]),
        attachments=tuple(Attachment(**{**file, "id": UUID(file["id"])}) for file in row["attachments"] or ()),
        returned=tuple(BoxReason(**reason) for reason in row["returned"] or ()),
        boxes_returned=boxes_kept(row["boxes_returned"]) if row["boxes_returned"] else None,
        files_changed=tuple(row["files_changed"]),
        changed_boxes=tuple(row["changed_boxes"]),
        issued_electronically=row["issued_electronically"],
        entered_by=EnteringAuthority(row["entered_by_id"], row["entered_by"]) if row["entered_by_id"] else None,
        lodged_at=row["lodged_at"],
        withdrawal_asked=bool(row["withdrawal_asked"]),
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
