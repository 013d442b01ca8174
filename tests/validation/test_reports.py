"""The yearly report: equal to a count by hand, and the same for a past day whenever it is asked for."""

import csv
import io
import random
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.validation import reports, use_cases
from services.validation.domain.proceedings import BoxReason
from services.validation.domain.quantities import Quantities
from services.validation.domain.reports import Report
from services.validation.service import Validation
from services.validation.use_cases.reporting import make_report
from shared.person import Person, Role
from shared.problems import NotYours, WrongContent
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, person
from tests.validation.conftest import People
from tests.validation.examples import boxes, licence, line, opened, whole

MRNS = (f"26BEX00000000{n:04}" for n in range(1, 9_999))
YEAR_ENDS = datetime(2026, 11, 20, tzinfo=UTC)


def mrn() -> str:
    from services.validation.domain.mrn import check_digit

    start = next(MRNS)
    return start + str(check_digit(start))


class Life:
    """Acts on cases of Belgium at chosen moments."""

    def __init__(self, service: Validation, people: People) -> None:
        self.service = service
        self.people = people

    async def lodged(self, at: datetime, partner: str = "ID", **changes: Any) -> UUID:
        authority = boxes().issuing_authority.model_copy(update={"country": partner})
        of = licence(boxes=boxes(issuing_authority=authority, expiry_date=date(2027, 12, 31), **changes))
        return await opened(self.service, of, at=at)

    async def do(self, at: datetime, act: Callable[..., Any], case_id: UUID, **values: Any) -> None:
        customs = act in {use_cases.clear_licence, use_cases.refuse_clearance}
        async with self.service.work(at=at) as work:
            await act(work, self.people.customs if customs else self.people.officer, case_id, **values)

    async def cleared(self, at: datetime, case_id: UUID, volume: str | None, weight: str | None) -> None:
        await self.do(at, use_cases.validate_licence, case_id)
        declared = Quantities(volume and Decimal(volume), weight and Decimal(weight))  # type: ignore[arg-type]
        await self.do(at + timedelta(hours=1), use_cases.clear_licence, case_id, declaration=mrn(), declared=declared)

    async def report(self, year: int = 2026, as_of: date | None = None, country: str = "BE") -> Report:
        async with self.service.work() as work:
            return await make_report(work, country, year=year, as_of=as_of)


@pytest.fixture(scope="module")
def life(service: Validation, people: People) -> Life:
    return Life(service, people)


