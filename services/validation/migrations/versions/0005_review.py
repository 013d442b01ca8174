"""What officers marked on the boxes of a case."""

revision = "validation_0005"
down_revision = "validation_0004"


def upgrade() -> None:
    """Nothing yet."""
