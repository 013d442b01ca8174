"""What happens around a case: who works on it, what is open, what was corrected, replaced or handed over."""

from shared.database import script

revision = "validation_0002"
down_revision = "validation_0001"


def upgrade() -> None:
    script(CASES)
    script(AMENDMENTS)


# questions, verifications and the proposal are parts of the case: they are read and written with it, never sought by.
# `held` is false where the case was handed over, or handed in again, to an authority that another cell serves.
CASES = """
ALTER TABLE licence_case
    ADD COLUMN held              boolean NOT NULL DEFAULT true,
    ADD COLUMN officer_id        uuid,
    ADD COLUMN officer_name      text,
    ADD COLUMN questions         jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN verifications     jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN proposal          jsonb,
    ADD COLUMN confirmed_by      uuid,
    ADD COLUMN confirmed_by_name text,
    ADD COLUMN confirmed_body    text,
    ADD COLUMN override_reason   text NOT NULL DEFAULT '',
    ADD COLUMN replaces          uuid,
    ADD COLUMN replaced_by       uuid,
    ADD COLUMN due_on            date,
    ADD COLUMN state_since       timestamptz;
UPDATE licence_case SET state_since = modified_at;
ALTER TABLE licence_case ALTER COLUMN state_since SET NOT NULL;
CREATE INDEX licence_case_officer ON licence_case (officer_id, submitted_at, licence_id)
    WHERE validation_state IN ('submitted', 'under_verification', 'information_requested');
CREATE INDEX licence_case_due ON licence_case (country, due_on, licence_id)
    WHERE validation_state IN ('submitted', 'under_verification', 'information_requested');
CREATE INDEX licence_case_requester ON licence_case (requester_id);
"""

# The boxes before and after a correction; the original stays visible.
AMENDMENTS = """
CREATE TABLE case_amendment (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    licence_id   uuid NOT NULL REFERENCES licence_case,
    at           timestamptz NOT NULL,
    box          integer NOT NULL,
    why          text NOT NULL,
    reason       text NOT NULL,
    confirmed_by text NOT NULL,
    confirmed_on date,
    reference    text NOT NULL,
    by_name      text NOT NULL,
    before       jsonb NOT NULL,
    after        jsonb NOT NULL
);
CREATE INDEX case_amendment_case ON case_amendment (licence_id, id);
"""
