"""Licences by the million, made inside the database: many small companies and a few very large ones."""

import asyncio
import datetime as dt
import itertools
import json
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import asyncpg

from deploy.demonstration.papers import boxes_of
from services.licences.shapes import boxes_json
from shared import reference_data

PAPERS = 500
AT_ONCE = 100_000
HANDS = os.cpu_count() or 1
"""Connections that fill at the same time."""
LICENCES_PER_COMPANY = 100
FIRST_NAMES = [
    "Anna", "Bram", "Chiara", "Dirk", "Elena", "Fabian", "Grzegorz", "Hanna", "Inès", "Jan", "Katrin", "Luís", "Marta",
    "Nils", "Olga", "Piet",
]  # fmt: skip
LAST_NAMES = [
    "Peeters", "Janssens", "de Vries", "van den Berg", "Müller", "Schneider", "Rossi", "Bianchi", "García", "Fernández",
    "Kowalski", "Nowak", "Novák", "Papadopoulos", "Andersson", "Nielsen", "Virtanen", "Tamm", "Kalniņš", "Horvat",
    "Popescu", "Ivanov", "Silva", "Santos", "O’Brien", "Murphy", "Borg", "Camilleri", "Weber", "Dupont",
]  # fmt: skip

_SETTINGS = "SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'; SET synchronous_commit = off"
_PAPERS = "CREATE TEMPORARY TABLE paper (nr integer PRIMARY KEY, country text, boxes jsonb, codes text[])"
_SECONDARY = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'licence'::regclass AND NOT i.indisprimary
"""

# Company n is drawn so that the first has about a tenth of all, and most have a handful. What a company does has its
# habits: few people, few offices. Older licences are decided and cleared; the youngest are drafts or on their way.
_FILL = """
INSERT INTO licence (id, version, operator_id, operator_name, operator_eori, requester_id, requester_name, vpa_country,
    licence_number, expiry_date, validation_state, clearance_state, commodity_codes, boxes, point_of_entry, arrival,
    arrival_zone, on_behalf, message, flags, created_at, modified_at)
