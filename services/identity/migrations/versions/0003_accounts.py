"""Changing and deleting accounts, finding people, and a record of acts that only grows."""

from shared.database import script

revision = "identity_0003"
down_revision = "identity_0002"


def upgrade() -> None:
    for sql in (ACCOUNT, ACCEPTANCE, EMAIL_CHANGE, LINK, ASKING, AUDIT, OUTBOX):
        script(sql)


# A deleted account keeps its row for what it signed; the pseudonym stands in its name, and no address finds it.
# search finds people by the beginnings of words in name and address, without accents; e-mail addresses fall into words.
ACCOUNT = r"""
ALTER TABLE account
    ALTER COLUMN email_key DROP NOT NULL,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN sort_name text COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (regexp_replace(normalize(
            translate(lower(last_name || ' ' || first_name), 'øłđ', 'old'), NFKD), '[\u0300-\u036f]', '', 'g')) STORED,
    ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', regexp_replace(regexp_replace(
        normalize(translate(lower(first_name || ' ' || last_name || ' ' || email), 'øłđ', 'old'), NFKD),
        '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))) STORED;
CREATE INDEX account_search ON account USING gin (search);
CREATE INDEX account_by_name ON account (sort_name, id) WHERE deleted_at IS NULL;
"""

# account.privacy_version is the latest of these.
ACCEPTANCE = """
CREATE TABLE privacy_acceptance (
    account_id  uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    version     text NOT NULL,
    accepted_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, version)
);
INSERT INTO privacy_acceptance SELECT id, privacy_version, privacy_accepted_at FROM account;
"""

EMAIL_CHANGE = """
CREATE TABLE email_change (
    account_id       uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    new_email        text NOT NULL,
    requested_at     timestamptz NOT NULL,
    ends_at          timestamptz NOT NULL,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz
);
CREATE INDEX email_change_ends_at ON email_change (ends_at);
"""

LINK = """
ALTER TABLE link DROP CONSTRAINT link_purpose_check, ADD CONSTRAINT link_purpose_check
    CHECK (purpose IN ('confirmation', 'password', 'email-old', 'email-new'));
"""

# What strangers may ask for only so often from one network address, such as mails.
ASKING = """
CREATE TABLE asking (
    id      uuid PRIMARY KEY,
    what    text NOT NULL,
    address text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX asking_address ON asking (address, what, at);
CREATE INDEX asking_at ON asking (at);
"""

# Read along time: all of it, one act, what was done by somebody or to somebody. Rows are never changed or taken out;
# only the network address is forgotten with the account it belonged to.
AUDIT = """
DROP INDEX audit_account;
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_act ON audit (act, at, id);
CREATE INDEX audit_by ON audit (account_id, at, id);
CREATE INDEX audit_about ON audit (subject_id, at, id);

CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.address IS NULL AND to_jsonb(NEW) - 'address' = to_jsonb(OLD) - 'address' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what is in the audit stays as it is' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_grows();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
"""

# Facts about people are found by account, to take personal data out of those kept for a refill.
OUTBOX = """
CREATE INDEX outbox_of_person ON outbox (key)
    WHERE topic IN ('identity.accounts', 'identity.mails', 'identity.roles');
CREATE INDEX outbox_mails ON outbox (occurred_at) WHERE topic = 'identity.mails';
"""
