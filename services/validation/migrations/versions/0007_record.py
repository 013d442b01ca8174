"""The chained history and the facts behind reports."""

revision = "validation_0007"
down_revision = "validation_0006"


def upgrade() -> None:
    """Nothing yet."""
