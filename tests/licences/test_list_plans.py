"""How the database goes about the list: along an index, for every filter and every pair of filters. And that going down
the list finds the same as gathering all that fits."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest

from services.licences import use_cases
from services.licences.domain.searching import Order, Search, Sorting
from services.licences.service import Licences
from services.licences.storage import search as storage
from services.licences.storage.search import Criteria, Place, Row, Scope, Statement
from services.licences.use_cases.listing import criteria_of
from shared.person import Person
from shared.testing.people import importer_role, person
from tests.licences.many_licences import company, fill, filters, offices, pairs
from tests.licences.stage import NOW

LICENCES = 6_000
ALONE = filters(NOW)
TOGETHER = pairs(NOW)
PAGE = 51
OF_ONE_INDEX = [storage.of_country("BE"), storage.of_partner("ID"), storage.of_office(offices()[0])]


@pytest.fixture(scope="module")
async def many(app: object, database_url: str) -> None:
    """Licences of 60 companies, of which the first has a third."""
    await fill(database_url, LICENCES, now=NOW)


@pytest.fixture
def importer(many: None) -> Person:
    return person("Ines Importer", importer_role(company(0)), importer_role(company(1)))


def asked(someone: Person, typed: dict[str, str]) -> Criteria:
    return criteria_of(someone, use_cases.read_wanted(someone, typed).search)


def place_for(someone: Person, typed: dict[str, str]) -> Place:
    return Place(use_cases.read_wanted(someone, typed).sorting)


def with_people(wanted: Criteria) -> Criteria:
    """As the search goes on once it knows whom "requester" can mean."""
    return replace(wanted, requesters=["Hanna Novák", "Hanna Tamm"]) if wanted.search.requester else wanted


async def plan_of(service: Licences, setting: str, statement: Statement) -> str:
    """How the database means to answer; reading all of a table costs it more than anything."""
    sql, arguments = statement
    async with service.work() as work:
        await work.db.execute(setting)
        await work.db.execute("SET LOCAL enable_seqscan = off")
        rows = await work.db.fetch(f"EXPLAIN {sql}", *arguments)
    return "\n".join(row[0] for row in rows)


def indexes_in(plan: str) -> set[str]:
    return set(re.findall(r"Scan (?:Backward )?(?:using|on) (licence_\w+)", plan))


@pytest.mark.parametrize("typed", [*ALONE.values(), *TOGETHER.values()], ids=[*ALONE, *TOGETHER])
async def test_each_search_is_met_going_down_the_list_or_in_the_index_of_what_is_sought(
    service: Licences, importer: Person, typed: dict[str, str]
) -> None:
    scope, wanted = storage.of_companies(importer.companies), with_people(asked(importer, typed))
    place = place_for(importer, typed)

    down = await plan_of(
        service, storage.DOWN_THE_LIST, storage.walk_statement(scope, wanted, place, limit=PAGE, steps=500)
    )
    gathered = await plan_of(
        service, storage.BY_WHAT_IS_SOUGHT, storage.gather_statement(scope, wanted, place, limit=PAGE)
    )

    assert indexes_in(down) == {"licence_by_arrival" if wanted.search.is_by_arrival else "licence_list"}
    assert "->  Sort" not in down
    assert indexes_in(gathered), "whichever of them holds fewest, as far as the database knows"
    for plan in (down, gathered):
        assert "Seq Scan" not in plan


@pytest.mark.parametrize("typed", [*ALONE.values(), *TOGETHER.values()], ids=[*ALONE, *TOGETHER])
async def test_each_search_of_officials_is_met_along_indexes_too(
    service: Licences, importer: Person, typed: dict[str, str]
) -> None:
    wanted = asked(importer, typed)
    for scope in (storage.of_authority("BE", uuid4()), storage.of_country("BE", "ID"), *OF_ONE_INDEX):
        down = storage.walk_statement(scope, wanted, Place(), limit=PAGE, steps=500)
        gather = storage.gather_statement(scope, wanted, Place(), limit=PAGE)

        plans = [
            await plan_of(service, storage.DOWN_THE_LIST, down),
            await plan_of(service, storage.BY_WHAT_IS_SOUGHT, gather),
        ]

        for plan in plans:
            assert "Seq Scan" not in plan
            assert indexes_in(plan) or "One-Time Filter: false" in plan


async def test_what_a_company_seeks_is_met_in_its_shard_of_the_index_alone(service: Licences, many: None) -> None:
    scope, wanted = storage.of_companies([company(0)]), Criteria(Search(number="0075", description="teak"))

    plan = await plan_of(
        service, storage.BY_WHAT_IS_SOUGHT, storage.gather_statement(scope, wanted, Place(), limit=PAGE)
    )

    async with service.work() as work:
        shard = await work.db.fetchval("SELECT licence_shard($1)", company(0))
    assert indexes_in(plan) == {f"licence_search_{shard}"}


async def test_what_officials_seek_is_met_in_every_shard(service: Licences, many: None) -> None:
    wanted = Criteria(Search(number="0075", description="teak"))

    plan = await plan_of(
        service,
        storage.BY_WHAT_IS_SOUGHT,
        storage.gather_statement(storage.of_partner("ID"), wanted, Place(), limit=PAGE),
    )

    assert indexes_in(plan) == {f"licence_search_{shard}" for shard in range(8)}


async def test_the_people_of_a_company_are_read_along_an_index(service: Licences, many: None) -> None:
    statement = f"(ANALYZE) {storage.PEOPLE}", [[company(0), company(1)], "%an%"]

    plan = await plan_of(service, storage.DOWN_THE_LIST, statement)

    assert len(re.findall("Index Only Scan using licence_people", plan)) == 2
    assert re.search(r"Index Cond: .*operator_id = \S+company\) AND \(\S*requester_name > \S*name\)", plan), plan
    assert "Seq Scan" not in plan


async def test_a_requester_is_anybody_of_the_company_whose_name_has_it(service: Licences, importer: Person) -> None:
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT id, requester_name FROM licence WHERE operator_id = ANY($1)", importer.companies
        )
        named = sorted({row["requester_name"] for row in rows})
        one, part = named[0], named[0][2:6]
        found = {
            text: await storage.search(
                work.db,
                storage.of_companies(importer.companies),
                Criteria(Search(requester=text)),
                Place(),
                limit=LICENCES,
            )
            for text in (one, part.upper(), "Nobody Else")
        }

    assert {row.id for row in found[one]} == {row["id"] for row in rows if row["requester_name"] == one}
    assert {row.id for row in found[part.upper()]} == {row["id"] for row in rows if part in row["requester_name"]}
    assert found["Nobody Else"] == []


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (Order.MODIFIED, "licence_list"),
        (Order.NUMBER, "licence_by_number"),
        (Order.ARRIVAL, "licence_by_arrival"),
    ],
)
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
@pytest.mark.parametrize("is_first", [True, False])
async def test_every_order_is_that_of_an_index(
    service: Licences, importer: Person, order: Order, index: str, *, descending: bool, backwards: bool, is_first: bool
) -> None:
    value = "26.1" if order is Order.NUMBER else NOW
    place = Place(Sorting(order, descending), None if is_first else (value, uuid4()), backwards)
    scope = storage.of_companies([company(0)])

    plan = await plan_of(
        service, storage.DOWN_THE_LIST, storage.walk_statement(scope, Criteria(), place, limit=PAGE, steps=PAGE)
    )

    assert indexes_in(plan) == {index}
    assert "->  Sort" not in plan


@pytest.mark.parametrize(
    ("scope", "indexes"),
    [
        (storage.of_country("BE"), {"licence_of_country"}),
        (storage.of_authority("BE", uuid4()), {"licence_of_country", "licence_of_authority"}),
        (storage.of_partner("ID"), {"licence_of_partner"}),
        (storage.of_office(offices()[0]), {"licence_of_office"}),
    ],
)
async def test_officials_read_along_an_index_too(
    service: Licences, many: None, scope: Scope, indexes: set[str]
) -> None:
    plan = await plan_of(
        service, storage.DOWN_THE_LIST, storage.walk_statement(scope, Criteria(), Place(), limit=PAGE, steps=PAGE)
    )

    assert indexes_in(plan) == indexes
    assert "->  Sort" not in plan


async def test_the_lists_of_several_companies_are_read_each_along_the_index(service: Licences, many: None) -> None:
    scope = storage.of_companies([company(0), company(1), company(2)])

    plan = await plan_of(
        service, storage.DOWN_THE_LIST, storage.walk_statement(scope, Criteria(), Place(), limit=PAGE, steps=PAGE)
    )

    assert "Merge Append" in plan
    assert len(re.findall("Index Scan using licence_list", plan)) == 3
    assert "->  Sort" not in plan


@pytest.mark.parametrize("typed", [{}, *ALONE.values(), *TOGETHER.values()], ids=["all", *ALONE, *TOGETHER])
async def test_whichever_way_is_taken_finds_the_same(
    service: Licences, importer: Person, typed: dict[str, str]
) -> None:
    scope, wanted = storage.of_companies(importer.companies), asked(importer, typed)
    place = place_for(importer, typed)
    order = place.sorting.order
    sql, arguments = storage.gather_statement(scope, wanted, place, limit=LICENCES)
    async with service.work() as work:
        every = [Row(*row) for row in await work.db.fetch(sql, *arguments)]
        turned: list[Row] = []
        while page := await storage.search(work.db, scope, wanted, place, limit=200):
            turned += page
            place = Place(place.sorting, page[-1].key(order))

    assert turned == every
    assert every == sorted(every, key=lambda row: row.key(order), reverse=True)


async def test_the_generated_licences_have_something_for_every_filter(service: Licences, importer: Person) -> None:
    found = {}
    for name, typed in ALONE.items():
        async with service.work() as work:
            wanted = use_cases.read_wanted(importer, typed)
            found[name] = len((await use_cases.search_licences(work, importer, wanted)).rows)

    assert [name for name, count in found.items() if not count] == ["description, none"]
