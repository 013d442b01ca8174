"""Second factors: authenticator apps, recovery codes, passkeys."""

revision = "identity_0004"
down_revision = "identity_0003"


def upgrade() -> None:
    """Nothing yet."""
