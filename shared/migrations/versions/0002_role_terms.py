"""What a role allows, until when, and whether a person or a machine client has it."""

from shared.database import script

revision = "shared_0002"
down_revision = "shared_0001"


def upgrade() -> None:
    script(
        """
        ALTER TABLE known_role
            ADD COLUMN administrator   boolean NOT NULL DEFAULT false,
            ADD COLUMN partner_country text,
            ADD COLUMN ends_at         timestamptz,
            ADD COLUMN machine         boolean NOT NULL DEFAULT false;
        """
    )
