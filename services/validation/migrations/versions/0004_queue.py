"""What the queue is sorted, sought and reminded by; why a case looks risky; who changed an authority's policy."""

from shared.database import script

revision = "validation_0004"
down_revision = "validation_0003"


def upgrade() -> None:
    for sql in (CASES, ORDERS, SEARCH, PEOPLE, POLICIES):
        script(sql)


# `assessed_at` is null until the risk is worked out, and again when something changed that it rests on.
# What somebody was reminded of: `overdue_of` is the `state_since`, `reminded_due` the `due_on` that was told about;
# `overdue_level` is 1 after the limit of the state, 2 after twice the limit, when the administrators were told.
CASES = """
CREATE FUNCTION case_codes(licence jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(' ' || regexp_replace(line ->> 'commodity_code', '[^0-9]', '', 'g'), ''), '')
    FROM jsonb_array_elements(licence -> 'boxes' -> 'commodities') AS line
$$;
ALTER TABLE licence_case
    ADD COLUMN codes         text NOT NULL GENERATED ALWAYS AS (case_codes(licence)) STORED,
    ADD COLUMN risk_reasons  jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN assessed_at   timestamptz,
    ADD COLUMN overdue_of    timestamptz,
    ADD COLUMN overdue_level smallint NOT NULL DEFAULT 0,
    ADD COLUMN reminded_due  date;
"""

# What is open is little beside what was decided in all the years; so it has indexes of its own, for each order.
ORDERS = """
CREATE INDEX licence_case_open ON licence_case (country, submitted_at, licence_id)
    WHERE held AND validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned');
CREATE INDEX licence_case_open_arrival ON licence_case (country, arrival, licence_id)
    WHERE held AND validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned');
CREATE INDEX licence_case_open_risk ON licence_case (country, risk, licence_id)
    WHERE held AND validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned');
CREATE INDEX licence_case_arrival ON licence_case (country, arrival, licence_id);
CREATE INDEX licence_case_unassessed ON licence_case (submitted_at, licence_id)
    WHERE assessed_at IS NULL AND held
      AND validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned');
"""

# Both extensions come with PostgreSQL and are trusted: the owner of a database may create them.
SEARCH = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX licence_case_search ON licence_case USING gin (
    country, number_key gin_trgm_ops, operator_name gin_trgm_ops, licensee_name gin_trgm_ops, codes gin_trgm_ops
);
"""

# Officers who have been at the queue: the only people of whom a name is kept that stands in no case.
PEOPLE = """
CREATE TABLE colleague (
    account_id uuid PRIMARY KEY,
    name       text NOT NULL
);
CREATE INDEX licence_case_worked_on ON licence_case (officer_id) WHERE officer_id IS NOT NULL;
"""

POLICIES = """
CREATE TABLE policy_change (
    country         text NOT NULL,
    version         integer NOT NULL,
    policy          jsonb NOT NULL,
    changed_at      timestamptz NOT NULL,
    changed_by      uuid NOT NULL,
    changed_by_name text NOT NULL,
    changed_by_body text NOT NULL,
    PRIMARY KEY (country, version)
);
CREATE INDEX policy_change_person ON policy_change (changed_by);
"""
