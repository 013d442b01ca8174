"""What each authority has decided for itself, and how risky a case looks by its own weights."""

from shared.database import script

revision = "validation_0003"
down_revision = "validation_0002"


# An authority without a row works by the defaults of domain/policy.py.
def upgrade() -> None:
    script(
        """
        CREATE TABLE authority_policy (
            country    text PRIMARY KEY,
            version    integer NOT NULL,
            policy     jsonb NOT NULL,
            changed_at timestamptz NOT NULL,
            changed_by uuid NOT NULL
        );
        ALTER TABLE licence_case
            ADD COLUMN risk    integer NOT NULL DEFAULT 0,
            ADD COLUMN sampled boolean NOT NULL DEFAULT false;
        """
    )
