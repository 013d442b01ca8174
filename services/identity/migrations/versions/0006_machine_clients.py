"""Machine clients of companies and authorities."""

from shared.database import script

revision = "identity_0006"
down_revision = "identity_0005"


def upgrade() -> None:
    for sql in (CLIENT, PROOF, ATTEMPT):
        script(sql)


# A client's id is the account id of other services; role_id and version are those of the role that they hear of.
# A deleted client keeps its row: licences and the audit name it.
CLIENT = """
CREATE TABLE client (
    id           uuid PRIMARY KEY,
    version      integer NOT NULL,
    role_id      uuid NOT NULL UNIQUE,
    name         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('importer', 'msca', 'customs', 'issuer')),
    body_id      uuid NOT NULL,
    body_name    text NOT NULL,
    country      text NOT NULL,
    office       text,
    scopes       text[] NOT NULL,
    status       text NOT NULL CHECK (status IN ('enabled', 'disabled', 'deleted')),
    created_at   timestamptz NOT NULL,
    created_by   uuid NOT NULL,
    ends_at      timestamptz,
    last_used_at timestamptz
);
CREATE INDEX client_body ON client (body_id, created_at, id) WHERE status <> 'deleted';
CREATE INDEX client_by_time ON client (created_at, id) WHERE status <> 'deleted';
"""

PROOF = """
CREATE TABLE client_secret (
    id           uuid PRIMARY KEY,
    client_id    uuid NOT NULL REFERENCES client,
    secret_hash  bytea NOT NULL UNIQUE,
    prefix       text NOT NULL,
    created_at   timestamptz NOT NULL,
    ends_at      timestamptz,
    last_used_at timestamptz
);
CREATE INDEX client_secret_client ON client_secret (client_id, created_at);
"""

# Refusals only. client_id is what was sent: it need not exist.
ATTEMPT = """
CREATE TABLE client_attempt (
    id        uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    address   text NOT NULL,
    at        timestamptz NOT NULL
);
CREATE INDEX client_attempt_client ON client_attempt (client_id, at);
CREATE INDEX client_attempt_address ON client_attempt (address, at);
CREATE INDEX client_attempt_at ON client_attempt (at);
"""
