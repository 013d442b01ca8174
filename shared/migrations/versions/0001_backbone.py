"""Outbox, inbox, parked messages, known roles and idempotency keys: the tables every service has."""

from shared.database import script

revision = "shared_0001"
down_revision = None


def upgrade() -> None:
    for sql in (OUTBOX, UNSENT, REACH, INBOX, PARKED, ROLES, IDEMPOTENCY):
        script(sql)


OUTBOX = """
CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    uuid NOT NULL,
    topic       text NOT NULL,
    key         bytea,
    type        text NOT NULL,
    payload     bytea NOT NULL,
    occurred_at timestamptz NOT NULL,
    traceparent text,
    headers     jsonb
);
CREATE INDEX outbox_occurred_at ON outbox USING brin (occurred_at);
"""

# What still has to be sent stands beside the outbox, not in it: taking a row out of this narrow table costs a
# fraction of rewriting a row with its payload, and sending again is one INSERT.
UNSENT = """
CREATE TABLE outbox_unsent (
    id        bigint PRIMARY KEY,
    attempts  integer NOT NULL DEFAULT 0,
    failed_at timestamptz,
    error     text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX outbox_unsent_failed ON outbox_unsent (id) WHERE failed_at IS NOT NULL;
"""

# Where the last batch of each partition began. A broker whose partition does not reach beyond it has lost its log.
REACH = """
CREATE TABLE relay_reach (
    topic     text NOT NULL,
    partition integer NOT NULL,
    position  bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);
"""

INBOX = """
CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    heard_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbox_heard_at ON inbox USING brin (heard_at);
"""

PARKED = """
CREATE TABLE parked (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic       text NOT NULL,
    partition   integer NOT NULL,
    position    bigint NOT NULL,
    key         bytea,
    value       bytea NOT NULL,
    headers     jsonb NOT NULL,
    fingerprint bytea NOT NULL UNIQUE,
    type        text,
    error       text NOT NULL,
    parked_at   timestamptz NOT NULL,
    settled_at  timestamptz,
    settled_as  text CHECK (settled_as IN ('sent again', 'dropped')),
    settled_by  text
);
CREATE INDEX parked_open ON parked (id) WHERE settled_at IS NULL;
"""

ROLES = """
CREATE TABLE known_role (
    role_id    uuid PRIMARY KEY,
    version    integer NOT NULL,
    account_id uuid NOT NULL,
    kind       text NOT NULL,
    body_id    uuid,
    body_name  text NOT NULL,
    country    text,
    office     text,
    granted    boolean NOT NULL
);
CREATE INDEX known_role_account ON known_role (account_id) WHERE granted;
CREATE INDEX known_role_body ON known_role (body_id) WHERE granted;
CREATE INDEX known_role_support ON known_role (kind) WHERE granted AND kind = 'support';
"""

IDEMPOTENCY = """
CREATE TABLE idempotency (
    account_id uuid NOT NULL,
    key        text NOT NULL,
    digest     bytea NOT NULL,
    asked_at   timestamptz NOT NULL,
    status     integer,
    body       jsonb,
    headers    jsonb,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_asked_at ON idempotency USING brin (asked_at);
"""
