"""The list: what it finds, how it is paged, and that it reads along its index."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.dialects import postgresql

from services.licences import use_cases
from services.licences.service import Licences
from services.licences.storage.search import Search, list_statement
from shared.ids import new_id
from shared.person import Person
from shared.problems import WrongContent
from tests.licences.stage import NOW, a_draft, a_submitted_licence, an_importer, numbered


@pytest.fixture
async def importer(service: Licences) -> Person:
    return await an_importer(service)


async def found(service: Licences, someone: Person, **wanted: str) -> list[str]:
    async with service.work() as work:
        page = await use_cases.search_licences(work, someone, Search.typed(**wanted))
    return [row.licence_number for row in page.rows]


async def test_the_list_has_the_licences_of_the_company_by_whomever(service: Licences, importer: Person) -> None:
    colleague = await an_importer(service, company=importer.companies[0], name="Carl Colleague")
    await a_draft(service, importer, numbered(201))
    await a_draft(service, colleague, numbered(202))
    await a_draft(service, await an_importer(service), numbered(203))

    assert await found(service, importer) == ["26.00202-00123.003-ID-BE", "26.00201-00123.003-ID-BE"]
    assert await found(service, importer, requester="colleague") == ["26.00202-00123.003-ID-BE"]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"number": "26.00211"}, True),
        ({"number": "v-legal 26.00211-00123.003-id-be "}, True),
        ({"number": "26_00211"}, False),
        ({"number": "%"}, False),
        ({"state": "submitted"}, True),
        ({"state": "validated"}, False),
        ({"state": "awaiting"}, False),
        ({"commodity_code": "9401"}, True),
        ({"commodity_code": "0169"}, False),
        ({"description": "GARDEN"}, True),
        ({"description": "mahogany"}, False),
        ({"point_of_entry": "be101000"}, True),
        ({"point_of_entry": "BE343000"}, False),
        ({"requester": "ines"}, True),
        ({"number": "\0", "description": "\0"}, True),
        ({"number": "00211", "state": "submitted", "commodity_code": "940169", "description": "teak"}, True),
    ],
)
async def test_each_criterion_finds_what_fits_and_nothing_else(
    service: Licences, wanted: dict[str, str], fits: bool
) -> None:
    importer = await an_importer(service)
    await a_submitted_licence(service, importer, numbered(211))

    hits = await found(service, importer, **wanted)

    async with service.work() as work:
        await work.db.execute("DELETE FROM licence WHERE operator_id = $1", importer.companies[0])
    assert bool(hits) is fits


async def test_pages_of_the_list_hold_every_licence_once(service: Licences, importer: Person) -> None:
    for minute in range(7):
        async with service.work(at=NOW + timedelta(minutes=minute // 3)) as work:
            await use_cases.create_draft(work, importer)

    seen, cursor = [], None
    while True:
        async with service.work() as work:
            page = await use_cases.search_licences(work, importer, Search(), cursor=cursor, limit=3)
        seen += [(row.modified_at, row.id) for row in page.rows]
        if (cursor := page.next) is None:
            break

    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("cursor", ["nonsense", "WzEsMl0", "WyJ4IiwieSJd"])
async def test_a_cursor_that_no_list_gave_out_is_refused(service: Licences, importer: Person, cursor: str) -> None:
    async with service.work() as work:
        with pytest.raises(WrongContent):
            await use_cases.search_licences(work, importer, Search(), cursor=cursor)


async def test_the_list_is_read_along_its_index_however_long_it_is(service: Licences, importer: Person) -> None:
    async with service.work() as work:
        await work.db.execute(
            """
            INSERT INTO licence SELECT gen_random_uuid(), 1, CASE WHEN n % 50 = 0 THEN $1 ELSE gen_random_uuid() END,
                'Timber Trade NV', 'BE0123456789', gen_random_uuid(), 'Somebody', 'ID',
                '26.' || lpad(n::text, 5, '0') || '-00123.003-ID-BE', NULL, 'draft', 'not_ready', '{}', '{}',
                NULL, NULL, NULL, NULL, '', '[]', now(), now() - n * interval '1 minute'
            FROM generate_series(1, 20000) AS n
            """,
            importer.companies[0],
        )
        await work.db.execute("ANALYZE licence")

    first = await plan_of(service, importer, Search(), after=None)
    later = await plan_of(service, importer, Search(), after=(NOW, new_id()))
    part = await plan_of(service, importer, Search(number="26.00750"), after=None)

    for plan in (first, later):
        assert "licence_list" in plan
        assert "Sort" not in plan
    for plan in (first, later, part):
        assert "Seq Scan" not in plan


async def plan_of(service: Licences, importer: Person, wanted: Search, *, after: tuple[datetime, UUID] | None) -> str:
    """How the database means to answer the list's own statement."""
    statement = list_statement(importer.companies, wanted, after=after, limit=51)
    sql = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}).string
    async with service.work() as work:
        rows = await work.db.fetch(f"EXPLAIN {sql}")
    return "\n".join(row[0] for row in rows)
