"""The queue: its tabs, its search and orders, that indexes serve them, and who works on what; through pages and API."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.proceedings import BoxReason
from services.validation.domain.queueing import Order, Search, Sorting, Tab, read_search
from services.validation.service import Validation
from services.validation.storage import QueuedCase, QueueFilter
from services.validation.storage.queue import gather_statement, walk_statement
from services.validation.use_cases import QueuePage
from shared.person import Person
from shared.problems import WrongContent
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, msca_role, person
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, line, opened

CASES, API = "/validation/cases", "/validation/api/v1"
Browser = Callable[[Person], httpx.AsyncClient]


@pytest.fixture
async def browser_of(app: FastAPI, issuer: Issuer) -> AsyncIterator[Browser]:
    """Opens a browser in which somebody is signed in, with the bearer token of a program beside it."""
    clients: list[httpx.AsyncClient] = []

    def open_browser(someone: Person) -> httpx.AsyncClient:
        clients.append(browser(app, issuer.cookies(someone)))
        clients[-1].headers.update(issuer.bearer(someone))
        return clients[-1]

    yield open_browser
    for client in clients:
        await client.aclose()


@pytest.fixture
async def officer(service: Validation) -> Person:
    """An officer of a country in which nothing else happens."""
    async with service.work() as work:
        await work.db.execute("DELETE FROM case_amendment")
        await work.db.execute("DELETE FROM licence_case WHERE country = 'FR'")
        return await know(work.db, person("Odile Officier", msca_role("FR")))


@pytest.fixture
async def colleague(service: Validation) -> Person:
    async with service.work() as work:
        return await know(work.db, person("Claude Collègue", msca_role("FR")))


async def french(service: Validation, number: int = 1, *, at: datetime = NOW, **changes: object) -> UUID:
    kept = {"boxes": boxes(licence_number=f"26.{number:05}-00123.003-ID-FR"), "point_of_entry": "FR000120"}
    return await opened(service, licence(**{**kept, **changes}), at=at)


async def page_of(service: Validation, someone: Person, tab: str = "", **typed: str) -> QueuePage:
    async with service.work() as work:
        return await use_cases.list_cases(work, someone, typed, tab=tab)


async def test_each_case_stands_in_the_tabs_it_belongs_to(
    service: Validation, officer: Person, colleague: Person
) -> None:
    new, mine, theirs, asked, returned, verified, decided = [await french(service, n) for n in range(7)]
    late = await french(service, 8, at=NOW - timedelta(days=3))
    async with service.work() as work:
        await use_cases.take_case(work, officer, mine)
        await use_cases.take_case(work, colleague, theirs)
        await use_cases.ask_company(work, officer, asked, kind="information", text="Which ship?")
        await use_cases.return_licence(work, officer, returned, text="", boxes=[BoxReason(12, "MISSING_DATA")])
        await use_cases.open_verification(work, officer, verified, kind="query", sent_on=NOW.date())
        await use_cases.validate_licence(work, officer, decided)
    tabs = {
        Tab.NEW: {new, late},
        Tab.MINE: {mine},
        Tab.IMPORTER: {asked, returned},
        Tab.ISSUER: {verified},
        Tab.DUE: {late, new, mine, theirs},
        Tab.CONFIRM: set(),
        Tab.DECIDED: {decided},
        Tab.ALL: {new, mine, theirs, asked, returned, verified, decided, late},
    }
    for tab, wanted in tabs.items():
        page = await page_of(service, officer, tab)
        assert {case.licence_id for case in page.items} == wanted, tab
        assert page.counts[tab] == len(wanted), tab
    assert (await page_of(service, officer)).tab is Tab.NEW
    assert (await page_of(service, officer, state="all")).tab is Tab.ALL
    deadlines = (await page_of(service, officer, Tab.DUE)).deadlines
    assert (deadlines[late].late, deadlines[new].late, deadlines[new].soon) == (True, False, True)


async def test_every_filter_narrows_and_all_of_them_go_together(service: Validation, officer: Person) -> None:
    wanted = await french(
        service,
        11,
        operator_name="Bois de l'Océan SARL",
        arrival=NOW + timedelta(days=30),
        point_of_entry="FR000130",
        boxes=boxes(
            licence_number="26.77777-00123.003-ID-FR",
            licensee={"name": "PT Sungai 100% Jati", "address": "Jepara", "country": "ID"},
            commodities=[line(commodity_code="9403 60 10")],
        ),
    )
    await french(service, 12)
    async with service.work() as work:
        await use_cases.take_case(work, officer, wanted)
    filters = {
        "number": "777 77-001", "state": "submitted", "commodity_code": "94 03", "company": "océan", "exporter": "0% J",
        "point_of_entry": "fr000130", "partner_country": "id", "officer": str(officer.account_id),
        "arrival_from": "2026-12-20", "arrival_to": "2026-12-20",
    }  # fmt: skip
    for name, text in filters.items():
        page = await page_of(service, officer, **{name: text})
        assert wanted in {case.licence_id for case in page.items}, name
        assert (len(page.items), page.mistakes) == (
            (2 if name in {"state", "partner_country", "arrival_to"} else 1),
            [],
        ), name
    page = await page_of(service, officer, **filters)
    assert [case.licence_id for case in page.items] == [wanted]
    for name, other in {"number": "77778", "company": "oceanic", "exporter": "100_", "commodity_code": "0403",
                        "officer": "none", "arrival_to": "2026-12-19", "arrival_from": "2026-12-21",
                        "state": "awaiting"}.items():  # fmt: skip
        found = await page_of(service, officer, **(filters | {"arrival_from": "", "arrival_to": ""} | {name: other}))
        assert found.items == [], name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"state": "lost"}, "unknown_state"),
        ({"arrival_from": "31.12.2026"}, "no_date"),
        ({"arrival_from": "2026-12-02", "arrival_to": "2026-12-01"}, "not_in_order"),
        ({"commodity_code": "wood"}, "no_code"),
        ({"officer": "Olivia"}, "unknown_officer"),
        ({"company": "x" * 101}, "too_long"),
    ],
)
def test_what_cannot_be_understood_is_named_and_left_out(typed: dict[str, str], code: str) -> None:
    search, mistakes = read_search(typed)
    assert [mistake.code for mistake in mistakes] == [code]
    assert getattr(search, mistakes[0].field) == getattr(Search(), mistakes[0].field)


@pytest.mark.parametrize("sort", ["submitted", "-submitted", "arrival", "-arrival", "risk", "-risk"])
async def test_pages_follow_each_other_in_every_order(service: Validation, officer: Person, sort: str) -> None:
    cases = [
        await french(service, n, at=NOW - timedelta(hours=n % 3), arrival=NOW + timedelta(days=n % 4)) for n in range(9)
    ]
    async with service.work() as work:
        await work.db.execute(
            "UPDATE licence_case SET risk = 10 * (extract(minute FROM arrival)::int + length(licence_number) % 3)"
            " WHERE country = 'FR'"
        )
    seen: list[QueuedCase] = []
    cursor = None
    while True:
        async with service.work() as work:
            page = await use_cases.list_cases(work, officer, tab="new", sort=sort, cursor=cursor, limit=4)
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    order = Order(sort.removeprefix("-"))
    keys = [case.key(order) for case in seen]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert {case.licence_id for case in seen} == set(cases)
    assert len(seen) == len(cases)


async def test_a_cursor_of_another_order_is_refused(service: Validation, officer: Person) -> None:
    for number in range(3):
        await french(service, number)
    async with service.work() as work:
        page = await use_cases.list_cases(work, officer, limit=1)
        with pytest.raises(WrongContent):
            await use_cases.list_cases(work, officer, sort="-arrival", cursor=page.next)


COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = 'licence_case'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped
"""
VARIED = {
    "licence_id": "gen_random_uuid()",
    "country": "chr(65 + n % 4) || 'X'",
    "number_key": "lpad(n::text, 5, '0') || '00123003IDFR'",
    "submitted_at": "submitted_at - n * interval '1 minute'",
    "arrival": "arrival - n * interval '1 minute'",
    "operator_name": "'Company ' || n",
    "validation_state": "CASE WHEN n / 4 % 20 = 0 THEN 'submitted' ELSE 'validated' END",
}


