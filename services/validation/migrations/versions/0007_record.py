"""The chained history, the past of each case behind reports, and what waits too long."""

import secrets
from typing import Any

from alembic import op
from sqlalchemy import text

from services.validation.domain.chain import START, Link, seal_of
from shared.database import script

revision = "validation_0007"
down_revision = "validation_0006"


def upgrade() -> None:
    script(CHAIN)
    _chain_what_is_there()
    script(CHAINED)
    script(PAST)
    script(WAITING)
    script(ELSEWHERE)


# The head of each chain stands beside it: without it a cut end would not be noticed. Neither it nor an entry refers to
# its case by a foreign key: that would lock the case, while whoever acts on it has it locked and wants the head.
CHAIN = """
CREATE TABLE case_history (
    licence_id uuid PRIMARY KEY,
    entries    integer NOT NULL,
    hash       bytea NOT NULL
);
ALTER TABLE case_act DROP CONSTRAINT case_act_licence_id_fkey;
ALTER TABLE case_act
    ADD COLUMN position integer,
    ADD COLUMN salt     bytea,
    ADD COLUMN seal     bytea,
    ADD COLUMN previous bytea,
    ADD COLUMN hash     bytea;
"""

_ACTS = """
SELECT id, licence_id, at, act, account_id, name, body, text, details FROM case_act
WHERE (licence_id, id) > (:licence_id, :id) ORDER BY licence_id, id LIMIT 1000
"""
_KEEP = """
UPDATE case_act SET position = :position, salt = :salt, seal = :seal, previous = :previous, hash = :hash WHERE id = :id
"""
_HEADS = """
INSERT INTO case_history (licence_id, entries, hash)
SELECT DISTINCT ON (licence_id) licence_id, position, hash FROM case_act ORDER BY licence_id, position DESC
"""


def _chain_what_is_there() -> None:
    db = op.get_bind()
    last: dict[str, Any] = {"licence_id": "00000000-0000-0000-0000-000000000000", "id": 0}
    position, previous = 0, START
    while rows := db.execute(text(_ACTS), last).all():
        chained = []
        for row in rows:
            if row.licence_id != last["licence_id"]:
                position, previous = 0, START
            position, salt = position + 1, secrets.token_bytes(16)
            link = Link(
                row.licence_id, position, row.at, row.act, row.account_id, row.body, row.text, row.details,
                seal_of(salt, row.name),
            )  # fmt: skip
            kept = {"id": row.id, "position": position, "salt": salt, "seal": link.seal, "previous": previous}
            previous = link.hash_after(previous)
            chained.append({**kept, "hash": previous})
            last = {"licence_id": row.licence_id, "id": row.id}
        db.execute(text(_KEEP), chained)
    db.execute(text(_HEADS))


# The one change that is let through: who deleted the account goes under the pseudonym, and the name's salt goes.
CHAINED = """
ALTER TABLE case_act
    ALTER COLUMN position SET NOT NULL,
    ALTER COLUMN seal SET NOT NULL,
    ALTER COLUMN previous SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL;
CREATE UNIQUE INDEX case_act_position ON case_act (licence_id, position);
CREATE FUNCTION case_act_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.licence_id, NEW.position, NEW.at, NEW.act, NEW.account_id, NEW.body, NEW.text, NEW.seal,
            NEW.previous, NEW.hash)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.licence_id, OLD.position, OLD.at, OLD.act, OLD.account_id, OLD.body, OLD.text, OLD.seal,
            OLD.previous, OLD.hash)
           AND ((NEW.name, NEW.salt) IS NOT DISTINCT FROM (OLD.name, OLD.salt) OR NEW.salt IS NULL AND EXISTS (
                SELECT FROM former_person WHERE account_id = NEW.account_id AND pseudonym = NEW.name))
           AND (NEW.details = OLD.details OR EXISTS (
                SELECT FROM former_person WHERE position(account_id::text IN NEW.details::text) > 0))
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the history of a case only grows' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER case_act_only_grows BEFORE UPDATE OR DELETE ON case_act
    FOR EACH ROW EXECUTE FUNCTION case_act_only_grows();
CREATE TRIGGER case_act_is_never_emptied BEFORE TRUNCATE ON case_act
    FOR EACH STATEMENT EXECUTE FUNCTION case_act_only_grows();
"""

