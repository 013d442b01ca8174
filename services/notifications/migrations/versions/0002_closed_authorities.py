"""Authorities that exist no longer get no mail."""

from shared.database import script

revision = "notifications_0002"
down_revision = "notifications_0001"


def upgrade() -> None:
    script("ALTER TABLE authority ADD COLUMN closed boolean NOT NULL DEFAULT false")
