"""What a role allows and until when; how somebody signed in, and when with a second factor."""

from shared.database import script

revision = "identity_0002"
down_revision = "identity_0001"


def upgrade() -> None:
    for sql in (ROLE, SESSION):
        script(sql)


# A monitor's country and partner country are its scope. An ended role keeps its row: it says who could act when.
ROLE = """
ALTER TABLE role
    ADD COLUMN administrator   boolean NOT NULL DEFAULT false,
    ADD COLUMN partner_country text,
    ADD COLUMN ends_at         timestamptz,
    DROP CONSTRAINT role_kind_check,
    DROP CONSTRAINT role_status_check,
    ADD CONSTRAINT role_kind_check CHECK (kind IN ('importer', 'msca', 'customs', 'monitor', 'support')),
    ADD CONSTRAINT role_status_check CHECK (
        status IN ('requested', 'granted', 'suspended', 'refused', 'withdrawn', 'revoked', 'ended'));
DROP INDEX role_one_authority, role_once;
CREATE UNIQUE INDEX role_one_authority ON role (account_id)
    WHERE kind = 'msca' AND status IN ('requested', 'granted', 'suspended');
CREATE UNIQUE INDEX role_once ON role (account_id, kind, body_id) NULLS NOT DISTINCT
    WHERE kind <> 'monitor' AND status IN ('requested', 'granted', 'suspended');
"""

SESSION = """
ALTER TABLE session
    ADD COLUMN way       text NOT NULL DEFAULT 'password',
    ADD COLUMN strong_at timestamptz;
"""
