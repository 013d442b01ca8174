"""What officers marked on the boxes of a case, and how the boxes stood before they were handed in again."""

from shared.database import script

revision = "validation_0005"
down_revision = "validation_0004"


# `line` is the commodity line, 0 for boxes outside the lines. `version` is that of the case when the mark was made:
# a later version that changed the box makes the mark void.
def upgrade() -> None:
    script(
        """
        CREATE TABLE box_mark (
            licence_id  uuid NOT NULL REFERENCES licence_case,
            box         integer NOT NULL,
            line        integer NOT NULL,
            account_id  uuid NOT NULL,
            name        text NOT NULL,
            finding     text NOT NULL,
            reason_code text NOT NULL,
            text        text NOT NULL,
            version     integer NOT NULL,
            at          timestamptz NOT NULL,
            PRIMARY KEY (licence_id, box, line, account_id)
        );
        CREATE INDEX box_mark_person ON box_mark (account_id);
        ALTER TABLE licence_case ADD COLUMN boxes_before jsonb;
        """
    )
