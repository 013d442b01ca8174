"""What the list is sought by, and saved searches."""

from shared.database import script

revision = "licences_0004"
down_revision = "licences_0003"


def upgrade() -> None:
    for sql in (SOUGHT_BY, ORDERS, OFFICIALS, CRITERIA, HABITS, SAVED, HEARING):
        script(sql)


# What the search looks into stands beside the boxes, so that no JSON has to be unpacked row by row. A code is sought by
# its beginning: 94, 9401, 940169; each of these is one value of the index, and so met at once.
SOUGHT_BY = """
CREATE FUNCTION licence_descriptions(boxes jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(line ->> 'description', E'\\n'), '')
    FROM jsonb_array_elements(boxes -> 'commodities') AS line
$$;
CREATE FUNCTION licence_code_beginnings(codes text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT left(code, digits)), '{}')
    FROM unnest(codes) AS code CROSS JOIN generate_series(1, 10) AS digits WHERE digits <= length(code)
$$;
ALTER TABLE licence
    ADD COLUMN descriptions text NOT NULL GENERATED ALWAYS AS (licence_descriptions(boxes)) STORED,
    ADD COLUMN code_beginnings text[] NOT NULL
        GENERATED ALWAYS AS (licence_code_beginnings(commodity_codes)) STORED;
"""

# licence_list of 0001 is the usual order. What has no arrival yet stands behind everything that has.
ORDERS = """
CREATE INDEX licence_by_number ON licence (operator_id, licence_number, id);
CREATE INDEX licence_by_arrival ON licence (operator_id, coalesce(arrival, '3000-01-01 00:00:00+00'), id);
"""

# The lists of competent authorities, customs offices and monitors. Drafts are nobody's but the company's.
OFFICIALS = """
CREATE INDEX licence_of_country ON licence (left(point_of_entry, 2), modified_at DESC, id DESC)
    WHERE validation_state <> 'draft';
CREATE INDEX licence_of_office ON licence (point_of_entry, modified_at DESC, id DESC)
    WHERE clearance_state <> 'not_ready';
CREATE INDEX licence_of_partner ON licence (vpa_country, modified_at DESC, id DESC) WHERE validation_state <> 'draft';
"""

# Whatever is sought together is met in one index: parts of texts by their trigrams, all else by its value. The list of
# what waits to be sorted in is kept short, because each search reads it from end to end.
CRITERIA = """
CREATE EXTENSION IF NOT EXISTS btree_gin;
DROP INDEX licence_number_part;
CREATE INDEX licence_search ON licence USING gin (
    operator_id, validation_state, clearance_state, vpa_country, point_of_entry, left(point_of_entry, 2),
    licence_number gin_trgm_ops, requester_name gin_trgm_ops, descriptions gin_trgm_ops, code_beginnings
) WITH (gin_pending_list_limit = 1024);
"""

# How many licences fit decides the plan. A company has its own offices and people, which the database must be told.
HABITS = """
ALTER TABLE licence ALTER COLUMN operator_id SET STATISTICS 1000;
CREATE STATISTICS licence_habits (mcv, dependencies) ON operator_id, point_of_entry, requester_name FROM licence;
"""

SAVED = """
CREATE TABLE saved_search (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    name       text NOT NULL,
    query      text NOT NULL,
    saved_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX saved_search_name ON saved_search (account_id, lower(name));
"""

# Since when each process that hears has something waiting that it has not heard; null when it is up to date.
HEARING = """
CREATE TABLE hearing (
    member       uuid PRIMARY KEY,
    behind_since timestamptz,
    looked_at    timestamptz NOT NULL
);
"""