SELECT
    overlay(lpad(to_hex((extract(epoch FROM created) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19)
            PLACING '8' FROM 17 FOR 1)::uuid,
    CASE WHEN is_draft THEN 1 ELSE 3 END,
    ('00000000-0000-4000-8000-' || lpad(company::text, 12, '0'))::uuid,
    'Company ' || company || ' NV', 'BE' || lpad(company::text, 10, '0'),
    md5('person' || company || '.' || clerk)::uuid,
    ($3::text[])[1 + (company * 7 + clerk * 3) % cardinality($3::text[])] || ' '
        || ($4::text[])[1 + (company * 13 + clerk * 5) % cardinality($4::text[])],
    paper.country, number, (created + interval '9 months')::date,
    CASE WHEN is_draft THEN 'draft'
         WHEN fate < 0.03 THEN 'rejected' WHEN fate < 0.045 THEN 'withdrawn' WHEN fate < 0.05 THEN 'cancelled'
         WHEN is_young THEN (ARRAY['submitted', 'under_verification', 'information_requested', 'returned'])
             [1 + floor(4 * power(random(), 3))::int]
         ELSE 'validated' END,
    CASE WHEN is_draft OR is_young OR fate < 0.05 THEN 'not_ready'
         WHEN fate < 0.06 THEN 'suspended' WHEN fate < 0.063 THEN 'refused' WHEN fate < 0.16 THEN 'awaiting'
         ELSE 'cleared' END,
    paper.codes, paper.boxes || jsonb_build_object('licence_number', number),
    CASE WHEN NOT is_draft THEN ($5::text[])[1 + (company * 11 + floor(3 * power(random(), 3))::int)
                                             % cardinality($5::text[])] END,
    CASE WHEN NOT is_draft THEN created + random() * interval '30 days' END,
    CASE WHEN NOT is_draft THEN 'Europe/Brussels' END,
    NULL, '', '[]', created, created + power(random(), 3) * interval '60 days'
FROM (
    SELECT n, company, created, paper_nr, fate, floor(least(1 + company % 5, 5) * random())::int AS clerk,
        n > $2 - $2 / 25 AND random() < 0.6 AS is_young,
        random() < 0.03 AS is_draft,
        to_char(created, 'YY') || '.' || lpad((n % 100000)::text, 5, '0') || '-'
            || lpad((n / 100000 + 120)::text, 5, '0') || '.0' || (10 + company % 30) || '-ID-BE' AS number
    FROM (
        SELECT n, floor($1 * power(random(), 4))::bigint AS company, floor(random() * $6)::int AS paper_nr,
            random() AS fate, $7::timestamptz - ($2 - n) * interval '4 years' / $2 AS created
        FROM generate_series($8::bigint, $9::bigint) AS n
    ) AS drawn
) AS entered JOIN paper ON paper.nr = paper_nr
"""


async def fill(database_url: str, count: int, *, now: dt.datetime) -> None:
    """Replace all licences by `count` of them, entered during the four years before `now`. Always the same ones."""
    papers = _papers(now.date())
    drawn_from = (count / LICENCES_PER_COMPANY, count, FIRST_NAMES, LAST_NAMES, offices(), PAPERS, now)

    async def add(db: asyncpg.Connection, parts: Iterator[int]) -> None:
        await db.execute(_PAPERS)
        await db.executemany("INSERT INTO paper VALUES ($1, $2, $3, $4)", papers)
        for first in parts:
            await db.execute("SELECT setseed($1)", first / count)
            await db.execute(_FILL, *drawn_from, first, min(first + AT_ONCE - 1, count))

    async def index(db: asyncpg.Connection, definitions: Iterator[str]) -> None:
        for definition in definitions:
            await db.execute(definition)

    db = await _connect(database_url)
    try:
        indexes = await db.fetch(_SECONDARY)
        await db.execute("COMMENT ON TABLE licence IS NULL; TRUNCATE licence CASCADE")
        for one in indexes:
            await db.execute(f"DROP INDEX {one['relname']}")
        await _by_many_hands(database_url, add, iter(range(1, count + 1, AT_ONCE)))
        await _by_many_hands(database_url, index, (one["pg_get_indexdef"] for one in indexes))
        await db.execute("VACUUM (ANALYZE) licence")
        await db.execute(f"COMMENT ON TABLE licence IS '{now.isoformat()}'")
    finally:
        await db.close()


async def filled_at(database_url: str) -> dt.datetime | None:
    """The `now` of the licences that are there; None when there are none, or not all of them."""
    db = await _connect(database_url)
    try:
        told = await db.fetchval("SELECT obj_description('licence'::regclass, 'pg_class')")
    finally:
        await db.close()
    return dt.datetime.fromisoformat(told) if told else None


async def _connect(database_url: str) -> asyncpg.Connection:
    db = await asyncpg.connect(database_url, command_timeout=None)
    await db.execute(_SETTINGS)
    return db


async def _by_many_hands(
    database_url: str, act: Callable[[asyncpg.Connection, Any], Awaitable[None]], things: Iterator[Any]
) -> None:
    """Let each of some connections take the next thing, until there is none left."""

    async def one() -> None:
        db = await _connect(database_url)
        try:
            await act(db, things)
        finally:
            await db.close()

    async with asyncio.TaskGroup() as hands:
        for _ in range(HANDS):
            hands.create_task(one())


def offices() -> list[str]:
    """COL numbers that occur."""
    return [office.id for office in reference_data.customs_offices()][::20]


def company(number: int) -> UUID:
    """The id of a company; those with small numbers have most licences."""
    return UUID(f"00000000-0000-4000-8000-{number:012}")


def filters(now: dt.datetime) -> dict[str, dict[str, str]]:
    """What somebody types, of each kind: something that many licences have, and something that few have."""
    week, long_ago = now.date() - dt.timedelta(days=300), now.date() - dt.timedelta(days=1_300)
    return {
        "number, a part": {"number": "0075"},
        "state, common": {"state": "cleared"},
        "state, rare": {"state": "refused"},
        "state, draft": {"state": "draft"},
        "code, common": {"commodity_code": "44"},
        "code, rare": {"commodity_code": "440727"},
        "requester, common": {"requester": "an"},
        "requester, one": {"requester": "Hanna Papadopoulos"},
        "description, common": {"description": "teak"},
        "description, rare": {"description": "sapelli"},
        "description, none": {"description": "bubinga"},
        "office": {"point_of_entry": offices()[0]},
        "Member State": {"point_of_entry": offices()[1][:2]},
        "partner country": {"partner_country": "GH"},
        "arrival, a week": {"arrival_from": f"{week}", "arrival_to": f"{week + dt.timedelta(days=6)}"},
        "arrival, long ago": {"arrival_to": f"{long_ago}"},
    }


def pairs(now: dt.datetime) -> dict[str, dict[str, str]]:
    """Every two filters that can be asked for together."""
    found = itertools.combinations(filters(now).items(), 2)
    return {f"{a} + {b}": typed | more for (a, typed), (b, more) in found if not set(typed) & set(more)}


def _papers(day: dt.date) -> list[tuple[object, ...]]:
    chance = random.Random(3)  # noqa: S311 - nothing here is secret
    papers = [boxes_of(chance, nr, destination="BE", day=day) for nr in range(PAPERS)]
    return [
        (nr, paper.vpa_country, json.dumps(boxes_json(paper)), list(paper.commodity_codes))
        for nr, paper in enumerate(papers)
    ]
