"""Electronic licences, bulk entry, and licences entered by an authority."""

revision = "licences_0006"
down_revision = "licences_0005"


def upgrade() -> None:
    """Nothing yet."""
