"""Accounts, sessions, companies, authorities, roles and the record of what was done."""

from shared.database import script

revision = "identity_0001"
down_revision = None


def upgrade() -> None:
    for sql in (ACCOUNT, LINK, SESSION, ATTEMPT, SIGNING_KEY, OPERATOR, AUTHORITY, ROLE, AUDIT):
        script(sql)


# email_key is the address as accounts are found by it; email is what the person typed and mails go to.
ACCOUNT = """
CREATE TABLE account (
    id                  uuid PRIMARY KEY,
    version             integer NOT NULL,
    email               text NOT NULL,
    email_key           text NOT NULL UNIQUE,
    first_name          text NOT NULL,
    last_name           text NOT NULL,
    password_hash       text NOT NULL,
    language            text NOT NULL,
    time_zone           text NOT NULL,
    privacy_version     text NOT NULL,
    privacy_accepted_at timestamptz NOT NULL,
    created_at          timestamptz NOT NULL,
    confirmed_at        timestamptz
);
"""

LINK = """
CREATE TABLE link (
    secret_hash bytea PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    purpose     text NOT NULL CHECK (purpose IN ('confirmation', 'password')),
    created_at  timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX link_account ON link (account_id, purpose);
CREATE INDEX link_ends_at ON link (ends_at);
"""

SESSION = """
CREATE TABLE session (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    secret_hash bytea NOT NULL UNIQUE,
    address     text NOT NULL,
    browser     text NOT NULL,
    created_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_ends_at ON session (ends_at);
"""

# A guess counts until it turns out to be right, so that many at the same time do not slip through.
# account_hash also stands for addresses that no account has: an attempt tells nobody whether there is one.
ATTEMPT = """
CREATE TABLE sign_in_attempt (
    id           uuid PRIMARY KEY,
    account_hash bytea NOT NULL,
    address      text NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_account ON sign_in_attempt (account_hash, at);
CREATE INDEX sign_in_attempt_address ON sign_in_attempt (address, at);
CREATE INDEX sign_in_attempt_at ON sign_in_attempt (at);
"""

# private_key is encrypted with a key derived from the setting SECRET_KEY.
SIGNING_KEY = """
CREATE TABLE signing_key (
    kid         text PRIMARY KEY,
    private_key bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    ends_at     timestamptz
);
"""

# words holds name, EORI and town without accents, so that the start of any word of them finds the company.
OPERATOR = """
CREATE TABLE operator (
    id               uuid PRIMARY KEY,
    version          integer NOT NULL,
    name             text NOT NULL,
    sort_name        text NOT NULL COLLATE "C",
    words            text NOT NULL,
    search           tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED,
    eori             text NOT NULL UNIQUE,
    address          text NOT NULL,
    postal_code      text NOT NULL,
    town             text NOT NULL,
    country          text NOT NULL,
    activity         text NOT NULL,
    section_chapters text[] NOT NULL,
    vat              text NOT NULL,
    national_number  text NOT NULL,
    phone            text NOT NULL,
    email            text NOT NULL,
    website          text NOT NULL,
    created_at       timestamptz NOT NULL,
    created_by       uuid
);
CREATE INDEX operator_search ON operator USING gin (search);
CREATE INDEX operator_by_name ON operator (sort_name, id);
CREATE INDEX operator_by_country ON operator (country, sort_name, id);
"""

AUTHORITY = """
CREATE TABLE authority (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('msca', 'customs')),
    code       text NOT NULL,
    name       text NOT NULL,
    sort_name  text NOT NULL COLLATE "C",
    country    text NOT NULL,
    mailbox    text,
    changed_at timestamptz NOT NULL,
    UNIQUE (kind, code)
);
CREATE INDEX authority_by_country ON authority (kind, country, sort_name, id);
CREATE INDEX authority_by_name ON authority (sort_name, id);
"""

# The two partial unique indexes hold the rules of domain/roles.py also when two requests come at once.
ROLE = """
CREATE TABLE role (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    account_id      uuid NOT NULL REFERENCES account,
    kind            text NOT NULL CHECK (kind IN ('importer', 'msca', 'customs', 'support')),
    body_id         uuid,
    body_name       text NOT NULL,
    country         text,
    office          text,
    status          text NOT NULL CHECK (status IN ('requested', 'granted', 'refused', 'withdrawn', 'revoked')),
    requested_at    timestamptz NOT NULL,
    function        text NOT NULL,
    phone           text NOT NULL,
    reason          text NOT NULL,
    as_agent        boolean NOT NULL,
    decided_at      timestamptz,
    decided_by      uuid,
    decision_reason text NOT NULL
);
CREATE INDEX role_account ON role (account_id);
CREATE INDEX role_body ON role (body_id) WHERE status = 'granted';
CREATE INDEX role_queue ON role (status, requested_at, id);
CREATE UNIQUE INDEX role_one_authority ON role (account_id)
    WHERE kind = 'msca' AND status IN ('requested', 'granted');
CREATE UNIQUE INDEX role_once ON role (account_id, kind, body_id) NULLS NOT DISTINCT
    WHERE status IN ('requested', 'granted');
"""

# who, what, about whom or what, when, from where. details holds ids and words of ours, no personal data.
AUDIT = """
CREATE TABLE audit (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    account_id uuid,
    session_id uuid,
    act        text NOT NULL,
    subject_id uuid,
    address    text,
    details    jsonb NOT NULL
);
CREATE INDEX audit_subject ON audit (subject_id, act, at);
CREATE INDEX audit_account ON audit (account_id, at);
"""
