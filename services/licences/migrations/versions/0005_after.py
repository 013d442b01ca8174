"""What happens after submission: questions, answers, returned boxes, disputes."""

from shared.database import script

revision = "licences_0005"
down_revision = "licences_0004"


def upgrade() -> None:
    for sql in (LICENCE, EVENT):
        script(sql)


# boxes_version is the version that wrote the boxes, so that a correction heard late does not undo a later one.
# boxes_handed_in are the company's own, once the authority corrected some; boxes_returned those that came back for
# correction, once the company changed some, as files_changed are boxes with other files than then.
LICENCE = """
ALTER TABLE licence
    ADD COLUMN boxes_version   integer NOT NULL DEFAULT 0,
    ADD COLUMN boxes_handed_in jsonb,
    ADD COLUMN boxes_returned  jsonb,
    ADD COLUMN files_changed   integer[] NOT NULL DEFAULT '{}',
    ADD COLUMN changed_boxes   integer[] NOT NULL DEFAULT '{}';
"""

# Facts are part 0 of their version. What the company says meanwhile changes no version: it is a further part of the one
# it knew of, and so stands between what it had heard and what came of it, whatever the clocks of the services say.
EVENT = """
ALTER TABLE licence_event
    ADD COLUMN part    smallint NOT NULL DEFAULT 0,
    ADD COLUMN details jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT licence_event_pkey,
    ADD PRIMARY KEY (licence_id, version, part);
UPDATE licence_event SET details = jsonb_build_object('declaration', text), text = '' WHERE what = 'cleared';
"""
