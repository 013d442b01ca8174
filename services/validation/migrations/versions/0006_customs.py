"""Declarations line by line, reservations by customs systems, and the lists of a whole country."""

from shared.database import script

revision = "validation_0006"
down_revision = "validation_0005"


# The last index is what customs systems read changes along.
def upgrade() -> None:
    script(
        """
        ALTER TABLE licence_case
            ADD COLUMN declared_lines jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN reserved_for   text;
        CREATE INDEX licence_case_cleared_country ON licence_case (country, clearance_state, arrival, licence_id)
            WHERE validation_state = 'validated';
        CREATE INDEX licence_case_declaration ON licence_case (declaration) WHERE declaration IS NOT NULL;
        CREATE INDEX licence_case_changes ON licence_case (point_of_entry, modified_at, licence_id);
        """
    )