# How each case stood from when (`at`) to when (`until`; NULL is still): what a report of any past day is made from.
# The database itself keeps it, whoever changes a case and whichever way. `goods` is what the licence covers by HS
# heading; under the heading "" what it gives for several headings together.
PAST = """
CREATE TABLE case_past (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    licence_id       uuid NOT NULL,
    at               timestamptz NOT NULL,
    until            timestamptz,
    country          text NOT NULL,
    vpa_country      text NOT NULL,
    received_at      timestamptz NOT NULL,
    validation_state text NOT NULL,
    clearance_state  text NOT NULL,
    state_since      timestamptz NOT NULL,
    reason_code      text,
    goods            jsonb NOT NULL,
    declared_volume_m3     numeric,
    declared_net_weight_kg numeric
);
CREATE UNIQUE INDEX case_past_present ON case_past (licence_id) WHERE until IS NULL;
CREATE INDEX case_past_received ON case_past (country, received_at);
CREATE INDEX case_past_ended ON case_past (country, state_since)
    WHERE clearance_state IN ('cleared', 'refused') OR validation_state IN ('rejected', 'cancelled');

CREATE FUNCTION goods_by_heading(licence jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    WITH line AS (
        SELECT left(regexp_replace(line->>'commodity_code', '[^0-9]', '', 'g'), 4) AS heading,
            (line->>'volume_m3')::numeric AS volume, (line->>'net_weight_kg')::numeric AS weight
        FROM jsonb_array_elements(licence->'boxes'->'commodities') AS line
    ), heading AS (
        SELECT heading, sum(volume) AS volume, sum(weight) AS weight FROM line GROUP BY heading
    ), whole AS (
        SELECT (licence->'boxes'->'global_measure'->>'volume_m3')::numeric AS volume,
            (licence->'boxes'->'global_measure'->>'net_weight_kg')::numeric AS weight,
            (SELECT count(*) FROM heading) AS headings,
            (SELECT sum(volume) FROM line) AS volume_of_lines, (SELECT sum(weight) FROM line) AS weight_of_lines
    ), broken_down AS (
        SELECT heading,
            CASE WHEN headings = 1 THEN coalesce(whole.volume, heading.volume) ELSE heading.volume END AS volume,
            CASE WHEN headings = 1 THEN coalesce(whole.weight, heading.weight) ELSE heading.weight END AS weight
        FROM heading, whole
        UNION ALL
        SELECT '', nullif(greatest(volume - coalesce(volume_of_lines, 0), 0), 0),
            nullif(greatest(weight - coalesce(weight_of_lines, 0), 0), 0)
        FROM whole WHERE headings <> 1
    )
    SELECT coalesce(jsonb_agg(jsonb_build_array(heading, volume, weight) ORDER BY heading), '[]')
    FROM broken_down WHERE heading <> '' OR volume IS NOT NULL OR weight IS NOT NULL
$$;

CREATE FUNCTION case_past_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO case_past (licence_id, at, country, vpa_country, received_at, validation_state, clearance_state,
        state_since, reason_code, goods, declared_volume_m3, declared_net_weight_kg)
    SELECT licence_id, modified_at, country, vpa_country, submitted_at, validation_state, clearance_state,
        state_since, reason_code, goods_by_heading(licence), declared_volume_m3, declared_net_weight_kg
    FROM changed;
    RETURN NULL;
END
$$;
CREATE FUNCTION case_past_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH other AS (
        SELECT c.*, c.licence IS DISTINCT FROM b.licence AS other_licence
        FROM changed c JOIN before b USING (licence_id)
        WHERE (c.validation_state, c.clearance_state, c.state_since, c.country, c.vpa_country, c.reason_code,
               c.declared_volume_m3, c.declared_net_weight_kg, c.licence)
          IS DISTINCT FROM (b.validation_state, b.clearance_state, b.state_since, b.country, b.vpa_country,
               b.reason_code, b.declared_volume_m3, b.declared_net_weight_kg, b.licence)
    ), ended AS (
        UPDATE case_past p SET until = greatest(p.at, other.modified_at) FROM other
        WHERE p.licence_id = other.licence_id AND p.until IS NULL
        RETURNING p.licence_id, p.until, p.received_at, p.goods
    )
    INSERT INTO case_past (licence_id, at, country, vpa_country, received_at, validation_state, clearance_state,
        state_since, reason_code, goods, declared_volume_m3, declared_net_weight_kg)
    SELECT licence_id, ended.until, country, vpa_country, ended.received_at, validation_state, clearance_state,
        state_since, reason_code, CASE WHEN other_licence THEN goods_by_heading(licence) ELSE ended.goods END,
        declared_volume_m3, declared_net_weight_kg
    FROM other JOIN ended USING (licence_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER case_past_begins AFTER INSERT ON licence_case
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION case_past_begins();
CREATE TRIGGER case_past_goes_on AFTER UPDATE ON licence_case
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION case_past_goes_on();

INSERT INTO case_past (licence_id, at, until, country, vpa_country, received_at, validation_state, clearance_state,
    state_since, goods)
SELECT licence_id, submitted_at, greatest(submitted_at, state_since), country, vpa_country, submitted_at, 'submitted',
    'not_ready', submitted_at, goods_by_heading(licence)
FROM licence_case WHERE (validation_state, clearance_state) <> ('submitted', 'not_ready');
INSERT INTO case_past (licence_id, at, country, vpa_country, received_at, validation_state, clearance_state,
    state_since, reason_code, goods, declared_volume_m3, declared_net_weight_kg)
SELECT licence_id, greatest(submitted_at, state_since), country, vpa_country, submitted_at, validation_state,
    clearance_state, state_since, reason_code, goods_by_heading(licence), declared_volume_m3, declared_net_weight_kg
FROM licence_case;
"""

# Everything that somebody still has to do something about, by how long it has stood there.
WAITING = """
CREATE INDEX licence_case_waiting ON licence_case (country, state_since, licence_id)
    WHERE held AND (validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned')
        OR clearance_state IN ('awaiting', 'suspended'));
"""

# What is heard before that which it belongs to, as topics keep their own order only; and for whom this database hears.
ELSEWHERE = """
CREATE TABLE case_elsewhere (
    licence_id uuid PRIMARY KEY,
    version    integer NOT NULL
);
CREATE TABLE cell (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    countries text[] NOT NULL
);
CREATE TABLE early_message (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    licence_id uuid NOT NULL,
    type       text NOT NULL,
    payload    jsonb NOT NULL
);
CREATE INDEX early_message_licence ON early_message (licence_id, id);
"""
