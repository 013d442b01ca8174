"""The history of companies and authorities; authorities as dated data; companies found in spite of a typing error."""

from shared.database import script

revision = "identity_0007"
down_revision = "identity_0006"


def upgrade() -> None:
    for sql in (AUTHORITY, OPERATOR, CHANGE):
        script(sql)


# packaged is what the reference data said when it was last accepted; a row that differs from it was corrected here.
# offered is what newer reference data say about a corrected row, until support settles which of the two is right.
AUTHORITY = """
ALTER TABLE authority
    ADD COLUMN address       text NOT NULL DEFAULT '',
    ADD COLUMN phone         text NOT NULL DEFAULT '',
    ADD COLUMN valid_from    date,
    ADD COLUMN valid_until   date,
    ADD COLUMN closed_reason text NOT NULL DEFAULT '',
    ADD COLUMN told_closed   boolean NOT NULL DEFAULT false,
    ADD COLUMN packaged      jsonb,
    ADD COLUMN offered       jsonb,
    ADD COLUMN words         text NOT NULL DEFAULT '',
    ADD COLUMN search        tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED,
    DROP CONSTRAINT authority_kind_check,
    ADD CONSTRAINT authority_kind_check CHECK (kind IN ('msca', 'customs', 'issuer'));
UPDATE authority SET words = sort_name || ' ' || lower(code);
CREATE INDEX authority_search ON authority USING gin (search);
CREATE INDEX authority_offered ON authority (sort_name, id) WHERE offered IS NOT NULL;
CREATE INDEX authority_dated ON authority (id) WHERE valid_from IS NOT NULL OR valid_until IS NOT NULL;
"""

# The weights tell in which field a word stands: A name, B town, C EORI number.
# pg_trgm comes with PostgreSQL and is trusted: the owner of a database may create it.
OPERATOR = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER TABLE operator
    ADD COLUMN town_words    text NOT NULL DEFAULT '',
    ADD COLUMN closed_at     timestamptz,
    ADD COLUMN closed_reason text NOT NULL DEFAULT '',
    DROP COLUMN search;
UPDATE operator SET town_words = lower(town);
ALTER TABLE operator
    DROP COLUMN words,
    ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', sort_name), 'A') || setweight(to_tsvector('simple', town_words), 'B')
        || setweight(to_tsvector('simple', eori), 'C')) STORED;
CREATE INDEX operator_search ON operator USING gin (search);
CREATE INDEX operator_similar ON operator USING gin (sort_name gin_trgm_ops);
"""

# by is whoever did it; none for what was loaded. changes: field to [old, new]; empty for the first entry.
CHANGE = """
CREATE TABLE body_change (
    id      uuid PRIMARY KEY,
    body_id uuid NOT NULL,
    version integer NOT NULL,
    at      timestamptz NOT NULL,
    by      uuid,
    source  text NOT NULL CHECK (source IN ('person', 'command', 'packaged data', 'calendar')),
    changes jsonb NOT NULL,
    UNIQUE (body_id, version)
);
"""
