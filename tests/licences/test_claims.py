"""Claiming: who holds the licence gets it, who guesses does not."""

import asyncio
import datetime as dt
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.service import Licences
from services.licences.use_cases.claiming import OF_PERSON
from shared.person import Person
from shared.problems import TooMany, WrongContent, WrongState
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, know, msca_role, person
from tests.licences.stage import NOW, a_scan, an_importer, numbered
from tests.licences.test_electronic import CLAIMS, an_issuer, claim_of, posted, program

EXPIRY = dt.date(2027, 1, 31)


@pytest.fixture
async def authority(app: FastAPI, service: Licences, issuer: Issuer) -> httpx.AsyncClient:
    return program(app, issuer, await an_issuer(service))


async def claimed(service: Licences, importer: Person, serial: int, expiry: dt.date = EXPIRY, at: dt.datetime = NOW):
    """One whole attempt, as pages and API make it."""
    async with service.work(at=at) as work:
        attempt = await use_cases.note_attempt(work, importer)
    async with service.work(at=at) as work:
        number = numbered(serial)["licence_number"]
        return await use_cases.claim_licence(work, importer, attempt, country="ID", number=number, expiry_date=expiry)


async def test_an_importer_claims_through_the_page_and_submits_without_retyping(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    await posted(authority, numbered(901))
    client = browser(app, issuer.cookies(await an_importer(service)))
    form = await visit(client, "/licences/claim")

    empty = await form.press("Claim the licence")
    assert empty.status == 422
    assert len(empty.errors) == 3
    bad_date = await form.press("Claim the licence", typed(901, "31.1.2027"))
    assert any("not a date" in error for error in bad_date.errors)
    wrong = await form.press("Claim the licence", typed(901, "2027-01-30"))
    unknown = await form.press("Claim the licence", typed(999, "2027-01-31"))
    assert wrong.status == unknown.status == 422
    assert wrong.errors == unknown.errors
    licence = await wrong.press("Claim the licence", typed(901, "2027-01-31"))

    assert licence.heading == numbered(901)["licence_number"]
    assert "The licence is claimed." in licence.text
    assert "Claimed: the issuing authority had sent it" in licence.text


async def test_files_are_added_on_a_page_of_their_own_and_those_issued_stay(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    address = (await posted(authority, numbered(907))).headers["location"]
    await authority.post(f"{address}/attachments", files={"file": ("issued.png", a_scan("blue"), "image/png")})
    importer = await an_importer(service)
    draft = await claimed(service, importer, 907)
    page = await visit(browser(app, issuer.cookies(importer)), f"/licences/{draft.id}/edit")
    assert page.heading == "Files of an electronic licence"

    added = await page.press("Save", files=[("attachments.box2", ("bill.png", a_scan(), "image/png"))])
    entry = await added.press("Save and submit")

    buttons = [button.get_text(" ", strip=True) for button in added.html.find_all("button")]
    assert "Remove bill.png" in buttons
    assert "Remove issued.png" not in buttons
    assert entry.heading == "Submit licence for validation"


def typed(serial: int, expiry: str) -> dict[str, str]:
    return {
        "issuing_country": "ID",
        "licence_number": numbered(serial)["licence_number"].lower(),
        "expiry_date": expiry,
    }


async def test_claiming_again_leads_to_the_same_draft_also_for_a_colleague(
    service: Licences, authority: httpx.AsyncClient
) -> None:
    await posted(authority, numbered(902))
    company = uuid4()
    importer, colleague = [await an_importer(service, company=company) for _ in range(2)]

    first, second = await claimed(service, importer, 902), await claimed(service, colleague, 902)

    assert first.id == second.id


async def test_another_company_is_sent_to_the_authority_only_when_it_knows_the_licence(
    app: FastAPI, service: Licences, issuer: Issuer, authority: httpx.AsyncClient
) -> None:
    await posted(authority, numbered(903))
    await claimed(service, await an_importer(service), 903)
    other = await an_importer(service)
    client = program(app, issuer, other)

    knows = await client.post(CLAIMS, json=claim_of(903))
    guesses = await client.post(CLAIMS, json=claim_of(903, expiry_date="2027-02-01"))
    nothing = await client.post(CLAIMS, json=claim_of(998))

    assert (knows.status_code, knows.json()["type"].rpartition("/")[2]) == (409, "claimed_by_another")
    assert "competent authority" in knows.json()["detail"]
    assert guesses.status_code == nothing.status_code == 422
    assert guesses.json()["errors"] == nothing.json()["errors"]


async def test_two_companies_at_the_same_moment_get_it_once(service: Licences, authority: httpx.AsyncClient) -> None:
    await posted(authority, numbered(904))
    importers = [await an_importer(service) for _ in range(4)]

    results = await asyncio.gather(*(claimed(service, one, 904) for one in importers), return_exceptions=True)

    assert sum(isinstance(result, WrongState) for result in results) == 3


async def test_colleagues_at_the_same_moment_get_the_same_draft(
    service: Licences, authority: httpx.AsyncClient
) -> None:
    await posted(authority, numbered(905))
    company = uuid4()
    importers = [await an_importer(service, company=company) for _ in range(4)]

    results = await asyncio.gather(*(claimed(service, one, 905) for one in importers))

    assert len({licence.id for licence in results}) == 1


async def test_a_deleted_draft_can_be_claimed_by_whoever_holds_the_licence(
    service: Licences, authority: httpx.AsyncClient
) -> None:
    await posted(authority, numbered(906))
    importer, other = await an_importer(service), await an_importer(service)
    draft = await claimed(service, importer, 906)
    async with service.work() as work:
        await use_cases.delete_draft(work, importer, draft.id)

    again = await claimed(service, other, 906)

    assert again.operator.id == other.companies[0]


async def test_whoever_guesses_has_to_wait_an_hour(service: Licences) -> None:
    importer = await an_importer(service)
    for _ in range(5):
        with pytest.raises(WrongContent):
            await claimed(service, importer, 997)

    with pytest.raises(TooMany) as refused:
        await claimed(service, importer, 997)
    assert 3590 <= refused.value.retry_after <= 3601
    with pytest.raises(WrongContent):
        await claimed(service, importer, 997, at=NOW + dt.timedelta(hours=1, seconds=1))


async def test_colleagues_cannot_guess_on_for_each_other_without_end(service: Licences) -> None:
    company = uuid4()
    for _ in range(4):
        colleague = await an_importer(service, company=company)
        for _ in range(5):
            with pytest.raises(WrongContent):
                await claimed(service, colleague, 996)

    with pytest.raises(TooMany) as refused:
        await claimed(service, await an_importer(service, company=company), 996)
    assert refused.value.retry_after > 80_000


async def test_guesses_at_the_same_moment_are_counted_too(service: Licences) -> None:
    importer = await an_importer(service)

    results = await asyncio.gather(*(claimed(service, importer, 995) for _ in range(12)), return_exceptions=True)

    assert sum(isinstance(result, TooMany) for result in results) == 7


async def test_right_claims_are_not_counted(service: Licences, authority: httpx.AsyncClient) -> None:
    importer, drafts = await an_importer(service), set[UUID]()
    for serial in range(910, 910 + OF_PERSON + 2):
        await posted(authority, numbered(serial))
        drafts.add((await claimed(service, importer, serial)).id)

    assert len(drafts) == OF_PERSON + 2


async def test_only_importers_claim(app: FastAPI, service: Licences, issuer: Issuer) -> None:
    async with service.work() as work:
        officer = await know(work.db, person("Otto Officer", msca_role()))

    page = await visit(browser(app, issuer.cookies(officer)), "/licences/claim")
    answer = await program(app, issuer, officer).post(CLAIMS, json=claim_of(901))

    assert (page.status, answer.status_code) == (403, 403)