def day(month: int, number: int, hour: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


@pytest.fixture(scope="module")
async def told(life: Life) -> Life:
    """A small year, written so that it can be counted on two hands."""
    reject = {"reason": "Seen.", "reason_code": "DATA_DIFFERS_FROM_ISSUER"}
    one = await life.lodged(day(3, 2))  # 4409: 15.2 m3, 9690 kg
    await life.cleared(day(3, 3), one, "15.0", "9600")
    several = await life.lodged(
        day(3, 5),
        commodities=[
            line(commodity_code="4407 11", volume_m3=Decimal("10.5"), net_weight_kg=None),
            line(commodity_code="44071200", volume_m3=Decimal("4.25"), net_weight_kg=None),
            line(commodity_code="441231", volume_m3=None, net_weight_kg=None),
        ],
        global_measure=whole("20", "8000"),
    )
    await life.cleared(day(3, 6), several, "20", "8000")  # 4407: 14.75 m3; not broken down: 5.25 m3 and 8000 kg
    only_whole = await life.lodged(
        day(4, 1), commodities=[line(volume_m3=None, net_weight_kg=None)], global_measure=whole("7.5")
    )
    await life.cleared(day(4, 2), only_whole, "7.5", None)  # one heading, so all of it is 4409's
    ghana = await life.lodged(day(4, 3), "GH", commodities=[line(commodity_code="440722", volume_m3=Decimal(3))])
    await life.do(day(4, 4), use_cases.reject_licence, ghana, **reject)  # unmet: 3 m3, 9690 kg
    scope = await life.lodged(day(4, 5), "GH")
    await life.do(day(4, 6), use_cases.reject_licence, scope, reason="Bamboo.", reason_code="NOT_IN_SCOPE")
    taken_back = await life.lodged(day(5, 1))
    await life.do(day(5, 2), use_cases.validate_licence, taken_back)
    await life.do(day(5, 3), use_cases.cancel_validation, taken_back, reason="A forged stamp.")
    refused = await life.lodged(day(5, 4))
    await life.do(day(5, 5), use_cases.validate_licence, refused)
    await life.do(day(5, 6), use_cases.refuse_clearance, refused, reason="Other goods.")
    await life.lodged(day(6, 1))  # waits
    moved = await life.lodged(day(6, 2))
    await life.do(day(6, 3), use_cases.change_point_of_entry, moved, office="NL000396", reason="Other port.")
    last_year = await life.lodged(day(12, 30, year=2025))
    await life.cleared(day(1, 5), last_year, "15.2", "9690")
    await life.lodged(datetime(2025, 12, 31, 23, 30, tzinfo=UTC))  # it is 2026 in Brussels already
    return life


async def test_it_equals_the_count_by_hand(told: Life) -> None:
    report = await told.report()
    assert [(r.partner, r.heading, r.received, r.cleared, *vars(r.quantities).values()) for r in report.rows] == [
        ("GH", "4407", 1, 0, None, None),
        ("GH", "4409", 1, 0, None, None),
        ("ID", "4407", 1, 1, Decimal("14.75"), None),
        ("ID", "4409", 6, 3, Decimal("37.9"), Decimal(19380)),
        ("ID", "4412", 1, 1, None, None),
        ("ID", "", 1, 1, Decimal("5.25"), Decimal(8000)),
    ]
    assert [(t.partner, t.received, t.cleared) for t in report.totals] == [("GH", 2, 0), ("ID", 7, 4)]
    indonesia = report.totals[1]
    assert indonesia.quantities == Quantities(Decimal("57.9"), Decimal(27380))
    assert indonesia.declared == Quantities(Decimal("57.7"), Decimal(27290))
    assert [(u.partner, u.how, u.cases, *vars(u.quantities).values()) for u in report.unmet] == [
        ("GH", "rejected", 1, Decimal(3), Decimal(9690)),
        ("ID", "cancelled", 1, Decimal("15.2"), Decimal(9690)),
        ("ID", "refused", 1, Decimal("15.2"), Decimal(9690)),
    ]


async def test_what_moved_is_counted_where_it_went_and_the_year_begins_at_midnight_there(told: Life) -> None:
    dutch = await told.report(country="NL")
    assert [(t.partner, t.received) for t in dutch.totals] == [("ID", 1)]
    before = await told.report(2025, date(2025, 12, 31))
    assert [(t.received, t.cleared) for t in before.totals] == [(1, 0)]


async def test_a_past_day_gives_the_same_answer_whatever_happened_since(told: Life) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 200, 7)]
    before = [await told.report(as_of=one) for one in days]
    late = await told.lodged(day(9, 1))
    await told.cleared(day(9, 2), late, "15.2", "9690")
    async with told.service.work(at=day(9, 3)) as work:
        case = await work.db.fetchval(
            "SELECT licence_id FROM licence_case WHERE country = 'BE' AND validation_state = 'submitted' AND held"
            " ORDER BY submitted_at LIMIT 1"
        )
        await use_cases.return_licence(
            work, told.people.officer, case, text="", boxes=[BoxReason(15, "MISSING_DATA", "No weight.")]
        )
    assert [await told.report(as_of=one) for one in days] == before
    assert (await told.report()).received == before[-1].received + 1


