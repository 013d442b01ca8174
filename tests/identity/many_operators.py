"""Many invented companies, made by the database itself in a second or so."""

import asyncpg

FILL = """
INSERT INTO operator (id, version, name, sort_name, town_words, eori, address, postal_code, town, country, activity,
                      section_chapters, vat, national_number, phone, email, website, created_at)
SELECT gen_random_uuid(), 1, initcap(name), name, lower(town), country || lpad(n::text, 10, '0'), 'Quay ' || n,
       lpad((n % 10000)::text, 4, '0'), town, country, 'importer', ARRAY['imported-timber-products'],
       '', '', '', '', '', now()
FROM (
    SELECT n,
        (ARRAY['oak', 'beech', 'teak', 'larch', 'spruce', 'maple', 'walnut', 'cedar', 'birch', 'alder'])[1 + n % 10]
            || ' ' || (ARRAY['timber', 'wood', 'parquet', 'furniture', 'veneer', 'plywood', 'import'])[1 + n / 10 % 7]
            || ' ' || substr(md5(n::text), 1, 5) || ' ' || (ARRAY['nv', 'gmbh', 'sarl', 'srl', 'bv'])[1 + n / 70 % 5]
            AS name,
        (ARRAY['Antwerpen', 'Hamburg', 'Bordeaux', 'Ravenna', 'Rotterdam', 'Gdynia', 'Aarhus', 'Porto', 'Koper'])
            [1 + n / 3 % 9] AS town,
        (ARRAY['BE', 'DE', 'FR', 'IT', 'NL', 'PL', 'DK', 'PT', 'SI'])[1 + n / 3 % 9] AS country
    FROM generate_series($1::int, $1::int + $2::int - 1) AS n
) AS invented
"""


async def fill(db: asyncpg.Connection, count: int, *, first: int = 1) -> None:
    """Enter them. Run ANALYZE afterwards, as the database does by itself after a while."""
    await db.execute(FILL, first, count)