@pytest.fixture(scope="module")
async def crowded(service: Validation) -> None:
    """Twenty thousand cases in four countries, of which one in twenty is open."""
    model = await opened(service)
    async with service.work() as work:
        kept = [row["attname"] for row in await work.db.fetch(COLUMNS) if row["attname"] not in VARIED]
        await work.db.execute(
            f"INSERT INTO licence_case ({', '.join([*VARIED, *kept])}) SELECT {', '.join([*VARIED.values(), *kept])}"
            " FROM licence_case, generate_series(1, 20000) AS n WHERE licence_id = $1",
            model,
        )
    async with service.work() as work:
        await work.db.execute("ANALYZE licence_case")


DUE = QueueFilter("AX", Tab.DUE, late_since={"submitted": NOW}, due_by=NOW.date())


async def plan_of(db: asyncpg.Connection, statement: tuple[str, list[object]]) -> str:
    sql, arguments = statement
    return "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {sql}", *arguments))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        (QueueFilter("AX", Tab.NEW), Order.SUBMITTED, "licence_case_(open|queue)"),
        (QueueFilter("AX", Tab.NEW), Order.ARRIVAL, "licence_case_open_arrival"),
        (QueueFilter("AX", Tab.NEW), Order.RISK, "licence_case_open_risk"),
        (QueueFilter("AX", Tab.MINE, me=uuid4()), Order.SUBMITTED, "licence_case_officer"),
        (QueueFilter("AX", Tab.IMPORTER), Order.SUBMITTED, "licence_case_open"),
        (DUE, Order.SUBMITTED, "licence_case_open"),
        (QueueFilter("AX", Tab.DECIDED), Order.SUBMITTED, "licence_case_country"),
        (QueueFilter("AX"), Order.SUBMITTED, "licence_case_country"),
        (QueueFilter("AX"), Order.ARRIVAL, "licence_case_arrival"),
        (QueueFilter("AX", search=Search(state="submitted")), Order.SUBMITTED, "licence_case_queue"),
        (QueueFilter("AX", search=Search(number="123", company="x")), Order.SUBMITTED, "licence_case_country"),
        (QueueFilter(None, partner_country="ID"), Order.SUBMITTED, "licence_case_partner"),
    ],
)  # fmt: skip
async def test_the_lists_are_read_along_an_index_and_nothing_is_sorted(
    service: Validation, crowded: None, wanted: QueueFilter, order: Order, index: str, descending: bool, after: bool
) -> None:
    behind = (5 if order is Order.RISK else NOW - timedelta(days=7), UUID(int=0)) if after else None
    statement = walk_statement(wanted, Sorting(order, descending), after=behind, limit=50, looked_at=4000)
    async with service.work() as work:
        await work.db.execute(
            "SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)"
        )
        plan = await plan_of(work.db, statement)
    assert re.search(f"using {index} ", plan)
    assert "Sort" not in plan
    if after:
        assert "ROW(" in next(text for text in plan.splitlines() if "Index Cond" in text)


