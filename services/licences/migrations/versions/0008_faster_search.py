"""Whose people entered licences, and quicker ways to what a licence is sought by."""

from shared.database import script

revision = "licences_0008"
down_revision = "licences_0007"


def upgrade() -> None:
    for sql in (PEOPLE, SOUGHT_BY, SHARD, *SEARCH):
        script(sql)


# A company has few people: the search reads their names along this index, and then seeks whole names.
PEOPLE = """
CREATE INDEX licence_people ON licence (operator_id, requester_name);
"""

# They return what those of 0004 did (beginnings may come twice), in a quarter of the time: a loop needs no plan, and
# they are called whenever a licence is saved.
SOUGHT_BY = """
CREATE OR REPLACE FUNCTION licence_descriptions(boxes jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    lines jsonb := boxes -> 'commodities';
    found text[] := '{}';
BEGIN
    FOR line IN 0 .. coalesce(jsonb_array_length(lines), 0) - 1 LOOP
        found := found || (lines -> line ->> 'description');
    END LOOP;
    RETURN array_to_string(found, E'\\n');
END $$;
CREATE OR REPLACE FUNCTION licence_code_beginnings(codes text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    code text;
    found text[] := '{}';
BEGIN
    FOREACH code IN ARRAY codes LOOP
        FOR digits IN 1 .. least(length(code), 10) LOOP
            found := found || left(code, digits);
        END LOOP;
    END LOOP;
    RETURN found;
END $$;
"""

# In the one index of 0004, what many licences of all companies have is a long list, to be compared with that of one
# company. So there are eight indexes, each of an eighth of the companies: no more to write, and an eighth to read. The
# statistics tell the database that a company's shard says nothing new.
SHARD = """
CREATE FUNCTION licence_shard(operator_id uuid) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT uuid_hash(operator_id) & 7
$$;
CREATE STATISTICS licence_shards (dependencies) ON operator_id, (licence_shard(operator_id)) FROM licence;
DROP INDEX licence_search;
"""
SEARCH = [
    f"""
    CREATE INDEX licence_search_{shard} ON licence USING gin (
        operator_id, validation_state, clearance_state, vpa_country, point_of_entry, left(point_of_entry, 2),
        licence_number gin_trgm_ops, requester_name gin_trgm_ops, descriptions gin_trgm_ops, code_beginnings
    ) WITH (gin_pending_list_limit = 1024) WHERE licence_shard(operator_id) = {shard};
    """
    for shard in range(8)
]
