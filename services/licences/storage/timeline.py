"""What happened to a licence: what the company did and said, and what validation told. Nothing of it is changed."""

import datetime as dt
from typing import Any
from uuid import UUID

import asyncpg

from services.licences.domain.form import Boxes
from services.licences.domain.timeline import Happening
from services.licences.shapes import boxes_json
from shared.contracts.validation import CaseEvent
from shared.person import Person

_FOLLOW = """
WITH noted AS (
    INSERT INTO licence_event (licence_id, version, what, at, by, text, details)
    SELECT id, $2, $6, $7, $8, $9, $10 FROM licence WHERE id = $1
    ON CONFLICT DO NOTHING
)
UPDATE licence SET
    version = greatest(version, $2),
    validation_state = CASE WHEN version < $2 THEN $3 ELSE validation_state END,
    clearance_state = CASE WHEN version < $2 THEN $4 ELSE clearance_state END,
    point_of_entry = CASE WHEN version < $2 THEN $5 ELSE point_of_entry END,
    modified_at = greatest(modified_at, $7)
WHERE id = $1
"""

_AMEND = """
UPDATE licence SET boxes = $3, boxes_version = $2, boxes_handed_in = coalesce(boxes_handed_in, boxes),
    vpa_country = $4, licence_number = $5, expiry_date = $6, commodity_codes = $7
WHERE id = $1 AND boxes_version < $2
"""

_SAY = """
WITH said AS (
    INSERT INTO licence_event (licence_id, version, part, what, at, by, by_id, text, details)
    SELECT id, version,
        1 + (SELECT coalesce(max(part), 0) FROM licence_event e WHERE e.licence_id = l.id AND e.version = l.version),
        $2, $3, $4, $5, $6, $7
    FROM licence l WHERE id = $1
)
UPDATE licence SET modified_at = greatest(modified_at, $3) WHERE id = $1
"""


async def follow(db: asyncpg.Connection, event: CaseEvent, happening: Happening) -> bool:
    """Note a fact that validation told, once; states that were passed already are not taken. False: no such licence."""
    status: str = await db.execute(
        _FOLLOW,
        event.licence_id,
        event.version,
        event.validation_state,
        event.clearance_state,
        event.point_of_entry,
        happening.what,
        happening.at,
        happening.by,
        happening.text,
        dict(happening.details),
    )
    return status != "UPDATE 0"


async def amend(db: asyncpg.Connection, licence_id: UUID, *, version: int, boxes: Boxes) -> None:
    """Boxes as the authority corrected them, unless a later version wrote them. The company's own are kept beside."""
    await db.execute(
        _AMEND,
        licence_id,
        version,
        boxes_json(boxes),
        boxes.vpa_country,
        boxes.licence_number,
        boxes.expiry_date,
        list(boxes.commodity_codes),
    )


async def say(
    db: asyncpg.Connection,
    licence_id: UUID,
    what: str,
    *,
    at: dt.datetime,
    by: Person,
    text: str,
    details: dict[str, Any] | None = None,
) -> None:
    """Note what the company said. The licence is held until the transaction ends."""
    await db.execute(_SAY, licence_id, what, at, by.name, by.account_id, text, details or {})


async def timeline(db: asyncpg.Connection, licence_id: UUID) -> list[Happening]:
    """Everything, the latest first."""
    rows = await db.fetch(
        "SELECT what, at, by, text, details, version FROM licence_event WHERE licence_id = $1 "
        "ORDER BY version DESC, part DESC",
        licence_id,
    )
    return [Happening(*row) for row in rows]


async def mark(db: asyncpg.Connection, licence_id: UUID) -> str:
    """Differs whenever something happened to the licence."""
    row = await db.fetchrow(
        "SELECT version, (SELECT count(*) FROM licence_event e WHERE e.licence_id = l.id) FROM licence l WHERE id = $1",
        licence_id,
    )
    return "-".join(str(value) for value in row) if row else ""
