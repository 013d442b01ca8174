"""Companies are found by name, town, number and country, with typing errors, and without reading the whole table."""

import asyncpg
import pytest

from services.identity.service import Identity
from services.identity.storage import operator_search
from services.identity.storage.operator_search import Wanted
from services.identity.use_cases import operators
from tests.identity.many_operators import fill

MANY = 20_000


@pytest.fixture(scope="module")
async def full(service: Identity) -> Identity:
    """Twenty thousand companies, and one that is looked for."""
    async with service.work() as work:
        await fill(work.db, MANY)
        await work.db.execute(
            """
            UPDATE operator SET name = 'Żywiec Drewno', sort_name = 'zywiec drewno', town = 'Łódź', town_words = 'lodz',
                eori = 'PL525000000000000', country = 'PL'
            WHERE id = (SELECT id FROM operator LIMIT 1)
            """
        )
        await work.db.execute("ANALYZE operator")
    return service


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("zyw"),
        Wanted("drew zywiec"),
        Wanted("LODZ zyw"),
        Wanted("PL 5250.0000 0000000"),
        Wanted("pl5250"),
        Wanted(name="drewno", country="PL"),
        Wanted(town="Łódź"),
        Wanted(eori="PL 525"),
        Wanted(name="Zywiec", town="lod", eori="pl", country="PL"),
    ],
)
async def test_a_company_is_found_by_the_beginnings_of_its_words(full: Identity, wanted: Wanted) -> None:
    async with full.work() as work:
        found, _cursor = await operators.find_operators(work, wanted, cursor=None)

    assert [one.name for one in found] == ["Żywiec Drewno"]


@pytest.mark.parametrize(
    "wanted", [Wanted(town="drewno"), Wanted(name="lodz"), Wanted(eori="zywiec"), Wanted("zywiec", country="BE")]
)
async def test_a_word_is_looked_for_in_its_own_field_only(full: Identity, wanted: Wanted) -> None:
    async with full.work() as work:
        assert await operators.find_operators(work, wanted, cursor=None) == ([], None)


@pytest.mark.parametrize("typed", ["Zywiek Drewno", "zyviec drewno", "Zywiec Drevno", "drewno zywiecc"])
async def test_a_typing_error_finds_similar_names(full: Identity, typed: str) -> None:
    async with full.work() as work:
        assert await operators.find_operators(work, Wanted(typed), cursor=None) == ([], None)
        similar = await operators.find_similar(work, Wanted(typed))
        elsewhere = await operators.find_similar(work, Wanted(typed, country="BE"))

    assert similar[0].name == "Żywiec Drewno"
    assert "Żywiec Drewno" not in {one.name for one in elsewhere}


@pytest.mark.parametrize("text", ["", "x", "!!", "zy w"])
async def test_too_little_is_similar_to_nothing(full: Identity, text: str) -> None:
    async with full.work() as work:
        assert await operators.find_similar(work, Wanted(text)) == []


async def plan(db: asyncpg.Connection, statement: str, *values: object) -> str:
    """How the database would do it, with the plan that a prepared statement keeps for ever."""
    await db.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await db.execute(f"PREPARE looked_at AS {statement}")
    given = ", ".join("NULL" if value is None else f"'{value}'" for value in values)
    rows = await db.fetch(f"EXPLAIN EXECUTE looked_at ({given})")
    await db.execute("DEALLOCATE looked_at")
    return "\n".join(row[0] for row in rows)


START = ("", "00000000-0000-0000-0000-000000000000", 51)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (operator_search.ALL, START),
        (operator_search.BY_COUNTRY, (*START, "BE")),
        (operator_search.AMONG_FEW, (*START, "timber:*")),
        (operator_search.AMONG_FEW_BY_COUNTRY, (*START, "timber:*", "BE")),
        (operator_search.AMONG_MANY, (*START, "timber:*")),
        (operator_search.AMONG_MANY_BY_COUNTRY, (*START, "timber:*", "BE")),
        (operator_search.COUNT, ("timber:*",)),
        (operator_search.SIMILAR_NAMES, ("timbre", None)),
        ("SELECT * FROM operator WHERE eori = $1", ("BE0123456789",)),
    ],
)
async def test_no_search_reads_the_whole_table(full: Identity, statement: str, values: tuple[object, ...]) -> None:
    async with full.work() as work:
        how = await plan(work.db, statement, *values)

    assert "Seq Scan on operator" not in how
    assert "Index" in how
