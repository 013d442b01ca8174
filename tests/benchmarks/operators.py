"""Searching 200,000 companies through the use case against bare asyncpg with the same statement."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from services.identity.storage import operator_search as s
from services.identity.storage.operator_search import Wanted
from services.identity.use_cases import operators
from shared.paging import PAGE
from shared.work import open_work, utc_now
from tests.benchmarks.rounds import Stopwatch, compare
from tests.identity.many_operators import fill

COMPANIES = 200_000
SEARCHES = 100
START = (*s._FIRST, PAGE + 1)

Statements = Callable[[asyncpg.Connection], Awaitable[Any]]


async def measure(database_url: str) -> None:
    """Print one comparison per kind of search."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=2) as pool:
        async with pool.acquire() as db:
            await fill(db, COMPANIES)
            await db.execute("VACUUM ANALYZE operator")
        for title, wanted, statements in _searches():
            await _compare(pool, title, wanted, statements)


def _searches() -> list[tuple[str, Wanted, Statements]]:
    """What somebody types, and what the database is then asked at the least."""
    number = "be0000100000"

    async def rare(db: asyncpg.Connection) -> None:
        await db.fetchval(s.COUNT, f"{number}:*")
        await db.fetch(s.AMONG_FEW, *START, f"{number}:*")

    async def common(db: asyncpg.Connection) -> None:
        await db.fetchval(s.COUNT, "timber:*")
        await db.fetch(s.AMONG_MANY, *START, "timber:*")

    async def placed(db: asyncpg.Connection) -> None:
        await db.fetchval(s.COUNT, "walnut:*A & gdy:*B")
        await db.fetch(s.AMONG_MANY_BY_COUNTRY, *START, "walnut:*A & gdy:*B", "PL")

    async def similar(db: asyncpg.Connection) -> None:
        await db.fetchval(s.COUNT, "wallnut:* & veneeer:*")
        await db.fetch(s.AMONG_FEW, *START, "wallnut:* & veneeer:*")
        await db.fetch(s.SIMILAR_NAMES, "wallnut veneeer", None)

    return [
        ("by an EORI number", Wanted(eori=number), rare),
        ("by a word that 28,000 have", Wanted("timber"), common),
        ("by name, town and country", Wanted(name="walnut", town="gdy", country="PL"), placed),
        ("with typing errors, so by similarity", Wanted("wallnut veneeer"), similar),
    ]


async def _compare(pool: asyncpg.Pool, title: str, wanted: Wanted, statements: Statements) -> None:
    async def bare() -> float:
        with Stopwatch() as watch:
            for _ in range(SEARCHES):
                async with pool.acquire() as db, db.transaction():
                    await statements(db)
        return watch.seconds

    async def by_use_case() -> float:
        with Stopwatch() as watch:
            for _ in range(SEARCHES):
                async with open_work(pool, now=utc_now()) as work:
                    found, _next = await operators.find_operators(work, wanted, cursor=None)
                    if not found:
                        await operators.find_similar(work, wanted)
        return watch.seconds

    contenders = {"bare asyncpg, the same statements": bare, "use case": by_use_case}
    await compare(f"Companies among {COMPANIES:,}, {title}", SEARCHES, contenders, rounds=4)
