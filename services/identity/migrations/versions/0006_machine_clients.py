"""Machine clients of companies and authorities."""

revision = "identity_0006"
down_revision = "identity_0005"


def upgrade() -> None:
    """Nothing yet."""
