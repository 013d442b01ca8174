"""Attachments have an order within their box, and can be shown turned."""

from shared.database import script

revision = "licences_0002"
down_revision = "licences_0001"


def upgrade() -> None:
    script(ATTACHMENT)


# Files that are there already stand in the order in which they were added.
ATTACHMENT = """
ALTER TABLE attachment
    ADD COLUMN position integer NOT NULL DEFAULT 0,
    ADD COLUMN rotation smallint NOT NULL DEFAULT 0 CHECK (rotation IN (0, 90, 180, 270));
UPDATE attachment SET position = placed.position
FROM (
    SELECT id, row_number() OVER (PARTITION BY licence_id, box ORDER BY added_at, id) AS position FROM attachment
) placed
WHERE attachment.id = placed.id;
"""
