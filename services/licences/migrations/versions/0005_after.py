"""What happens after submission: questions, answers, returned boxes, disputes."""

revision = "licences_0005"
down_revision = "licences_0004"


def upgrade() -> None:
    """Nothing yet."""
