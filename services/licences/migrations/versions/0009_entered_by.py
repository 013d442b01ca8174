"""What an authority entered stands in its list, in the order of the list."""

from shared.database import script

revision = "licences_0009"
down_revision = "licences_0008"


def upgrade() -> None:
    script(ENTERED_BY)


ENTERED_BY = """
DROP INDEX licence_entered_by;
CREATE INDEX licence_of_authority ON licence (entered_by_id, modified_at DESC, id DESC) WHERE entered_by_id IS NOT NULL;
"""
