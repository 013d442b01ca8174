"""What does not move is shown with who owes the next step, to those who can see to it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.policy import Policy
from services.validation.domain.proceedings import BoxReason
from services.validation.domain.waiting import Owner, Stuck
from services.validation.service import Validation
from services.validation.storage import waiting
from services.validation.use_cases import StuckPage
from services.validation.use_cases.waiting import find_stuck
from shared.person import Person
from shared.problems import NotYours
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, msca_role, person, support_role
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, opened

AGO = NOW - timedelta(days=100)


@pytest.fixture(scope="module")
async def administrator(service: Validation) -> Person:
    someone = person("Ada Administrator", replace(msca_role("BE"), administrator=True))
    async with service.work() as work:
        return await know(work.db, someone)


@pytest.fixture(scope="module")
async def stuck(service: Validation, people: People) -> dict[str, UUID]:
    """One case in each state that somebody has to do something about, a hundred days old, and some that are not."""
    papers = boxes(expiry_date=date(2027, 12, 31))
    names = ("new", "taken", "asked", "queried", "checked", "returned", "awaiting", "suspended", "rejected", "dutch")
    cases = {}
    for name in names:
        office = "NL000396" if name == "dutch" else "BE101000"
        cases[name] = await opened(service, licence(boxes=papers, point_of_entry=office), at=AGO)
    cases["fresh"] = await opened(service, licence(boxes=papers), at=NOW - timedelta(days=1))
    officer, customs = people.officer, people.customs
    async with service.work(at=AGO) as work:
        await use_cases.take_case(work, officer, cases["taken"])
        await use_cases.ask_company(work, officer, cases["asked"], kind="information", text="Which invoice?")
        for name, kind in (("queried", "query"), ("checked", "physical")):
            await use_cases.open_verification(work, officer, cases[name], kind=kind, sent_on=AGO.date(), text="Is it?")
        await use_cases.take_case(work, officer, cases["checked"])
        reasons = [BoxReason(15, "MISSING_DATA", "No weight.")]
        await use_cases.return_licence(work, officer, cases["returned"], text="", boxes=reasons)
        for name in ("awaiting", "suspended"):
            await use_cases.validate_licence(work, officer, cases[name])
        await use_cases.suspend_clearance(work, customs, cases["suspended"], reason="Other goods.")
        await use_cases.reject_licence(work, officer, cases["rejected"], reason="No.", reason_code="FORMAT")
    return cases


async def page_of(service: Validation, *countries: str, cursor: str | None = None, limit: int = 50) -> StuckPage:
    async with service.work() as work:
        return await find_stuck(work, countries, cursor=cursor, limit=limit)


async def test_each_waiting_state_has_its_owner_and_what_is_final_or_fresh_is_not_there(
    service: Validation, stuck: dict[str, UUID]
) -> None:
    found = {case.licence_id: case for case in (await page_of(service, "BE")).items}
    expected = {
        "new": Owner.AUTHORITY,
        "taken": Owner.OFFICER,
        "asked": Owner.COMPANY,
        "queried": Owner.ISSUER,
        "checked": Owner.OFFICER,
        "returned": Owner.COMPANY,
        "awaiting": Owner.CUSTOMS,
        "suspended": Owner.CUSTOMS,
    }
    assert {name: found[stuck[name]].owner for name in expected} == expected
    assert len(found) == len(expected)
    assert found[stuck["new"]].overdue_by(NOW) == timedelta(days=98)


async def test_limits_are_those_of_the_authority_and_what_is_held_elsewhere_is_not_ours(
    service: Validation, stuck: dict[str, UUID]
) -> None:
    async with service.work() as work:
        patient = Policy(days_in_state={"submitted": 300})
        await storage.keep_policy(work.db, "NL", patient, version=0, at=NOW, by=UUID(int=1))
    assert (await page_of(service, "NL")).items == []
    async with service.work() as work:
        await storage.keep_policy(work.db, "NL", Policy(), version=1, at=NOW, by=UUID(int=1))
    assert [case.licence_id for case in (await page_of(service, "NL")).items] == [stuck["dutch"]]
    async with service.work() as work:
        await storage.let_go(work.db, {stuck["dutch"]: 99})
    assert (await page_of(service, "NL")).items == []


async def test_pages_follow_each_other_without_gap_or_repetition(service: Validation, stuck: dict[str, UUID]) -> None:
    whole = [case.licence_id for case in (await page_of(service, "BE")).items]
    seen: list[Stuck] = []
    cursor = None
    while True:
        page = await page_of(service, "BE", "NL", cursor=cursor, limit=3)
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [case.licence_id for case in seen] == whole


async def test_a_page_is_read_along_its_index(service: Validation, stuck: dict[str, UUID]) -> None:
    async with service.work() as work:
        await work.db.execute("SET LOCAL enable_seqscan = off")
        await work.db.execute("SET LOCAL enable_bitmapscan = off")
        before = [NOW - timedelta(days=2)]
        values = (["BE"], ["BE"], ["submitted"], before, AGO, UUID(int=0), [2], 50)
        plan = await work.db.fetch(f"EXPLAIN {waiting._STUCK}", *values)
    text = "\n".join(row[0] for row in plan)
    assert "licence_case_waiting" in text
    assert "ROW(state_since, licence_id) >" in text


async def test_administrators_see_their_country_support_sees_all_and_nobody_else_anything(
    service: Validation, people: People, administrator: Person, stuck: dict[str, UUID]
) -> None:
    support = person("Sara Support", support_role())
    async with service.work() as work:
        belgian = await use_cases.list_stuck(work, administrator)
        everything = await use_cases.list_stuck(work, support)
    assert {case.country for case in belgian.items} == {"BE"}
    assert len(everything.items) >= len(belgian.items)
    for outsider in (people.officer, people.customs, people.importer):
        with pytest.raises(NotYours):
            async with service.work() as work:
                await use_cases.list_stuck(work, outsider)


async def test_the_page_names_owner_and_act_and_leads_there(
    app: FastAPI, issuer: Issuer, service: Validation, people: People, administrator: Person, stuck: dict[str, UUID]
) -> None:
    async with browser(app, issuer.cookies(administrator)) as client:
        page = await visit(client, "/validation/stuck")
        for shown in ("Timber Trade NV", "BE101000", "The issuing authority in Indonesia", people.officer.name, "98"):
            assert shown in page.text
        assert page.link("Settle the doubt") == f"/validation/cases/{stuck['suspended']}"
        assert "/validation/operations" not in page.response.text
    async with service.work() as work:
        support = await know(work.db, person("Sara Support", support_role()))
    async with browser(app, issuer.cookies(support)) as client:
        page = await visit(client, "/validation/stuck")
        assert page.link("Unsent events") == "/validation/operations"
        assert not page.html.select("main table a")
    async with browser(app, issuer.cookies(people.officer)) as client:
        assert (await visit(client, "/validation/stuck")).status == 403
