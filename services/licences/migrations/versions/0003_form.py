"""What the form keeps beside the boxes."""

revision = "licences_0003"
down_revision = "licences_0002"


def upgrade() -> None:
    """Nothing yet."""
