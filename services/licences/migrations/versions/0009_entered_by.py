"""What an authority entered stands in its list, in the order of the list; and two indexes that entry lacked."""

from shared.database import script

revision = "licences_0009"
down_revision = "licences_0008"


def upgrade() -> None:
    script(ENTERED_BY)
    script(ENTRY)


ENTERED_BY = """
DROP INDEX licence_entered_by;
CREATE INDEX licence_of_authority ON licence (entered_by_id, modified_at DESC, id DESC) WHERE entered_by_id IS NOT NULL;
"""

# One number among all that an authority sent; attempts that count no more.
ENTRY = """
CREATE INDEX electronic_licence_sent ON electronic_licence (authority_id, licence_number);
CREATE INDEX claim_attempt_at ON claim_attempt (at);
"""
