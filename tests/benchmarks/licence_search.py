"""Searching the list by every filter and every pair of filters, among 100,000 licences and among ten and a hundred
times as many. What counts is how little longer it takes."""

import datetime as dt
import statistics
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, product
from pathlib import Path
from typing import Any

import asyncpg

from services.licences import use_cases
from shared.database import migrate
from shared.testing.people import importer_role, person
from shared.work import open_work
from tests.benchmarks.rounds import Stopwatch
from tests.licences.many_licences import LICENCES_PER_COMPANY, company, fill, filled_at, filters, pairs

SIZES = (100_000, 1_000_000)
ROUNDS = 3
ASKERS: dict[str, Callable[[int], int]] = {
    "the largest company": lambda _companies: 0,
    "one of ten large": lambda _companies: 7,
    "a middling one": lambda companies: companies // 20,
    "a small one": lambda companies: companies * 3 // 4,
}
"""Who searches: the number of the company, of so many."""
MIGRATIONS = Path(__file__).parents[2] / "services/licences/migrations"
Seconds = dict[tuple[str, str], list[float]]
"""By what was sought and by whom."""


async def measure(postgres: Any, sizes: Iterable[int] = SIZES) -> None:
    """Make that many licences (or take those of an earlier run), search them, print the times, and their ratios to
    those among the fewest."""
    made: dict[int, tuple[str, dt.datetime]] = {}
    for size in sizes:
        url = await postgres.create_database(f"bench_search_{size}", owner="licences")
        await migrate(url, MIGRATIONS)
        now = await filled_at(url)
        if now is None:
            now = dt.datetime.now(dt.UTC)
            with Stopwatch() as watch:
                await fill(url, size, now=now)
            print(f"\n{size:,} licences made in {watch.seconds:,.0f} s")
        made[size] = url, now
    show(await search(made))


async def search(made: Mapping[int, tuple[str, dt.datetime]]) -> dict[int, Seconds]:
    """Every search by people of companies of every size, each a few times, through the use case. The databases take
    turns, search by search, so that what else the machine does meets all alike. The first time does not count: a list
    that somebody works with is in memory."""
    asked = {
        size: {"nothing in particular": dict[str, str]()} | filters(now) | pairs(now)
        for size, (_url, now) in made.items()
    }
    names = list(next(iter(asked.values())))
    taken: dict[int, Seconds] = {size: {} for size in made}
    pools = {size: await asyncpg.create_pool(url, min_size=1, max_size=1) for size, (url, _now) in made.items()}
    for turn, who, name, size in product(range(1 + ROUNDS), ASKERS, names, made):
        number = ASKERS[who](size // LICENCES_PER_COMPANY)
        someone = person("Ines Importer", importer_role(company(number)))
        with Stopwatch() as watch:
            async with open_work(pools[size], now=made[size][1]) as work:
                wanted = use_cases.read_wanted(someone, asked[size][name])
                await use_cases.search_licences(work, someone, wanted)
        if turn:
            taken[size].setdefault((name, who), []).append(watch.seconds)
    for pool in pools.values():
        await pool.close()
    return taken


def show(taken: Mapping[int, Seconds]) -> None:
    """A line per filter, one for all pairs, and the pairs that grow most."""
    fewest = min(taken)
    heads = "".join(f"{f'{size:,}':>22}" for size in taken)
    print(f"\nSearching the list: p50 and p95 in milliseconds, and p95 against that of {fewest:,}\n{'':<44}{heads}")
    single = [name for name in dict.fromkeys(name for name, _who in taken[fewest]) if " + " not in name]
    for name in single:
        _line(name, [_of(times, {name}) for times in taken.values()])
    together = {name for name, _who in taken[fewest]} - set(single)
    _line(f"all {len(together)} pairs", [_of(times, together) for times in taken.values()])
    _line("everything", [_of(times, together | set(single)) for times in taken.values()])
    for who in dict.fromkeys(who for _name, who in taken[fewest]):
        _line(f"everything, by {who}", [_of(times, together | set(single), who) for times in taken.values()])
    most = max(taken)
    slowest = sorted(together, key=lambda name: _p95(_of(taken[most], {name})), reverse=True)[:8]
    print(f"The slowest pairs among {most:,}:")
    for name in slowest:
        _line(name, [_of(times, {name}) for times in taken.values()])


def _of(times: Seconds, names: set[str], by: str | None = None) -> list[float]:
    return list(chain.from_iterable(t for (name, who), t in times.items() if name in names and by in {None, who}))


def _line(title: str, columns: list[list[float]]) -> None:
    first = _p95(columns[0])
    cells = (f"{statistics.median(c) * 1e3:>7.1f}{_p95(c) * 1e3:>8.1f}{_p95(c) / first:>6.1f}x" for c in columns)
    print(f"  {title:<42}{''.join(cells)}")


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]
