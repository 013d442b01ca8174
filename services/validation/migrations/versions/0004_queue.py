"""What the queue is sorted, sought and reminded by."""

revision = "validation_0004"
down_revision = "validation_0003"


def upgrade() -> None:
    """Nothing yet."""
