"""Files of licences. Their bytes lie in the store and stay there: other licences may have the same."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.licences.domain.attachments import Attachment

_ADD = """
INSERT INTO attachment (id, licence_id, box, name, media_type, size, sha256, pages, added_at, position)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce(max(position), 0) + 1
FROM attachment WHERE licence_id = $2 AND box = $3
"""

_PUT_IN_ORDER = """
UPDATE attachment SET position = wanted.position
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, position) WHERE attachment.id = wanted.id
"""


async def add(db: asyncpg.Connection, licence_id: UUID, file: Attachment, *, at: dt.datetime) -> None:
    """Note a file behind the others of its box."""
    await db.execute(
        _ADD, file.id, licence_id, file.box, file.name, file.media_type, file.size, file.sha256, file.pages, at
    )


async def remove(db: asyncpg.Connection, attachment_id: UUID) -> None:
    """Take a file off its licence."""
    await db.execute("DELETE FROM attachment WHERE id = $1", attachment_id)


async def turn(db: asyncpg.Connection, attachment_id: UUID, rotation: int) -> None:
    """Note how far a file is turned when it is shown."""
    await db.execute("UPDATE attachment SET rotation = $2 WHERE id = $1", attachment_id, rotation)


async def put_in_order(db: asyncpg.Connection, order: Sequence[UUID]) -> None:
    """Note in which order the files of one box stand."""
    await db.execute(_PUT_IN_ORDER, list(order))
