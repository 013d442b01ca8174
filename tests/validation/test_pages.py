"""The pages, through their forms as a person fills them in; and the scans, from the store."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.validation import use_cases
from services.validation.domain.reasons import RejectionReason
from services.validation.service import Validation
from services.validation.words import REASONS
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import MRN, boxes, flag, licence, line, opened, whole
from tests.validation.scans import scan

CASES, CLEARANCES = "/validation/cases", "/validation/clearances"
Browser = Callable[[Person], httpx.AsyncClient]


@pytest.fixture
async def browser_of(app: FastAPI, issuer: Issuer) -> AsyncIterator[Browser]:
    """Opens a browser in which somebody is signed in."""
    clients: list[httpx.AsyncClient] = []

    def open_browser(someone: Person) -> httpx.AsyncClient:
        clients.append(browser(app, issuer.cookies(someone)))
        return clients[-1]

    yield open_browser
    for client in clients:
        await client.aclose()


async def accepted(service: Validation, people: People, **changes: object) -> UUID:
    case_id = await opened(service, licence(**changes))
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    return case_id


async def test_an_officer_finds_a_case_reads_it_and_validates_it(
    service: Validation, people: People, browser_of: Browser
) -> None:
    number = "26.10001-00123.003-ID-BE"
    await opened(
        service,
        licence(boxes=boxes(licence_number=number), flags=[flag("The weight differs by 12 % from the usual.", 15)]),
    )
    queue = await visit(browser_of(people.officer), f"{CASES}?number=10001")
    assert "1 flag" in queue.text
    review = await visit(queue.client, queue.link(number))
    for shown in (
        "PT Kayu Jaya",
        "412 pcs",
        "Meranti decking, planed",
        "9,690 kg / 15.2 m³ = 638 kg/m³",
        "1024/2008 art. 6(3)",
        "100 days left",
        "The weight differs by 12 % from the usual.",
        "The ship is expected two days late.",
        "No scan",
    ):
        assert shown in review.text
    decided = await review.press("Validate this licence", {"remark": "Checked against the original."})
    assert decided.status == 200
    assert "The licence is validated." in decided.text
    assert "Checked against the original." in decided.text
    assert "Olivia Officer" in decided.text
    assert not decided.html.find("button", value="validated")


async def test_the_boxes_stand_in_the_order_of_the_form(
    service: Validation, people: People, browser_of: Browser
) -> None:
    goods = boxes(commodities=[line(volume_m3=None, net_weight_kg=None)], global_measure=whole("15.2", "9690"))
    case_id = await opened(service, licence(boxes=goods))
    page = await visit(browser_of(people.officer), f"{CASES}/{case_id}")
    numbers = [box.get_text(" ", strip=True).removeprefix("Box ") for box in page.html.select("dt .box-number")]
    assert numbers == [
        "1", "2", "3", "4", "5–6", "7", "8", "9", "10", "11", "12–13", "14", "15", "16", "14", "15", "16", "17", "18",
    ]  # fmt: skip


async def test_a_rejection_without_code_and_words_comes_back_with_everything_typed(
    service: Validation, people: People, browser_of: Browser
) -> None:
    case_id = await opened(service)
    review = await visit(browser_of(people.officer), f"{CASES}/{case_id}")
    again = await review.press("Reject this licence", {"reason": "Box 12 is empty on the scan."})
    assert again.status == 422
    assert again.errors == ["Choose the reason of the rejection."]
    assert again.html.find("textarea", {"name": "reason"}).get_text().strip() == "Box 12 is empty on the scan."
    decided = await again.press("Reject this licence", {"reason_code": "MISSING_DATA"})
    assert "Required information is missing" in decided.text
    assert "Box 12 is empty on the scan." in decided.text


def test_every_reason_code_has_its_words() -> None:
    assert set(REASONS) == set(RejectionReason)


async def test_the_second_of_two_officers_is_told_and_nothing_is_overwritten(
    service: Validation, people: People, browser_of: Browser
) -> None:
    case_id = await opened(service)
    first = await visit(browser_of(people.officer), f"{CASES}/{case_id}")
    second = await visit(browser_of(people.colleague), f"{CASES}/{case_id}")
    await first.press("Validate this licence")
    told = await second.press("Reject this licence", {"reason_code": "FORMAT", "reason": "No stamp."})
    assert told.status == 409
    assert "Your decision was not recorded" in told.text
    assert "Olivia Officer of FLEGT Competent Authority of BE already decided" in told.text
    assert "No stamp." not in (await visit(second.client, f"{CASES}/{case_id}")).text


async def test_a_case_of_another_country_and_a_missing_role_are_told_apart(
    service: Validation, people: People, browser_of: Browser
) -> None:
    case_id = await opened(service)
    assert (await visit(browser_of(people.dutch_officer), f"{CASES}/{case_id}")).status == 404
    assert (await visit(browser_of(people.importer), f"{CASES}/{case_id}")).status == 403
    assert (await visit(browser_of(people.importer), CASES)).status == 403
    assert (await visit(browser_of(people.officer), CLEARANCES)).status == 403


async def test_customs_finds_a_licence_by_its_number_calculates_and_clears_it(
    service: Validation, people: People, browser_of: Browser
) -> None:
    number = "26.20001-00123.003-ID-BE"
    await accepted(service, people, boxes=boxes(licence_number=number))
    found = await visit(browser_of(people.customs), f"{CLEARANCES}?number=v-legal+{number.lower()}")
    page = await visit(found.client, found.link(number))
    assert "13.68 – 16.72" in page.text
    tried = await page.press("Calculate", {"declaration": MRN, "volume_m3": "18.24"})
    assert tried.status == 200
    assert "|18.24 − 15.2| ÷ 15.2 = 20 % > 10 %" in tried.text
    assert tried.html.find("input", {"name": "declaration"})["value"] == MRN
    refused = await tried.press("Clear this licence")
    assert refused.status == 422
    assert "differs from the licensed 15.2 m³ by 3.04 m³, that is 20 %" in refused.errors[0]
    cleared = await refused.press("Clear this licence", {"volume_m3": "15.9"})
    assert cleared.status == 200
    assert "The licence is cleared." in cleared.text
    assert "|15.9 − 15.2| ÷ 15.2 = 4.61 % ≤ 10 %" in cleared.text
    assert MRN in cleared.text
    assert not cleared.html.find("button", value="clear")


async def test_a_wrong_check_digit_and_an_unreadable_quantity_are_named_beside_their_fields(
    service: Validation, people: People, browser_of: Browser
) -> None:
    page = await visit(browser_of(people.customs), f"{CLEARANCES}/{await accepted(service, people)}")
    wrong = await page.press("Clear this licence", {"declaration": MRN[:-1] + "0", "volume_m3": "15.2"})
    assert wrong.errors == ["The last digit of this declaration number should be 8. Compare it with the declaration."]
    unreadable = await page.press("Clear this licence", {"declaration": MRN, "net_weight_kg": "9,690"})
    assert unreadable.status == 422
    assert unreadable.html.find(id="f-net_weight_kg-error")
    assert unreadable.html.find("input", {"name": "net_weight_kg"})["value"] == "9,690"


async def test_customs_suspends_resumes_and_refuses_with_reasons(
    service: Validation, people: People, browser_of: Browser
) -> None:
    page = await visit(browser_of(people.customs), f"{CLEARANCES}/{await accepted(service, people)}")
    no_reason = await page.press("Suspend release")
    assert no_reason.errors == ["Say in words what was found."]
    suspended = await no_reason.press("Suspend release", {"suspend_reason": "Seal differs."})
    assert "Release suspended" in suspended.text
    seen = await visit(browser_of(people.officer), suspended.url.replace("clearances", "cases"))
    assert "Customs suspended the release" in seen.text
    resumed = await suspended.press("End the suspension", {"resume_reason": "Explained."})
    assert "awaits clearance again" in resumed.text
    refused = await resumed.press("Refuse clearance for good", {"refuse_reason": "Other goods."})
    assert "Clearance refused" in refused.text
    assert not refused.html.find("button", {"name": "act"})


async def test_what_is_not_accepted_for_the_office_is_not_found_and_says_why(
    service: Validation, people: People, browser_of: Browser
) -> None:
    number = "26.30001-00123.003-ID-BE"
    case_id = await opened(service, licence(boxes=boxes(licence_number=number)))
    page = await visit(browser_of(people.customs), f"{CLEARANCES}?number={number}")
    assert f"No accepted licence with the number {number}" in page.text
    assert (await visit(page.client, f"{CLEARANCES}/{case_id}")).status == 404


async def test_scans_are_shown_page_by_page_and_given_out_as_handed_in(
    service: Validation, people: People, browser_of: Browser
) -> None:
    picture, document = await scan(service), await scan(service, pages=3)
    case_id = await opened(service, licence(attachments=[picture, document]))
    client = browser_of(people.officer)
    page = await visit(client, f"{CASES}/{case_id}")
    images = [image["src"] for image in page.html.select(".scan img")]
    assert len(images) == 4
    for address in images:
        shown = await client.get(address)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert shown.headers["x-content-type-options"] == "nosniff"
    original = await client.get(f"{CASES}/{case_id}/attachments/{document.id}")
    assert original.content.startswith(b"%PDF-")
    assert original.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await client.get(f"{CASES}/{case_id}/attachments/{document.id}/pages/4.png")).status_code == 404
    assert (await client.get(f"{CASES}/{case_id}/attachments/{uuid4()}")).status_code == 404


async def test_scans_are_for_those_who_may_see_the_case(
    service: Validation, people: People, browser_of: Browser
) -> None:
    picture = await scan(service)
    case_id = await opened(service, licence(attachments=[picture]))
    address = f"{CASES}/{case_id}/attachments/{picture.id}"
    statuses = [(await browser_of(p).get(address)).status_code for p in (people.dutch_officer, people.customs)]
    assert statuses == [404, 404]
    assert (await browser_of(people.importer).get(address)).status_code == 403
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    assert (await browser_of(people.customs).get(address)).status_code == 200
    assert (await browser_of(people.other_customs).get(address)).status_code == 404


async def test_a_file_name_cannot_break_out_of_its_header(
    service: Validation, people: People, browser_of: Browser
) -> None:
    picture = await scan(service)
    named = picture.model_copy(update={"name": 'a"\r\nSet-Cookie: x=1; .png'})
    case_id = await opened(service, licence(attachments=[named]))
    answer = await browser_of(people.officer).get(f"{CASES}/{case_id}/attachments/{named.id}")
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].count('"') == 0


async def test_nobody_signed_in_is_led_to_sign_in(app: FastAPI) -> None:
    async with browser(app) as client:
        answer = await client.get(CASES)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/identity/session/refresh?next=%2Fvalidation%2Fcases")


async def test_a_number_is_found_in_every_state(service: Validation, people: People, browser_of: Browser) -> None:
    number = "26.40001-00123.003-ID-BE"
    case_id = await accepted(service, people, boxes=boxes(licence_number=number))
    async with service.work() as work:
        await use_cases.refuse_clearance(work, people.customs, case_id, reason="Other goods.")
    awaiting = await visit(browser_of(people.customs), CLEARANCES)
    assert number not in awaiting.text
    assert number in (await awaiting.press("Find", {"number": number})).text
    waiting = await visit(browser_of(people.officer), CASES)
    nothing = await waiting.press("Search", {"number": "40001"})
    assert "No case fits this search" in nothing.text
    assert number in (await visit(nothing.client, nothing.link("Search in all lists"))).text
