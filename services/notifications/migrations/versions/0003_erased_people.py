"""People who deleted their accounts: nobody writes to them any more, and what was written is without their names."""

from shared.database import script

revision = "notifications_0003"
down_revision = "notifications_0002"


def upgrade() -> None:
    script(ERASED)


ERASED = """
ALTER TABLE account ADD COLUMN erased_at timestamptz;
CREATE INDEX message_person ON message (person_id) WHERE person_id IS NOT NULL;
"""
