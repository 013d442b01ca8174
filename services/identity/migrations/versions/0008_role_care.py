"""Reminders and recertification of roles."""

revision = "identity_0008"
down_revision = "identity_0007"


def upgrade() -> None:
    """Nothing yet."""