@pytest.mark.parametrize(
    "search",
    [Search(number="19999"), Search(company="pany 19999"), Search(exporter="Nobody"), Search(commodity_code="94036")],
)
async def test_what_is_rare_is_gathered_from_the_index_of_what_can_be_sought(
    service: Validation, crowded: None, search: Search
) -> None:
    statement = gather_statement(QueueFilter("DX", search=search), Sorting(), after=None, limit=50)
    async with service.work() as work:
        assert "licence_case_search" in await plan_of(work.db, statement)


async def test_what_is_rare_is_found_behind_many_that_do_not_fit(service: Validation, officer: Person) -> None:
    rare = await french(service, 99999, at=NOW - timedelta(days=100))
    for number in range(6):
        await french(service, number)
    async with service.work() as work:
        wanted = QueueFilter("FR", search=Search(number="99999"))
        found = await storage.queue(work.db, wanted, Sorting(descending=True), after=None, limit=5, looked_at=2)
    assert [case.licence_id for case in found] == [rare]


async def test_several_are_taken_at_once_and_who_comes_second_is_told(
    service: Validation, officer: Person, colleague: Person, browser_of: Browser
) -> None:
    cases = [await french(service, number) for number in (31, 32, 33)]
    mine, theirs = await visit(browser_of(officer), CASES), await visit(browser_of(colleague), CASES)
    nothing = await mine.press("Take what is ticked")
    assert (nothing.status, nothing.errors) == (422, ["Tick the licences first."])
    taken = await mine.press("Take what is ticked", {"case": [str(case) for case in cases[:2]]})
    assert "Cases that you work on now: 2" in taken.text
    told = await theirs.press("Take what is ticked", {"case": [str(case) for case in cases]})
    assert told.status == 409
    assert "2 cases were left as they are" in told.text
    assert "26.00031-00123.003-ID-FR : Odile Officier works on this case." in told.text
    assert "Done for 1 other case." in told.text
    mine = await visit(mine.client, f"{CASES}?tab=mine")
    assert [tab.get_text(" ", strip=True) for tab in mine.html.select(".tabs a[aria-current]")] == ["Mine 2"]
    handed = await mine.press(
        "Hand over what is ticked", {"case": [str(cases[0])], "colleague": str(colleague.account_id)}
    )
    assert "Cases handed over: 1" in handed.text
    over = await visit(mine.client, f"{CASES}?tab=all")
    over = await over.press("Take over what is ticked", {"case": [str(cases[2])]})
    released = await over.press("Release what is ticked", {"case": [str(cases[1]), str(cases[2])]})
    assert "Cases given back into the queue of all: 2" in released.text
    page = await page_of(service, officer, "all")
    assert {case.licence_id: case.officer_name for case in page.items} == {
        cases[0]: "Claude Collègue", cases[1]: None, cases[2]: None,
    }  # fmt: skip


