"""The history of companies, and authorities as dated data."""

revision = "identity_0007"
down_revision = "identity_0006"


def upgrade() -> None:
    """Nothing yet."""