async def test_many_cases_equal_a_count_of_what_was_done(life: Life) -> None:
    """Other partner country, so that the small year stays countable."""
    chance, expected = random.Random(4), {"received": 0, "cleared": 0, "unmet": 0, "volume": Decimal()}  # noqa: S311
    for number in range(60):
        volume = Decimal(chance.randrange(1_000, 90_000)) / 1000
        case_id = await life.lodged(day(7, 1), "LR", commodities=[line(volume_m3=volume)])
        expected["received"] += 1
        if number % 3 == 0:
            await life.cleared(day(7, 2), case_id, f"{volume}", "9690")
            expected["cleared"] += 1
            expected["volume"] += volume
        elif number % 3 == 1:
            await life.do(day(7, 2), use_cases.reject_licence, case_id, reason="No.", reason_code="SUSPECTED_FORGERY")
            expected["unmet"] += 1
    made = await life.report()
    (total,) = [one for one in made.totals if one.partner == "LR"]
    unmet = sum(row.cases for row in made.unmet if row.partner == "LR")
    counted = {"received": total.received, "cleared": total.cleared, "unmet": unmet}
    assert {**counted, "volume": total.quantities.volume_m3} == expected


async def test_a_returned_licence_counts_once_with_the_boxes_it_came_back_with(life: Life) -> None:
    submitted = licence(boxes=boxes(issuing_authority=boxes().issuing_authority.model_copy(update={"country": "CM"})))
    await opened(life.service, submitted, at=day(8, 1))
    await life.do(
        day(8, 2), use_cases.return_licence, submitted.id, text="", boxes=[BoxReason(10, "HS_MISMATCH", "Which?")]
    )
    lines = [line(commodity_code="441810")]
    again = submitted.model_copy(
        update={"version": 9, "boxes": submitted.boxes.model_copy(update={"commodities": lines})}
    )
    await opened(life.service, again, at=day(8, 5))
    now = [(r.heading, r.received) for r in (await life.report()).rows if r.partner == "CM"]
    then = [(r.heading, r.received) for r in (await life.report(as_of=date(2026, 8, 3))).rows if r.partner == "CM"]
    assert (now, then) == ([("4418", 1)], [("4409", 1)])


@pytest.mark.parametrize(
    ("country", "year", "as_of", "fields"),
    [
        ("XX", 2026, None, {"country"}),
        ("BE", 2027, None, {"year"}),
        ("BE", 0, None, {"year"}),
        ("BE", 2026, date(2026, 11, 21), {"as_of"}),
        ("BE", 2026, date(2025, 12, 31), {"as_of"}),
    ],
)
async def test_what_cannot_be_reported_on_is_refused(
    life: Life, country: str, year: int, as_of: date | None, fields: set[str]
) -> None:
    with pytest.raises(WrongContent) as refused:
        await life.report(year, as_of, country)
    assert {error.field for error in refused.value.errors} == fields


async def test_csv_and_spreadsheet_say_what_the_report_says(told: Life) -> None:
    report = await told.report(as_of=date(2026, 6, 30))
    rows = list(csv.DictReader(io.StringIO(reports.as_csv(report))))
    by_heading = [row for row in rows if row["part"] == "heading" and row["heading"] == "4407"]
    assert [(r["partner_country"], r["licences_received"], r["volume_m3"], r["net_weight_kg"]) for r in by_heading] == [
        ("GH", "1", "", ""),
        ("ID", "1", "14.75", ""),
    ]
    assert {row["part"] for row in rows} == {"heading", "partner", "declared", "unmet"}
    assert {row["as_of"] for row in rows} == {"2026-06-30"}
    with zipfile.ZipFile(io.BytesIO(reports.as_xlsx(report))) as book:
        assert b"By HS heading" in book.read("xl/workbook.xml")
        assert b"<v>14.75</v>" in book.read("xl/worksheets/sheet1.xml")
    assert "14.75" in reports.as_text(report)


