"""Cases, and the history of what officials did with them and read of them."""

from shared.database import script

revision = "validation_0001"
down_revision = None


def upgrade() -> None:
    script(CASES)
    script(ACTS)


# `licence` is the licence as it was handed in, whole; columns beside it are what lists are made and sought by.
CASES = """
CREATE TABLE licence_case (
    licence_id         uuid PRIMARY KEY,
    version            integer NOT NULL,
    country            text NOT NULL,
    point_of_entry     text NOT NULL,
    licence_number     text NOT NULL,
    number_key         text NOT NULL,
    vpa_country        text NOT NULL,
    operator_id        uuid NOT NULL,
    operator_name      text NOT NULL,
    operator_eori      text NOT NULL,
    requester_id       uuid NOT NULL,
    requester_name     text NOT NULL,
    licensee_name      text NOT NULL,
    expiry_date        date,
    arrival            timestamptz NOT NULL,
    submitted_at       timestamptz NOT NULL,
    licensed_volume_m3     numeric,
    licensed_net_weight_kg numeric,
    flags              integer NOT NULL,
    licence            jsonb NOT NULL,
    validation_state   text NOT NULL,
    clearance_state    text NOT NULL,
    decided_at         timestamptz,
    decided_by         uuid,
    decided_by_name    text,
    decided_body       text,
    reason_code        text,
    reason             text,
    declaration        text,
    declared_volume_m3     numeric,
    declared_net_weight_kg numeric,
    modified_at        timestamptz NOT NULL
);
CREATE INDEX licence_case_queue ON licence_case (country, validation_state, submitted_at, licence_id);
CREATE INDEX licence_case_country ON licence_case (country, submitted_at, licence_id);
CREATE INDEX licence_case_clearance ON licence_case (point_of_entry, clearance_state, arrival, licence_id)
    WHERE validation_state = 'validated';
CREATE INDEX licence_case_number ON licence_case (number_key);
CREATE INDEX licence_case_parties ON licence_case (operator_id, lower(licensee_name));
"""

ACTS = """
CREATE TABLE case_act (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    licence_id uuid NOT NULL REFERENCES licence_case,
    at         timestamptz NOT NULL,
    act        text NOT NULL,
    account_id uuid NOT NULL,
    name       text NOT NULL,
    body       text NOT NULL,
    text       text NOT NULL DEFAULT '',
    details    jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX case_act_case ON case_act (licence_id, id);
"""
