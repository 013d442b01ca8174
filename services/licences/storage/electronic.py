"""Electronic licences: as issued, with their files, what was said of them later, and who claimed them."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.licences.domain.attachments import Attachment
from services.licences.domain.electronic import Claim, ElectronicLicence, IssuingBody, Notice
from services.licences.domain.licence import Licence
from services.licences.shapes import boxes_json, boxes_kept

_LOAD = """
SELECT e.*, l.operator_id AS claimed_for, l.validation_state,
    (SELECT jsonb_agg(jsonb_build_object('id', a.id, 'box', a.box, 'name', a.name, 'media_type', a.media_type,
                                         'size', a.size, 'sha256', a.sha256, 'pages', a.pages, 'issued', true)
                      ORDER BY a.box, a.added_at, a.id)
     FROM electronic_attachment a WHERE a.electronic_id = e.id) AS attachments,
    (SELECT jsonb_agg(jsonb_build_object('kind', n.kind, 'day', n.day, 'reason', n.reason,
                                         'expiry_date', n.expiry_date) ORDER BY n.version)
     FROM electronic_notice n WHERE n.electronic_id = e.id) AS notices
FROM electronic_licence e LEFT JOIN licence l ON l.id = e.licence_id
"""

_ADD = """
INSERT INTO electronic_licence (id, version, authority_id, authority_name, vpa_country, licence_number, boxes,
    posted_at, modified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
ON CONFLICT (vpa_country, licence_number) DO NOTHING RETURNING true
"""

_SAVE = """
UPDATE electronic_licence SET version = $2, vpa_country = $3, licence_number = $4, boxes = $5, withdrawn = $6,
    modified_at = $7
WHERE id = $1
"""

_COPY_FILES = """
INSERT INTO attachment (id, licence_id, box, name, media_type, size, sha256, pages, added_at, position, issued)
SELECT copy.id, $1, box, name, media_type, size, sha256, pages, added_at, copy.position, true
FROM electronic_attachment JOIN unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS copy (id, of, position)
  ON copy.of = electronic_attachment.id
"""


async def add(db: asyncpg.Connection, licence: ElectronicLicence) -> bool:
    """Keep a new one. False when there is one of this country and number."""
    added: bool | None = await db.fetchval(
        _ADD,
        licence.id,
        licence.version,
        licence.authority.id,
        licence.authority.name,
        licence.boxes.vpa_country,
        licence.boxes.licence_number,
        boxes_json(licence.boxes),
        licence.posted_at,
    )
    return bool(added)


async def save(db: asyncpg.Connection, licence: ElectronicLicence) -> None:
    """Keep what it says now. Raises asyncpg.UniqueViolationError when there is another one of its number."""
    boxes = licence.boxes
    await db.execute(
        _SAVE,
        licence.id,
        licence.version,
        boxes.vpa_country,
        boxes.licence_number,
        boxes_json(boxes),
        licence.withdrawn,
        licence.modified_at,
    )


async def add_notice(db: asyncpg.Connection, licence: ElectronicLicence) -> None:
    """Keep the last notice."""
    notice = licence.notices[-1]
    await db.execute(
        "INSERT INTO electronic_notice (electronic_id, version, kind, day, reason, expiry_date, told_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        licence.id,
        licence.version,
        notice.kind,
        notice.day,
        notice.reason,
        notice.expiry_date,
        licence.modified_at,
    )


async def add_file(db: asyncpg.Connection, electronic_id: UUID, file: Attachment, *, at: dt.datetime) -> None:
    """Note a file; its bytes lie in the store."""
    await db.execute(
        "INSERT INTO electronic_attachment (id, electronic_id, box, name, media_type, size, sha256, pages, added_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        file.id,
        electronic_id,
        file.box,
        file.name,
        file.media_type,
        file.size,
        file.sha256,
        file.pages,
        at,
    )


async def load(db: asyncpg.Connection, electronic_id: UUID) -> ElectronicLicence | None:
    """One, as it is now."""
    row = await db.fetchrow(f"{_LOAD} WHERE e.id = $1", electronic_id)
    return _electronic(row) if row else None


async def lock(db: asyncpg.Connection, electronic_id: UUID) -> ElectronicLicence | None:
    """One, held until the transaction ends."""
    await db.execute("SELECT 1 FROM electronic_licence WHERE id = $1 FOR UPDATE", electronic_id)
    return await load(db, electronic_id)


async def lock_number(db: asyncpg.Connection, country: str, number: str) -> ElectronicLicence | None:
    """The one of this partner country and number, held until the transaction ends."""
    found: UUID | None = await db.fetchval(
        "SELECT id FROM electronic_licence WHERE vpa_country = $1 AND licence_number = $2 FOR UPDATE", country, number
    )
    return await load(db, found) if found else None


async def of_authority(
    db: asyncpg.Connection, authority_id: UUID, *, number: str, after: UUID | None, limit: int
) -> list[ElectronicLicence]:
    """Those of an authority, the last sent first."""
    one = "AND e.licence_number = $4" if number else ""
    rows = await db.fetch(
        f"{_LOAD} WHERE e.authority_id = $1 AND ($2::uuid IS NULL OR e.id < $2) {one} ORDER BY e.id DESC LIMIT $3",
        *(authority_id, after, limit),
        *([number] if number else []),
    )
    return [_electronic(row) for row in rows]


async def claim(db: asyncpg.Connection, electronic: ElectronicLicence, licence: Licence) -> None:
    """Note which draft was made of it, whose files are copies of those that came with it."""
    await db.execute("UPDATE electronic_licence SET licence_id = $2 WHERE id = $1", electronic.id, licence.id)
    copies, originals = ([file.id for file in files] for files in (licence.attachments, electronic.attachments))
    await db.execute(_COPY_FILES, licence.id, copies, originals)


async def attempts(
    db: asyncpg.Connection, account_id: UUID, operator_id: UUID, *, since: dt.datetime
) -> tuple[Sequence[dt.datetime], Sequence[dt.datetime]]:
    """When this person, and anybody of this company, tried to claim without success; the earliest first."""
    rows = await db.fetch(
        "SELECT account_id, operator_id, at FROM claim_attempt "
        "WHERE (account_id = $1 OR operator_id = $2) AND at > $3 ORDER BY at",
        account_id,
        operator_id,
        since,
    )
    by_person = [row["at"] for row in rows if row["account_id"] == account_id]
    return by_person, [row["at"] for row in rows if row["operator_id"] == operator_id]


async def add_attempt(
    db: asyncpg.Connection, attempt_id: UUID, account_id: UUID, operator_id: UUID, *, at: dt.datetime
) -> None:
    """Note an attempt to claim."""
    await db.execute(
        "INSERT INTO claim_attempt (id, account_id, operator_id, at) VALUES ($1, $2, $3, $4)",
        attempt_id,
        account_id,
        operator_id,
        at,
    )


async def forget_attempt(db: asyncpg.Connection, attempt_id: UUID, *, before: dt.datetime) -> None:
    """An attempt was right; and those of long ago count no more."""
    await db.execute("DELETE FROM claim_attempt WHERE id = $1 OR at < $2", attempt_id, before)


def _electronic(row: asyncpg.Record) -> ElectronicLicence:
    return ElectronicLicence(
        id=row["id"],
        version=row["version"],
        authority=IssuingBody(row["authority_id"], row["authority_name"], row["vpa_country"]),
        boxes=boxes_kept(row["boxes"]),
        posted_at=row["posted_at"],
        modified_at=row["modified_at"],
        withdrawn=row["withdrawn"],
        claim=Claim(row["licence_id"], row["claimed_for"], row["validation_state"]) if row["licence_id"] else None,
        attachments=tuple(Attachment(**{**file, "id": UUID(file["id"])}) for file in row["attachments"] or ()),
        notices=tuple(
            Notice(n["kind"], _day(n["day"]), n["reason"], _day(n["expiry_date"])) for n in row["notices"] or ()
        ),
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