async def test_a_year_of_many_cases_is_found_by_its_indexes(told: Life) -> None:
    async with told.service.work() as work:
        await work.db.execute(
            """
            INSERT INTO case_past (licence_id, at, until, country, vpa_country, received_at, validation_state,
                clearance_state, state_since, goods)
            SELECT gen_random_uuid(), at, CASE WHEN n % 4 = 0 THEN at + interval '1 day' END,
                (ARRAY['DE', 'FR', 'ES', 'IT'])[1 + n % 4], 'ID', at, 'validated', 'cleared', at,
                '[["4407", 1.5, 900]]'
            FROM generate_series(1, 20000) n, LATERAL (SELECT timestamptz '2020-01-01' + n * interval '2 hours' AS at) t
            """
        )
        await work.db.execute("ANALYZE case_past")
    async with told.service.work() as work:
        from services.validation.domain.reports import Period
        from services.validation.storage.reports import _BY_HEADING, _asked

        period = Period("DE", 2022, date(2023, 3, 1))
        plan = await work.db.fetch(f"EXPLAIN {_BY_HEADING}", *_asked(period, None))
    text = "\n".join(row[0] for row in plan)
    assert "case_past_received" in text
    assert "case_past_ended" in text
    assert "Seq Scan" not in text


@pytest.fixture
async def open_as(app: FastAPI, issuer: Issuer, service: Validation) -> AsyncIterator[Callable[..., Any]]:
    clients: list[httpx.AsyncClient] = []

    async def open_browser(someone: Person) -> httpx.AsyncClient:
        async with service.work() as work:
            await know(work.db, someone)
        clients.append(browser(app, issuer.cookies(someone)))
        return clients[-1]

    yield open_browser
    for client in clients:
        await client.aclose()


async def test_the_authority_reads_prints_and_downloads_its_report(told: Life, open_as: Callable[..., Any]) -> None:
    client = await open_as(told.people.officer)
    page = await visit(client, "/validation/reports/annual?year=2026&as_of=2026-06-30")
    assert page.heading == "FLEGT licences in 2026"
    for shown in ("Belgium", "Indonesia", "14.75", "Not broken down by heading", "Release refused", "art. 8(1)"):
        assert shown in page.text
    for text, kind, start in (("Download CSV", "text/csv", b"member_state"), ("spreadsheet", "application/vnd", b"PK")):
        answer = await client.get(page.link(text))
        assert answer.headers["content-type"].startswith(kind)
        assert "flegt-BE-2026-as-of-2026-06-30" in answer.headers["content-disposition"]
        assert answer.content.startswith(start)


async def test_typing_errors_are_named_and_kept(told: Life, open_as: Callable[..., Any]) -> None:
    client = await open_as(told.people.officer)
    for query, name in (("year=20x6", "year"), ("as_of=30.6.2026", "as_of"), ("as_of=2031-01-01", "as_of")):
        page = await visit(client, f"/validation/reports/annual?{query}")
        assert page.status == 422
        assert len(page.errors) == 1
        assert page.html.select_one(f".error-summary a[href='#f-{name}']")


async def test_a_monitor_reads_the_report_of_the_scope_and_others_none(
    told: Life, open_as: Callable[..., Any], service: Validation
) -> None:
    role = Role(UUID(int=7), "monitor", None, "Monitor of Ghana", None, partner_country="GH")
    client = await open_as(person("Mona Monitor", role))
    asked = await visit(client, "/validation/reports/annual")
    assert "Choose a Member State" in asked.text
    page = await visit(client, "/validation/reports/annual?country=BE&year=2026")
    assert "Ghana" in page.text
    assert "Indonesia" not in page.html.main.get_text(" ")
    for outsider in (told.people.importer, told.people.customs):
        with pytest.raises(NotYours):
            async with service.work() as work:
                await use_cases.report_year(work, outsider)
        assert (await (await open_as(outsider)).get("/validation/reports/annual")).status_code == 403
