"""Licences with their attachments and timeline, and what identity told of companies and authorities."""

from shared.database import script

revision = "licences_0001"
down_revision = None


def upgrade() -> None:
    for sql in (LICENCE, ATTACHMENT, TIMELINE, OPERATOR, AUTHORITY):
        script(sql)


# The list reads (operator_id, modified_at, id) backwards; a part of a number is found by its trigrams. A number may be
# handed in once per partner country, unless the licence was rejected or withdrawn.
LICENCE = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE licence (
    id               uuid PRIMARY KEY,
    version          integer NOT NULL,
    operator_id      uuid NOT NULL,
    operator_name    text NOT NULL,
    operator_eori    text NOT NULL,
    requester_id     uuid NOT NULL,
    requester_name   text NOT NULL,
    vpa_country      text NOT NULL,
    licence_number   text NOT NULL,
    expiry_date      date,
    validation_state text NOT NULL,
    clearance_state  text NOT NULL,
    commodity_codes  text[] NOT NULL,
    boxes            jsonb NOT NULL,
    point_of_entry   text,
    arrival          timestamptz,
    arrival_zone     text,
    on_behalf        jsonb,
    message          text NOT NULL DEFAULT '',
    flags            jsonb NOT NULL DEFAULT '[]',
    created_at       timestamptz NOT NULL,
    modified_at      timestamptz NOT NULL
);
CREATE INDEX licence_list ON licence (operator_id, modified_at DESC, id DESC);
CREATE INDEX licence_number_part ON licence USING gin (licence_number gin_trgm_ops);
CREATE UNIQUE INDEX licence_number_once ON licence (vpa_country, licence_number)
    WHERE validation_state NOT IN ('draft', 'rejected', 'withdrawn');
"""

ATTACHMENT = """
CREATE TABLE attachment (
    id         uuid PRIMARY KEY,
    licence_id uuid NOT NULL REFERENCES licence ON DELETE CASCADE,
    box        integer NOT NULL,
    name       text NOT NULL,
    media_type text NOT NULL,
    size       integer NOT NULL,
    sha256     text NOT NULL,
    pages      integer NOT NULL,
    added_at   timestamptz NOT NULL
);
CREATE INDEX attachment_licence ON attachment (licence_id);
"""

# Facts of one licence; its version makes each of them one row, however often it is told.
TIMELINE = """
CREATE TABLE licence_event (
    licence_id uuid NOT NULL REFERENCES licence ON DELETE CASCADE,
    version    integer NOT NULL,
    what       text NOT NULL,
    at         timestamptz NOT NULL,
    by         text NOT NULL,
    text       text NOT NULL,
    PRIMARY KEY (licence_id, version)
);
"""

OPERATOR = """
CREATE TABLE operator (
    id      uuid PRIMARY KEY,
    version integer NOT NULL,
    name    text NOT NULL,
    eori    text NOT NULL
);
"""

AUTHORITY = """
CREATE TABLE authority (
    id      uuid PRIMARY KEY,
    version integer NOT NULL,
    kind    text NOT NULL,
    name    text NOT NULL,
    country text NOT NULL
);
CREATE INDEX authority_competent ON authority (country) WHERE kind = 'msca';
"""
