"""Accounts linked to an OpenID provider; sign-ins under way there."""

revision = "identity_0005"
down_revision = "identity_0004"


def upgrade() -> None:
    """Nothing yet."""
