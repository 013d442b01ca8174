"""How the database goes about the list: along an index, for every filter and every pair of filters. And that going down
the list finds the same as gathering all that fits."""

import re
from uuid import uuid4

import pytest

from services.licences import use_cases
from services.licences.domain.searching import Order, Sorting
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


@pytest.fixture(scope="module")
async def many(app: object, database_url: str) -> None:
    """Licences of 60 companies, of which the first has a third."""
    await fill(database_url, LICENCES, now=NOW)


@pytest.fixture
def importer(many: None) -> Person:
    return person("Ines Importer", importer_role(company(0)), importer_role(company(1)))


def asked(someone: Person, typed: dict[str, str]) -> Criteria:
    return criteria_of(someone, use_cases.read_wanted(someone, typed).search)


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
    scope, wanted = storage.of_companies(importer.companies), asked(importer, typed)

    down = await plan_of(
        service, storage.DOWN_THE_LIST, storage.walk_statement(scope, wanted, Place(), limit=PAGE, steps=500)
    )
    gathered = await plan_of(
        service, storage.BY_WHAT_IS_SOUGHT, storage.gather_statement(scope, wanted, Place(), limit=PAGE)
    )

    assert indexes_in(down) == {"licence_list"}
    assert "->  Sort" not in down
    assert indexes_in(gathered), "whichever of them holds fewest, as far as the database knows"
    for plan in (down, gathered):
        assert "Seq Scan" not in plan


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
    sql, arguments = storage.gather_statement(scope, wanted, Place(), limit=LICENCES)
    async with service.work() as work:
        every = [Row(*row) for row in await work.db.fetch(sql, *arguments)]
        turned: list[Row] = []
        place = Place()
        while page := await storage.search(work.db, scope, wanted, place, limit=200):
            turned += page
            place = Place(key=page[-1].key(Order.MODIFIED))

    assert turned == every
    assert every == sorted(every, key=lambda row: row.key(Order.MODIFIED), reverse=True)


async def test_the_generated_licences_have_something_for_every_filter(service: Licences, importer: Person) -> None:
    found = {}
    for name, typed in ALONE.items():
        async with service.work() as work:
            wanted = use_cases.read_wanted(importer, typed)
            found[name] = len((await use_cases.search_licences(work, importer, wanted)).rows)

    assert [name for name, count in found.items() if not count] == ["description, none"]
