"""Accounts linked to an OpenID provider; sign-ins under way there. Keys are published before they sign."""

from shared.database import script

revision = "identity_0005"
down_revision = "identity_0004"


def upgrade() -> None:
    for sql in (ACCOUNT, SIGN_IN, LINK, WAITING, SIGNING_KEY):
        script(sql)


# Whoever came through a provider has no password until choosing one by "forgot password".
ACCOUNT = """
ALTER TABLE account ALTER COLUMN password_hash DROP NOT NULL;
"""

# One way to the provider and back, for one browser, once. `verifier` is the secret of PKCE.
SIGN_IN = """
CREATE TABLE openid_sign_in (
    state_hash   bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    nonce        text NOT NULL,
    verifier     text NOT NULL,
    target       text NOT NULL,
    address      text NOT NULL,
    created_at   timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL
);
CREATE INDEX openid_sign_in_ends_at ON openid_sign_in (ends_at);
CREATE INDEX openid_sign_in_address ON openid_sign_in (address);
"""

# A provider's subject is one account's, and an account has one subject of a provider.
LINK = """
CREATE TABLE openid_link (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    issuer     text NOT NULL,
    subject    text NOT NULL,
    provider   text NOT NULL,
    linked_at  timestamptz NOT NULL,
    used_at    timestamptz,
    UNIQUE (issuer, subject),
    UNIQUE (account_id, issuer)
);
"""

# Somebody whom the provider knows and we do not: about to make an account (account_id is null), or about to confirm
# by mail that an account is theirs.
WAITING = """
CREATE TABLE openid_waiting (
    secret_hash bytea PRIMARY KEY,
    account_id  uuid REFERENCES account ON DELETE CASCADE,
    issuer      text NOT NULL,
    subject     text NOT NULL,
    email       text NOT NULL,
    first_name  text NOT NULL,
    last_name   text NOT NULL,
    language    text NOT NULL,
    strong      boolean NOT NULL,
    target      text NOT NULL,
    created_at  timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX openid_waiting_account ON openid_waiting (account_id);
CREATE INDEX openid_waiting_ends_at ON openid_waiting (ends_at);
"""

# A key is published from created_at, signs from signs_from, and is believed until ends_at.
SIGNING_KEY = """
ALTER TABLE signing_key ADD COLUMN signs_from timestamptz;
UPDATE signing_key SET signs_from = created_at;
ALTER TABLE signing_key ALTER COLUMN signs_from SET NOT NULL;
"""
