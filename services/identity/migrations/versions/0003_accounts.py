"""Changing and deleting accounts."""

revision = "identity_0003"
down_revision = "identity_0002"


def upgrade() -> None:
    """Nothing yet."""
