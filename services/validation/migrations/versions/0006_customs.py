"""Declarations line by line, and reservations by national customs systems."""

revision = "validation_0006"
down_revision = "validation_0005"


def upgrade() -> None:
    """Nothing yet."""
