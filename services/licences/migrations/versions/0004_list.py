"""What the list is sought by, and saved searches."""

revision = "licences_0004"
down_revision = "licences_0003"


def upgrade() -> None:
    """Nothing yet."""