async def test_two_officers_who_take_a_case_in_the_same_moment_do_not_both_have_it(
    service: Validation, officer: Person, colleague: Person
) -> None:
    case_id = await french(service, 41)

    async def take(someone: Person) -> str:
        try:
            async with service.work() as work:
                await use_cases.take_case(work, someone, case_id)
        except Exception as refusal:
            return getattr(refusal, "code", repr(refusal))
        return "taken by me"

    assert sorted(await asyncio.gather(take(officer), take(colleague))) == ["taken", "taken by me"]


async def test_a_case_is_handed_to_nobody_of_another_authority(
    service: Validation, people: People, officer: Person, browser_of: Browser
) -> None:
    case_id = await french(service, 51)
    await page_of(service, people.officer)
    for stranger in (people.officer.account_id, uuid4()):
        answer = await browser_of(officer).post(
            f"{API}/cases/{case_id}/assignment", json={"officer": str(stranger)}, headers={"Accept": "application/json"}
        )
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_officer")
    foreign = await browser_of(people.officer).post(f"{API}/cases/{case_id}/assignment", json={"officer": "me"})
    assert foreign.status_code == 404


async def test_the_api_lists_with_the_same_filters_and_assigns(
    service: Validation, officer: Person, colleague: Person, browser_of: Browser
) -> None:
    case_id = await french(service, 61)
    client, other = browser_of(officer), browser_of(colleague)
    await service.assess_new()
    answer = await client.get(f"{API}/cases", params={"tab": "new", "number": "00061", "sort": "-risk"})
    (row,) = answer.json()["items"]
    assert (row["id"], row["officer"], row["deadline"]["on"]) == (str(case_id), None, "2026-11-22")
    assert row["risk"] == sum(reason["points"] for reason in row["risk_reasons"])
    for wrong in ({"tab": "lost"}, {"sort": "colour"}, {"state": "lost"}, {"arrival_to": "soon"}, {"cursor": "x"}):
        assert (await client.get(f"{API}/cases", params=wrong)).status_code == 422
    assignment = f"{API}/cases/{case_id}/assignment"
    assert (await client.post(assignment, json={"officer": "me"})).json()["version"] == 3
    assert (await other.post(assignment, json={"officer": "me"})).status_code == 409
    assert (await other.post(assignment, json={"officer": "me", "over": True})).status_code == 200
    assert (await other.post(assignment, json={"officer": str(officer.account_id)})).status_code == 200
    assert (await client.post(assignment, json={"officer": None})).status_code == 200
    counts = (await client.get(f"{API}/queue")).json()
    assert (counts["counts"]["new"], counts["counts"]["mine"], counts["most"]) == (1, 0, 1000)


async def test_the_page_says_what_is_wrong_in_a_search_and_keeps_it(officer: Person, browser_of: Browser) -> None:
    page = await visit(
        browser_of(officer), f"{CASES}?tab=all&arrival_from=2026-13-40&company=Timber&state=lost&cursor="
    )
    assert page.status == 422
    assert page.errors == ["There is no such state.", "This is not a day. Write it like 2027-03-31."]
    assert page.html.select('input[name="company"][value="Timber"]')
    assert page.html.select('input[name="arrival_from"][value="2026-13-40"]')
    assert (await visit(page.client, f"{CASES}?tab=lost&sort=colour")).status == 422


async def test_old_addresses_still_lead_where_they_led(
    service: Validation, officer: Person, browser_of: Browser
) -> None:
    await french(service, 71)
    for address in (
        "state=submitted",
        "state=submitted&number=00071",
        "number=00071",
        "point_of_entry=FR000120",
        "state=all",
    ):
        assert "26.00071-00123.003-ID-FR" in (await visit(browser_of(officer), f"{CASES}?{address}")).text
    assert "26.00071" not in (await visit(browser_of(officer), f"{CASES}?state=validated")).text
