"""The list: what it finds, how it is sorted and paged, and whose licences are in it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.licences import use_cases
from services.licences.service import Licences
from services.licences.storage.search import Row
from shared.paging import cursor_of
from shared.person import Person, Role
from shared.problems import WrongContent
from shared.testing.people import customs_role, importer_role, msca_role, person, support_role
from tests.licences.stage import NOW, a_draft, a_submitted_licence, an_importer, numbered


async def rows_of(service: Licences, someone: Person, **typed: str) -> list[Row]:
    async with service.work() as work:
        wanted = use_cases.read_wanted(someone, typed)
        return (await use_cases.search_licences(work, someone, wanted)).rows


async def found(service: Licences, someone: Person, **typed: str) -> list[str]:
    return [row.licence_number for row in await rows_of(service, someone, **typed)]


def monitor_role(country: str | None, partner_country: str | None) -> Role:
    return Role(uuid4(), "monitor", None, "Monitor", country, partner_country=partner_country)


async def test_the_list_has_the_licences_of_the_company_by_whomever(service: Licences, importer: Person) -> None:
    colleague = await an_importer(service, company=importer.companies[0], name="Carl Colleague")
    await a_draft(service, importer, numbered(201))
    await a_draft(service, colleague, numbered(202))
    await a_draft(service, await an_importer(service), numbered(203))

    assert await found(service, importer) == ["26.00202-00123.003-ID-BE", "26.00201-00123.003-ID-BE"]
    assert await found(service, importer, requester="colleague") == ["26.00202-00123.003-ID-BE"]


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ({"number": "26.00211"}, True),
        ({"number": "v-legal 26.00211-00123.003-id-be "}, True),
        ({"number": "26_00211"}, False),
        ({"number": "%"}, False),
        ({"number": "\\"}, False),
        ({"state": "submitted"}, True),
        ({"state": "validated"}, False),
        ({"state": "awaiting"}, False),
        ({"commodity_code": "9401"}, True),
        ({"commodity_code": "94"}, True),
        ({"commodity_code": "9"}, True),
        ({"commodity_code": "9401 69"}, True),
        ({"commodity_code": "0169"}, False),
        ({"commodity_code": "94016900"}, False),
        ({"description": "GARDEN"}, True),
        ({"description": "arde"}, True),
        ({"description": "mahogany"}, False),
        ({"point_of_entry": "be101000"}, True),
        ({"point_of_entry": "BE"}, True),
        ({"point_of_entry": "antwerp"}, True),
        ({"point_of_entry": "BE343000"}, False),
        ({"point_of_entry": "DE"}, False),
        ({"point_of_entry": "Atlantis"}, False),
        ({"partner_country": "id"}, True),
        ({"partner_country": "GH"}, False),
        ({"arrival_from": "2026-12-01"}, True),
        ({"arrival_to": "2026-12-01"}, True),
        ({"arrival_from": "2026-12-01", "arrival_to": "2026-12-01"}, True),
        ({"arrival_from": "2026-12-02"}, False),
        ({"arrival_to": "2026-11-30"}, False),
        ({"requester": "ines"}, True),
        ({"number": "\0", "description": "\0"}, True),
        ({"number": "00211", "state": "submitted", "commodity_code": "940169", "description": "teak"}, True),
        ({"number": "00211", "state": "submitted", "commodity_code": "940169", "description": "oak"}, False),
    ],
)
async def test_each_criterion_finds_what_fits_and_nothing_else(
    service: Licences, typed: dict[str, str], fits: bool
) -> None:
    importer = await an_importer(service)
    await a_submitted_licence(service, importer, numbered(211))

    hits = await found(service, importer, **typed)

    async with service.work() as work:
        await work.db.execute("DELETE FROM licence WHERE operator_id = $1", importer.companies[0])
    assert bool(hits) is fits


async def test_an_office_is_found_by_its_name(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(212))
    async with service.work() as work:
        await work.db.execute("UPDATE licence SET point_of_entry = 'DE004851' WHERE id = $1", licence.id)

    assert await found(service, importer, point_of_entry="hamburg") == ["26.00212-00123.003-ID-BE"]


async def test_a_draft_without_arrival_is_in_no_range_of_arrivals(service: Licences, importer: Person) -> None:
    await a_draft(service, importer, numbered(213))

    assert await found(service, importer, arrival_from="2000-01-01") == []
    assert await found(service, importer, arrival_to="2999-12-31") == []


async def test_the_list_is_sorted_by_number_by_arrival_and_by_modification(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer, numbered(221))
    early = await a_submitted_licence(service, importer, numbered(223))
    late = await a_submitted_licence(service, importer, numbered(222))
    async with service.work() as work:
        for licence, days in ((early, 0), (late, 5)):
            await work.db.execute(
                "UPDATE licence SET arrival = $2, modified_at = $3 WHERE id = $1",
                licence.id,
                NOW + timedelta(days=days),
                NOW + timedelta(hours=1 + days),
            )

    async def order(sort: str) -> list[UUID]:
        return [row.id for row in await rows_of(service, importer, sort=sort)]

    assert await order("number") == [draft.id, late.id, early.id]
    assert await order("-number") == [early.id, late.id, draft.id]
    assert await order("arrival") == [early.id, late.id, draft.id]
    assert await order("-arrival") == [draft.id, late.id, early.id]
    assert await order("modified") == [draft.id, early.id, late.id]
    assert await order("") == [late.id, early.id, draft.id]


@pytest.mark.parametrize("sort", ["", "modified", "number", "-number", "arrival", "-arrival"])
async def test_pages_hold_every_licence_once_in_both_directions(service: Licences, sort: str) -> None:
    importer = await an_importer(service)
    for minute in range(7):
        async with service.work(at=NOW + timedelta(minutes=minute // 3)) as work:
            await use_cases.create_draft(work, importer)
    wanted = use_cases.read_wanted(importer, {"sort": sort})

    async def page(cursor: str | None) -> use_cases.Page:
        async with service.work() as work:
            return await use_cases.search_licences(work, importer, wanted, cursor=cursor, limit=3)

    pages = [await page(None)]
    while pages[-1].next:
        pages.append(await page(pages[-1].next))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(await page(back[-1].previous))

    keys = [row.key(wanted.sorting.order) for page in pages for row in page.rows]
    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert keys == sorted(set(keys), reverse=wanted.sorting.descending)
    assert [page.rows for page in reversed(back)] == [page.rows for page in pages]
    assert back[-1].previous is None
    assert back[-1].next == pages[0].next


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "WzEsMl0",
        "é",
        cursor_of("-modified", "after", "x", "y"),
        cursor_of("-modified", "beside", NOW, uuid4()),
        cursor_of("number", "after", "26.1", uuid4()),
        cursor_of("-modified", "after", 7, 8),
        cursor_of(1, 2, 3, 4),
        cursor_of("-modified", "after", "0001-01-01", uuid4()),
    ],
)
async def test_a_cursor_that_this_list_did_not_give_out_is_refused(
    service: Licences, importer: Person, cursor: str
) -> None:
    wanted = use_cases.read_wanted(importer, {})

    async with service.work() as work:
        with pytest.raises(WrongContent) as refused:
            await use_cases.search_licences(work, importer, wanted, cursor=cursor)

    assert [error.field for error in refused.value.errors] == ["cursor"]


async def test_everything_that_cannot_be_understood_is_named_at_once(importer: Person) -> None:
    typed = {
        "number": "9" * 101,
        "state": "lost",
        "partner_country": "XX",
        "arrival_from": "31.1.2027",
        "arrival_to": "1999-01-01",
        "point_of_entry": "a",
        "sort": "colour",
        "company": str(uuid4()),
    }

    with pytest.raises(WrongContent) as refused:
        use_cases.read_wanted(importer, typed)

    assert {error.field for error in refused.value.errors} == set(typed)


async def test_the_last_day_of_arrival_is_not_before_the_first(importer: Person) -> None:
    with pytest.raises(WrongContent) as refused:
        use_cases.read_wanted(importer, {"arrival_from": "2027-02-01", "arrival_to": "2027-01-31"})

    assert [error.field for error in refused.value.errors] == ["arrival_to"]


async def test_days_of_arrival_begin_at_midnight_where_the_person_is(service: Licences, importer: Person) -> None:
    await a_submitted_licence(service, importer, numbered(231))  # arrives at 22:59 UTC on the first of December

    assert await found(service, importer, arrival_to="2026-12-01")
    assert not await found(service, replace(importer, time_zone="Asia/Jakarta"), arrival_to="2026-12-01")


async def test_who_has_several_companies_sees_all_of_them_or_one(service: Licences) -> None:
    roles = [importer_role(name=f"Company {letter}") for letter in "ABC"]
    someone = person("Abel Agent", *roles)
    for number, role in enumerate(roles, start=241):
        await a_draft(service, await an_importer(service, company=role.body_id), numbered(number))
    second = str(roles[1].body_id)

    assert await found(service, someone, sort="number") == [
        "26.00241-00123.003-ID-BE",
        "26.00242-00123.003-ID-BE",
        "26.00243-00123.003-ID-BE",
    ]
    assert await found(service, someone, company=second) == ["26.00242-00123.003-ID-BE"]
    assert await found(service, someone, description="teak", number="00243") == ["26.00243-00123.003-ID-BE"]


async def test_an_authority_sees_what_was_handed_in_for_its_member_state(service: Licences) -> None:
    importer = await an_importer(service)
    await a_submitted_licence(service, importer, numbered(251))
    await a_draft(service, importer, numbered(252))

    assert await found(service, person("Olga", msca_role("BE")), number="0025") == ["26.00251-00123.003-ID-BE"]
    assert await found(service, person("Olga", msca_role("NL")), number="0025") == []


async def test_a_customs_office_sees_what_was_validated_for_it(service: Licences) -> None:
    importer = await an_importer(service)
    cleared = await a_submitted_licence(service, importer, numbered(261))
    await a_submitted_licence(service, importer, numbered(262))
    async with service.work() as work:
        await work.db.execute(
            "UPDATE licence SET validation_state = 'validated', clearance_state = 'awaiting' WHERE id = $1", cleared.id
        )

    assert await found(service, person("Carl", customs_role("BE101000")), number="0026") == ["26.00261-00123.003-ID-BE"]
    assert await found(service, person("Carl", customs_role("BE343000")), number="0026") == []


@pytest.mark.parametrize(
    ("country", "partner", "sees"),
    [("BE", None, True), (None, "ID", True), ("BE", "ID", True), ("NL", None, False), (None, "GH", False),
     ("BE", "GH", False), (None, None, False)],
)  # fmt: skip
async def test_a_monitor_sees_its_scope(
    service: Licences, country: str | None, partner: str | None, sees: bool
) -> None:
    licence = await a_submitted_licence(service, await an_importer(service), numbered(271))

    hits = await found(service, person("Mona", monitor_role(country, partner)), number="00271")

    async with service.work() as work:
        await work.db.execute("DELETE FROM licence WHERE id = $1", licence.id)
    assert bool(hits) is sees


async def test_the_role_of_now_says_whose_list_it_is(service: Licences) -> None:
    ours, theirs = importer_role(), msca_role("BE")
    await a_submitted_licence(service, await an_importer(service), numbered(281))
    someone = person("Two Hats", ours, theirs)

    assert await found(service, someone, number="00281") == []
    assert await found(service, replace(someone, active_role_id=theirs.id), number="00281") != []


async def test_support_sees_no_licences(service: Licences) -> None:
    await a_submitted_licence(service, await an_importer(service), numbered(291))

    assert await found(service, person("Sam", support_role())) == []


async def test_officials_sort_by_the_last_modification_only() -> None:
    with pytest.raises(WrongContent) as refused:
        use_cases.read_wanted(person("Olga", msca_role("BE")), {"sort": "number"})

    assert [error.field for error in refused.value.errors] == ["sort"]
