"""Whose people entered licences, and quicker ways to what a licence is sought by."""

from shared.database import script

revision = "licences_0008"
down_revision = "licences_0007"


def upgrade() -> None:
    for sql in (PEOPLE, SOUGHT_BY):
        script(sql)


# A company has few people: the search reads their names along this index, and then seeks whole names.
PEOPLE = """
CREATE INDEX licence_people ON licence (operator_id, requester_name);
"""

# They return what those of 0004 did (beginnings may come twice), in a tenth of the time: a loop needs no plan, and they
# are called whenever a licence is saved.
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
