"""Corrected boxes: before and after, so that the original stays visible; and the links between licences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.validation.domain.quantities import Quantities
from shared.contracts.licence import Licence

SHOWN = 50


@dataclass(frozen=True)
class Amendment:
    """One corrected box; `before` and `after` are all boxes as JSON."""

    at: datetime
    box: int
    why: str
    reason: str
    confirmed_by: str
    confirmed_on: date | None
    reference: str
    by_name: str
    before: dict[str, Any]
    after: dict[str, Any]


async def add_amendment(db: asyncpg.Connection, licence_id: UUID, amendment: Amendment) -> None:
    """Keep a correction. Nothing of it is ever changed."""
    await db.execute(
        """
        INSERT INTO case_amendment
            (licence_id, at, box, why, reason, confirmed_by, confirmed_on, reference, by_name, before, after)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        licence_id,
        *vars(amendment).values(),
    )


async def amendments_of(db: asyncpg.Connection, licence_id: UUID) -> Sequence[Amendment]:
    """What was corrected, the first correction first."""
    rows = await db.fetch(
        f"""
        SELECT at, box, why, reason, confirmed_by, confirmed_on, reference, by_name, before, after FROM case_amendment
        WHERE licence_id = $1 ORDER BY id LIMIT {SHOWN}
        """,
        licence_id,
    )
    return [Amendment(*row) for row in rows]


async def keep_licence(db: asyncpg.Connection, licence: Licence, *, number_key: str, licensed: Quantities) -> None:
    """The licence as it stands after a correction, an answer with files, or a change of the point of entry.

    How risky it looks has to be worked out anew.
    """
    await db.execute(
        """
        UPDATE licence_case SET licence = $2, licence_number = $3, number_key = $4, expiry_date = $5,
            licensee_name = $6, licensed_volume_m3 = $7, licensed_net_weight_kg = $8,
            assessed_at = NULL
        WHERE licence_id = $1
        """,
        licence.id,
        licence.model_dump(mode="json"),
        licence.boxes.licence_number,
        number_key,
        licence.boxes.expiry_date,
        licence.boxes.licensee.name,
        licensed.volume_m3,
        licensed.net_weight_kg,
    )


async def link(db: asyncpg.Connection, *, old: UUID, new: UUID) -> None:
    """The new licence replaces the old one; whichever of the two this cell has says so."""
    await db.execute("UPDATE licence_case SET replaced_by = $2 WHERE licence_id = $1", old, new)
    await db.execute("UPDATE licence_case SET replaces = $2 WHERE licence_id = $1", new, old)
