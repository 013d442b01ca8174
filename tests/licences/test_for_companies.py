"""A competent authority enters a licence for a company of its country."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.domain.licence import Answers, Licence
from services.licences.domain.reading import read_boxes
from services.licences.service import Licences
from services.licences.storage import bodies, former_people
from shared.contracts.identity import OperatorRegistered
from shared.person import Person
from shared.problems import NotYours, Unknown
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, importer_role, know, msca_role, person
from tests.licences.stage import ARRIVAL, a_scan, a_submitted_licence, an_importer, numbered

API = "/licences/api/v1/licences"


async def an_officer(service: Licences, country: str = "BE", colleague_of: Person | None = None) -> Person:
    """An officer of a competent authority, of the same one as a colleague if there is one."""
    role = replace(colleague_of.roles[0], id=uuid4()) if colleague_of else msca_role(country)
    async with service.work() as work:
        return await know(work.db, person("Otto Officer", role))


async def a_company(service: Licences, name: str = "Houtimport Claes BV", country: str = "BE") -> OperatorRegistered:
    """A company that identity told of."""
    told = OperatorRegistered(
        operator_id=uuid4(), version=1, name=name, eori=f"{country}{uuid4().int % 10**10:010}",
        address="Kaai 12", town="Antwerpen", country=country,
    )  # fmt: skip
    async with service.work() as work:
        await bodies.keep_operators(work.db, [told])
    return told


async def an_importer_of(service: Licences, company: OperatorRegistered) -> Person:
    async with service.work() as work:
        return await know(work.db, person("Ines Importer", importer_role(company.operator_id, company.name)))


async def entered(service: Licences, officer: Person, company: OperatorRegistered, serial: int) -> Licence:
    """A draft of the authority, with its scan."""
    boxes, _mistakes = read_boxes(numbered(serial))
    kept = await service.files.take(a_scan())
    async with service.work() as work:
        draft = await use_cases.create_draft(work, officer, operator_id=company.operator_id, boxes=boxes)
        await use_cases.attach_file(work, officer, draft.id, box=2, name="licence.png", kept=kept)
    return draft


async def handed_in(service: Licences, who: Person, draft: Licence) -> Licence:
    async with service.work() as work:
        return await use_cases.submit_licence(
            work, who, draft.id, answers=Answers(point_of_entry="BE101000", arrival=ARRIVAL)
        )


@pytest.fixture
async def officer(service: Licences) -> Person:
    return await an_officer(service)


async def test_an_officer_finds_a_company_and_enters_a_licence_through_the_pages(
    app: FastAPI, service: Licences, issuer: Issuer, officer: Person
) -> None:
    mine, other = await a_company(service, "Claes & Zonen"), await a_company(service, "Claes Bois", "FR")
    client = browser(app, issuer.cookies(officer))
    page = await visit(client, "/licences/new")
    assert page.heading == "New licence for a company"

    short = await page.press("Search", {"company": "c"})
    assert any("two letters" in error for error in short.errors)
    none = await page.press("Search", {"company": "100% nothing"})
    assert "No company in Belgium fits this." in none.text
    found = await page.press("Search", {"company": "claes"})
    assert mine.name in found.text
    assert other.name not in found.text
    incomplete = await found.press("Start the form")
    assert (incomplete.status, len(incomplete.errors)) == (422, 2)
    form = await incomplete.press(
        "Start the form", {"operator_id": str(mine.operator_id), "issuing_authority": "PT Mutuagung Lestari"}
    )

    assert form.status == 200
    assert form.url.endswith("/edit")
    drafts = await visit(client, "/licences?state=draft")
    assert "Claes & Zonen" in drafts.text
    assert "No number yet" in drafts.text


async def test_a_company_elsewhere_or_none_is_refused(
    app: FastAPI, service: Licences, issuer: Issuer, officer: Person
) -> None:
    abroad = await a_company(service, country="FR")
    program = browser(app)
    program.headers.update({"Accept": "application/json", **issuer.bearer(officer)})

    for company in (str(abroad.operator_id), str(uuid4()), None):
        answer = await program.post(API, json={"operator_id": company, "boxes": {}})
        assert answer.status_code == 403
        assert "own country" in answer.json()["detail"]


async def test_a_closed_company_is_not_found(service: Licences, officer: Person) -> None:
    company = await a_company(service, "Closed Timber")
    async with service.work() as work:
        await bodies.keep_operators(work.db, [company.model_copy(update={"version": 2, "closed": True})])

    async with service.work() as work:
        assert await use_cases.find_companies(work, officer, "closed timber") == []
        with pytest.raises(NotYours):
            await use_cases.create_draft(work, officer, operator_id=company.operator_id)


async def test_the_authority_holds_the_draft_and_the_company_looks_on(
    app: FastAPI, service: Licences, issuer: Issuer, officer: Person
) -> None:
    company = await a_company(service)
    importer, colleague = await an_importer_of(service, company), await an_officer(service, colleague_of=officer)
    stranger, elsewhere = await an_importer(service), await an_officer(service, "FR")
    draft = await entered(service, officer, company, 501)

    async with service.work() as work:
        assert (await use_cases.read_draft(work, colleague, draft.id)).id == draft.id
        assert not (await use_cases.read_licence(work, importer, draft.id)).is_ours
        with pytest.raises(NotYours):
            await use_cases.save_draft(work, importer, draft.id, version=1, boxes=draft.boxes)
        for outsider in (stranger, elsewhere):
            with pytest.raises(Unknown):
                await use_cases.read_licence(work, outsider, draft.id)
    client = browser(app, issuer.cookies(importer))
    assert draft.boxes.licence_number in (await visit(client, "/licences")).text
    page = await visit(client, f"/licences/{draft.id}")
    assert "enters it for your company" in page.text
    assert not page.html.select(f'a[href="/licences/{draft.id}/edit"]')


async def test_an_officer_of_the_same_country_but_another_authority_does_not_hold_it(
    service: Licences, officer: Person
) -> None:
    draft = await entered(service, officer, await a_company(service), 502)

    async with service.work() as work:
        with pytest.raises(Unknown):
            await use_cases.read_licence(work, await an_officer(service, "BE"), draft.id)


async def test_handing_in_tells_who_entered_it_and_the_company_of_it(service: Licences, officer: Person) -> None:
    company = await a_company(service)
    draft = await entered(service, officer, company, 503)

    await handed_in(service, officer, draft)

    authority = officer.roles[0].body_name
    submitted, drafted = await told(service, draft)
    assert submitted["licence"]["entered_by"] == authority
    assert submitted["licence"]["requester"]["account_id"] == str(officer.account_id)
    assert (drafted["authority"], drafted["operator_id"]) == (authority, str(company.operator_id))
    assert (drafted["country"], drafted["point_of_entry"]) == ("BE", "BE101000")
    assert drafted["licence_number"] == draft.boxes.licence_number


async def told(service: Licences, licence: Licence) -> list[dict[str, object]]:
    """The facts about a licence, in their order."""
    async with service.work() as work:
        rows = await work.db.fetch("SELECT payload FROM outbox WHERE key = $1 ORDER BY id", str(licence.id).encode())
    return [json.loads(row["payload"]) for row in rows]


async def test_an_officer_hands_it_in_through_the_wizard_and_finds_it_in_the_list(
    app: FastAPI, service: Licences, issuer: Issuer, officer: Person
) -> None:
    draft = await entered(service, officer, await a_company(service), 506)
    client = browser(app, issuer.cookies(officer))

    entry = await (await visit(client, f"/licences/{draft.id}/edit")).press("Save and submit")
    offices = await entry.press("Show the offices", {"country": "BE"})
    arrival = await offices.press("Next", {"point_of_entry": "BE101000"})
    on_behalf = await arrival.press("Next", {"arrival_date": "2026-12-01", "arrival_time": "23:59"})
    licence = await (await on_behalf.press("Next")).press("Submit")

    assert licence.status == 200
    assert f"Otto Officer, {officer.roles[0].body_name}" in licence.text
    assert draft.boxes.licence_number in (await visit(client, "/licences")).text


async def test_the_authority_finds_what_it_entered_in_its_list_as_a_draft_and_wherever_it_goes(
    app: FastAPI, service: Licences, issuer: Issuer, officer: Person
) -> None:
    company = await a_company(service)
    draft, antwerp, abroad = [await entered(service, officer, company, serial) for serial in (507, 508, 509)]
    await handed_in(service, officer, antwerp)
    async with service.work() as work:
        answers = Answers(point_of_entry="NL000396", arrival=ARRIVAL)
        await use_cases.submit_licence(work, officer, abroad.id, answers=answers)
    colleague, other = await an_officer(service, colleague_of=officer), await an_officer(service, "BE")
    dutch = await an_officer(service, "NL")
    importer = await an_importer_of(service, company)

    async def found(someone: Person, **asked: str) -> list[str]:
        async with service.work() as work:
            wanted = use_cases.read_wanted(someone, asked)
            rows = (await use_cases.search_licences(work, someone, wanted)).rows
        mine = {draft.id: "draft", antwerp.id: "antwerp", abroad.id: "abroad"}
        return [mine[row.id] for row in rows if row.id in mine]

    assert await found(officer) == await found(colleague) == await found(importer) == ["abroad", "antwerp", "draft"]
    assert (await found(other), await found(dutch)) == (["antwerp"], ["abroad"])
    assert await found(officer, state="draft") == ["draft"]
    assert await found(officer, number="00509") == ["abroad"]
    page = await visit(browser(app, issuer.cookies(officer)), "/licences?number=00507")
    assert page.link("26.00507") == f"/licences/{draft.id}"
    assert page.link("Create New Licence") == "/licences/new"


async def test_a_company_that_enters_its_own_licence_is_told_nothing_more(service: Licences) -> None:
    licence = await a_submitted_licence(service, await an_importer(service), numbered(504))

    assert len(await told(service, licence)) == 1


async def test_a_deleted_account_leaves_a_pseudonym_in_what_it_entered_and_sent(
    service: Licences, officer: Person
) -> None:
    company = await a_company(service)
    draft = await entered(service, officer, company, 505)
    await handed_in(service, officer, draft)
    importer = await an_importer_of(service, company)
    async with service.work() as work:
        await use_cases.send_bulk(work, importer, name="a.csv", content=b"licence_number\nA-1\n", most=9)
        for someone in (officer, importer):
            await former_people.rename(work.db, someone.account_id, "Former person 7")

    async with service.work() as work:
        (upload,), _after = await use_cases.list_bulk(work, importer)
    assert upload.account_name == "Former person 7"
    assert "Otto" not in str(await told(service, draft))
