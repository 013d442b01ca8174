"""The demonstration shows what the product can do, also when its loading was interrupted, and its report is right."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.demonstration import licences
from deploy.demonstration.__main__ import load
from deploy.demonstration.stage import set_up
from deploy.demonstration.stories import STORIES
from deploy.local.databases import SERVICES
from deploy.local.product import Product
from services.licences.domain.searching import VALIDATION_STATES
from services.validation.domain.days import day_in
from services.validation.domain.reports import NO_DUTY
from services.validation.domain.states import STATES, Act
from services.validation.use_cases.reporting import make_report
from services.validation.use_cases.verifying import verify_history
from shared.testing.waiting import until
from tests.journeys.stage import ask, started

pytestmark = pytest.mark.journey

FEW = {"draft": 1, "submitted": 4, "rejected": 6, "validated": 4, "suspended": 1, "refused": 3, "cleared": 20}
"""Licences of the past: fewer than the demonstration has, but of every fate."""
PATIENCE = 600
"""Seconds, on a busy machine."""
Case = dict[str, Any]


@pytest.fixture(scope="module")
async def product(backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """A product of its own, with the demonstration in it, whose loading was interrupted twice."""
    async with started(tmp_path_factory.mktemp("product"), backend, DEMONSTRATION="true") as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(licences, "FATES", FEW)
            for name in SERVICES:
                patch.setenv(f"{name.upper()}_DATABASE_URL", running.database_url(name))
            for name, value in running.settings("identity").items():
                patch.setenv(name, value)
            await _load_in_three_goes(running)
            yield running


async def _load_in_three_goes(product: Product) -> None:
    async def some_are_entered() -> bool:
        return bool(await ask(product, "licences", "SELECT count(*) > 10 FROM licence"))

    async def some_stories_are_told() -> bool:
        return bool(await ask(product, "validation", "SELECT count(*) > 3 FROM case_act WHERE act = 'ask'"))

    for far_enough in (some_are_entered, some_stories_are_told):
        await _load_until(product.directory, far_enough)
    await load(product.directory)


async def _load_until(directory: Path, far_enough: Callable[[], Awaitable[bool]]) -> None:
    loading = asyncio.create_task(load(directory))

    async def is_far_enough() -> bool:
        return loading.done() or await far_enough()

    await until(is_far_enough, within=PATIENCE)
    loading.cancel()
    with suppress(asyncio.CancelledError):
        await loading
    assert loading.cancelled(), "it was over before it was interrupted"


async def rows(product: Product, service: str, query: str) -> list[Any]:
    db = await asyncpg.connect(product.database_url(service))
    try:
        return [row if len(row) > 1 else row[0] for row in await db.fetch(query)]
    finally:
        await db.close()


async def test_every_state_and_every_act_is_shown(product: Product) -> None:
    states = await rows(product, "validation", "SELECT DISTINCT validation_state, clearance_state FROM licence_case")
    acts = await rows(product, "validation", "SELECT DISTINCT act FROM case_act")

    assert {tuple(state) for state in states} == {(str(said), str(cleared)) for said, cleared in STATES}
    assert {*map(str, Act), "disputed"} <= set(acts)

    async def companies_see_every_state() -> bool:
        seen = await rows(product, "licences", "SELECT DISTINCT validation_state FROM licence")
        return set(seen) == VALIDATION_STATES

    await until(companies_see_every_state, within=PATIENCE)


async def test_nothing_is_told_twice_and_nothing_backwards(product: Product) -> None:
    twice = await rows(
        product,
        "validation",
        """
        SELECT act, text FROM case_act WHERE act NOT IN ('take', 'reserve')
        GROUP BY licence_id, act, text, details HAVING count(*) > 1
        """,
    )
    backwards = await rows(
        product,
        "validation",
        """
        SELECT act FROM (SELECT act, at, lag(at) OVER (PARTITION BY licence_id ORDER BY position) AS before
                         FROM case_act) AS told WHERE at < before
        """,
    )
    numbers = await rows(
        product, "licences", "SELECT licence_number FROM licence GROUP BY 1, operator_id HAVING count(*) > 1"
    )

    assert (twice, backwards, numbers) == ([], [], [])
    async with set_up() as stage:
        verified = await verify_history(stage.validation.work)
    assert (verified.broken, verified.entries > len(STORIES)) == (None, True)
    for service in SERVICES:
        assert await rows(product, service, "SELECT error FROM parked") == []


async def test_what_is_left_to_be_tried_can_be_tried(product: Product) -> None:
    hints = json.loads((product.directory / "to-try.json").read_text())
    emails = {row["email"] for row in json.loads((product.directory / "sign-ins.json").read_text())}

    assert {hint["email"] for hint in hints} <= emails
    unclaimed = await rows(
        product, "licences", "SELECT licence_number FROM electronic_licence WHERE licence_id IS NULL"
    )
    assert len(unclaimed) == 1
    assert any(unclaimed[0] in hint["what"] for hint in hints)
    waiting = await rows(product, "validation", "SELECT country FROM licence_case WHERE proposal IS NOT NULL")
    assert waiting == ["DE", "DE"]


@pytest.mark.parametrize("years_ago", [0, 1])
async def test_the_yearly_report_equals_a_count_by_hand(product: Product, years_ago: int) -> None:
    """The report reads what the database keeps of each case; here the cases and their history are counted."""
    cases = await rows(product, "validation", "SELECT * FROM licence_case WHERE country = 'BE'")
    acts = await rows(product, "validation", "SELECT licence_id, act, at FROM case_act")
    async with set_up() as stage, stage.validation.work() as work:
        year = day_in("BE", work.now).year - years_ago
        report = await make_report(work, "BE", year=year)

    def done(case: Case, act: str) -> bool:
        return any(a["licence_id"] == case["licence_id"] and a["act"] == act and in_year(a["at"], year) for a in acts)

    received = [case for case in cases if in_year(case["submitted_at"], year)]
    cleared = [case for case in cases if done(case, "clear")]
    rejected = [case for case in cases if done(case, "reject") and case["reason_code"] not in NO_DUTY]
    unmet = [*rejected, *(case for case in cases if done(case, "cancel") or done(case, "refuse"))]
    volumes: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for case in cleared:
        for line in json.loads(case["licence"])["boxes"]["commodities"]:
            volumes[case["vpa_country"], line["commodity_code"][:4]] += Decimal(str(line["volume_m3"]))

    assert (report.received, report.cleared, report.unmet_cases) == (len(received), len(cleared), len(unmet))
    assert {(r.partner, r.heading): r.received for r in report.rows if r.received} == by_heading(received)
    assert {(r.partner, r.heading): r.cleared for r in report.rows if r.cleared} == by_heading(cleared)
    assert {(r.partner, r.heading): r.quantities.volume_m3 for r in report.rows if r.cleared} == volumes


def in_year(moment: datetime, year: int) -> bool:
    return day_in("BE", moment).year == year


def by_heading(cases: list[Case]) -> Counter[tuple[str, str]]:
    """How many licences have goods of each heading; one with two headings counts under both."""
    counted: Counter[tuple[str, str]] = Counter()
    for case in cases:
        lines = json.loads(case["licence"])["boxes"]["commodities"]
        counted.update({(case["vpa_country"], line["commodity_code"][:4]) for line in lines})
    return counted
