"""Every look at a case by an official is kept: at its page, at one of its scans alone, by a customs system."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.policy import Policy
from services.validation.service import Validation
from services.validation.use_cases.verifying import verify_history
from shared.contracts.licence import Attachment
from shared.person import Person
from shared.problems import Unknown
from shared.testing.apps import browser
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, opened
from tests.validation.scans import scan

Browser = Callable[[Person], httpx.AsyncClient]


@pytest.fixture
async def browser_of(app: FastAPI, issuer: Issuer) -> AsyncIterator[Browser]:
    clients: list[httpx.AsyncClient] = []

    def for_person(someone: Person) -> httpx.AsyncClient:
        clients.append(browser(app, issuer.cookies(someone)))
        return clients[-1]

    yield for_person
    for client in clients:
        await client.aclose()


@pytest.fixture
async def picture(service: Validation) -> Attachment:
    return await scan(service)


async def looks(service: Validation, case_id: UUID) -> list[str]:
    """Who looked, the first first."""
    async with service.work() as work:
        return [entry.name for entry in reversed(await storage.reads_of(work.db, case_id))]


async def test_a_scan_that_is_opened_without_its_case_is_a_look_and_its_other_pages_belong_to_it(
    service: Validation, people: People, picture: Attachment, browser_of: Browser
) -> None:
    case_id = await opened(service, licence(attachments=[picture]))
    address = f"/validation/cases/{case_id}/attachments/{picture.id}"
    client = browser_of(people.colleague)
    for part in ("", "/pages/1.webp", "/pages/1.png"):
        assert (await client.get(address + part)).status_code == 200
    assert await looks(service, case_id) == ["Peter Prudent"]
    assert (await browser_of(people.dutch_officer).get(address)).status_code == 404
    assert await looks(service, case_id) == ["Peter Prudent"]
    assert (await verify_history(service.work, only=case_id)).entries == 1


async def test_an_hour_later_it_is_another_look(service: Validation, people: People, picture: Attachment) -> None:
    case_id = await opened(service, licence(attachments=[picture]))
    for minutes in (0, 59, 61, 110, 130):
        async with service.work(at=NOW + timedelta(minutes=minutes)) as work:
            await use_cases.find_attachment(work, people.officer, case_id, picture.id)
    assert len(await looks(service, case_id)) == 3


async def test_whoever_opens_the_case_again_looks_again(service: Validation, people: People) -> None:
    case_id = await opened(service)
    for _again in range(2):
        async with service.work() as work:
            await use_cases.read_case(work, people.officer, case_id)
    async with service.work() as work:
        await use_cases.look_again(work, people.officer, case_id)
        await use_cases.look_again(work, people.colleague, case_id)
    assert await looks(service, case_id) == ["Olivia Officer", "Olivia Officer", "Peter Prudent"]


async def test_who_asks_for_a_file_that_is_not_there_still_looked(
    service: Validation, people: People, browser_of: Browser
) -> None:
    case_id = await opened(service)
    answer = await browser_of(people.officer).get(f"/validation/cases/{case_id}/attachments/{uuid4()}")
    assert answer.status_code == 404
    with pytest.raises(Unknown):
        async with service.work() as work:
            await use_cases.find_attachment(work, people.dutch_officer, case_id, uuid4())
    assert await looks(service, case_id) in ([], ["Olivia Officer"])


async def test_a_customs_system_that_asks_for_a_licence_looks_at_it(
    app: FastAPI, service: Validation, people: People, issuer: Issuer
) -> None:
    number = f"26.{uuid4().int % 10**5:05}-00123.003-ID-BE"
    case_id = await opened(service, licence(boxes=boxes(licence_number=number)))
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    async with browser(app) as client:
        for _again in range(2):
            answer = await client.get(
                "/validation/api/v1/single-window/BE101000/availability",
                params={"licence_number": number},
                headers=issuer.bearer(people.customs),
            )
            assert answer.json()["available"] is True
    assert await looks(service, case_id) == ["Carl Customs", "Carl Customs"]


async def test_an_office_that_may_look_at_a_licence_of_its_country_sees_its_scans_too(
    service: Validation, people: People, picture: Attachment, browser_of: Browser
) -> None:
    case_id = await opened(service, licence(attachments=[picture]))
    address = f"/validation/cases/{case_id}/attachments/{picture.id}"
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    assert (await browser_of(people.other_customs).get(address)).status_code == 404
    try:
        async with service.work() as work:
            await storage.keep_policy(
                work.db, "BE", Policy(customs_see_country=True), version=0, at=NOW, by=people.officer.account_id
            )
        assert (await browser_of(people.other_customs).get(address)).status_code == 200
        assert await looks(service, case_id) == ["Zoe Zeebrugge"]
    finally:
        async with service.work() as work:
            await work.db.execute("DELETE FROM authority_policy")
