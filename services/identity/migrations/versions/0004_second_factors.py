"""Second factors: authenticator apps, recovery codes, passkeys; sign-ins that wait for one."""

from shared.database import script

revision = "identity_0004"
down_revision = "identity_0003"


def upgrade() -> None:
    for sql in (AUTHENTICATOR, RECOVERY_CODE, PASSKEY, SECOND_STEP):
        script(sql)


# secret is encrypted with a key derived from the setting SECRET_KEY. An app counts once its first code was right;
# last_step is the time step of the last code that was taken, so that each works once.
AUTHENTICATOR = """
CREATE TABLE authenticator (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    name         text NOT NULL,
    secret       bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    confirmed_at timestamptz,
    used_at      timestamptz,
    last_step    bigint NOT NULL DEFAULT 0
);
CREATE INDEX authenticator_account ON authenticator (account_id);
CREATE UNIQUE INDEX authenticator_waiting ON authenticator (account_id) WHERE confirmed_at IS NULL;
"""

RECOVERY_CODE = """
CREATE TABLE recovery_code (
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    code_hash  bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash)
);
"""

# A challenge belongs to one session, one sign-in that waits, or one browser; there is one at a time for each.
PASSKEY = """
CREATE TABLE passkey (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE,
    public_key    bytea NOT NULL,
    sign_count    bigint NOT NULL,
    name          text NOT NULL,
    created_at    timestamptz NOT NULL,
    used_at       timestamptz
);
CREATE INDEX passkey_account ON passkey (account_id);
CREATE TABLE passkey_challenge (
    bound_to  text PRIMARY KEY,
    challenge bytea NOT NULL,
    ends_at   timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_ends_at ON passkey_challenge (ends_at);
"""

# Somebody has shown the first factor and not yet the second: no session exists before that.
SECOND_STEP = """
CREATE TABLE second_step (
    secret_hash bytea PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    way         text NOT NULL,
    ends_at     timestamptz NOT NULL
);
CREATE INDEX second_step_account ON second_step (account_id);
CREATE INDEX second_step_ends_at ON second_step (ends_at);
"""
