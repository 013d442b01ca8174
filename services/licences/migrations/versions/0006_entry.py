"""Electronic licences, bulk entry, and licences entered by an authority."""

from shared.database import script

revision = "licences_0006"
down_revision = "licences_0005"


def upgrade() -> None:
    for sql in (LICENCE, OPERATOR, ELECTRONIC, ATTEMPTS, BULK):
        script(sql)


# A file that came with an electronic licence is part of what was issued.
LICENCE = """
ALTER TABLE licence
    ADD COLUMN issued_electronically boolean NOT NULL DEFAULT false,
    ADD COLUMN entered_by_id uuid,
    ADD COLUMN entered_by text;
CREATE INDEX licence_entered_by ON licence (entered_by_id, id)
    WHERE validation_state = 'draft' AND entered_by_id IS NOT NULL;
ALTER TABLE attachment ADD COLUMN issued boolean NOT NULL DEFAULT false;
"""

# Companies that were heard of before get their country from the roles in them, until they are told of again.
OPERATOR = """
CREATE EXTENSION IF NOT EXISTS btree_gin;
ALTER TABLE operator
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN town text NOT NULL DEFAULT '',
    ADD COLUMN country text NOT NULL DEFAULT '',
    ADD COLUMN closed boolean NOT NULL DEFAULT false;
UPDATE operator SET country = r.country FROM known_role r
WHERE r.kind = 'importer' AND r.body_id = operator.id AND r.country IS NOT NULL;
CREATE INDEX operator_search ON operator USING gin (country, name gin_trgm_ops, eori gin_trgm_ops);
"""

# Deleting the draft makes the electronic licence one that can be claimed again.
ELECTRONIC = """
CREATE TABLE electronic_licence (
    id             uuid PRIMARY KEY,
    version        integer NOT NULL,
    authority_id   uuid NOT NULL,
    authority_name text NOT NULL,
    vpa_country    text NOT NULL,
    licence_number text NOT NULL,
    boxes          jsonb NOT NULL,
    withdrawn      boolean NOT NULL DEFAULT false,
    licence_id     uuid REFERENCES licence ON DELETE SET NULL,
    posted_at      timestamptz NOT NULL,
    modified_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX electronic_licence_number ON electronic_licence (vpa_country, licence_number);
CREATE INDEX electronic_licence_list ON electronic_licence (authority_id, id);
CREATE INDEX electronic_licence_claimed ON electronic_licence (licence_id) WHERE licence_id IS NOT NULL;
CREATE TABLE electronic_attachment (
    id            uuid PRIMARY KEY,
    electronic_id uuid NOT NULL REFERENCES electronic_licence ON DELETE CASCADE,
    box           integer NOT NULL,
    name          text NOT NULL,
    media_type    text NOT NULL,
    size          integer NOT NULL,
    sha256        text NOT NULL,
    pages         integer NOT NULL,
    added_at      timestamptz NOT NULL
);
CREATE INDEX electronic_attachment_of ON electronic_attachment (electronic_id);
CREATE TABLE electronic_notice (
    electronic_id uuid NOT NULL REFERENCES electronic_licence ON DELETE CASCADE,
    version       integer NOT NULL,
    kind          text NOT NULL,
    day           date NOT NULL,
    reason        text NOT NULL,
    expiry_date   date,
    told_at       timestamptz NOT NULL,
    PRIMARY KEY (electronic_id, version)
);
"""

# What was not right, so that nobody claims by guessing.
ATTEMPTS = """
CREATE TABLE claim_attempt (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL,
    operator_id uuid NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX claim_attempt_account ON claim_attempt (account_id, at);
CREATE INDEX claim_attempt_operator ON claim_attempt (operator_id, at);
"""

# An entry keeps what was sent until it was dealt with; as text, because JSON can say what jsonb cannot hold.
BULK = """
CREATE TABLE bulk_upload (
    id           uuid PRIMARY KEY,
    operator_id  uuid NOT NULL,
    account_id   uuid NOT NULL,
    account_name text NOT NULL,
    file_name    text NOT NULL,
    licences     integer NOT NULL,
    sent_at      timestamptz NOT NULL,
    finished_at  timestamptz
);
CREATE INDEX bulk_upload_list ON bulk_upload (operator_id, id);
CREATE INDEX bulk_upload_account ON bulk_upload (account_id);
CREATE INDEX bulk_upload_waiting ON bulk_upload (id) WHERE finished_at IS NULL;
CREATE TABLE bulk_entry (
    upload_id      uuid NOT NULL REFERENCES bulk_upload ON DELETE CASCADE,
    position       integer NOT NULL,
    rows           integer[] NOT NULL,
    licence_number text NOT NULL,
    is_table       boolean NOT NULL,
    raw            text,
    outcome        text NOT NULL DEFAULT 'waiting',
    licence_id     uuid,
    remarks        jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (upload_id, position)
);
CREATE INDEX bulk_entry_waiting ON bulk_entry (upload_id, position) WHERE outcome = 'waiting';
"""
