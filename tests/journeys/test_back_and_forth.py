"""A licence that goes to and fro between its company, the authority, the issuer and customs before it ends."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.testing.forms import NoSuchField, Page
from shared.testing.waiting import until
from tests.journeys.papers import declaration_number, paper, scan
from tests.journeys.people import Cast, Somebody
from tests.journeys.programs import LICENCES, case_address, enter, hand_in, submit
from tests.journeys.test_by_api import wait_for_case
from tests.journeys.test_by_pages import has_row, open_case

pytestmark = pytest.mark.journey

MARKS = "INVOICE 2026-119; CONTAINER MSKU 1234567"


async def page_with(somebody: Somebody, address: str, words: str) -> Page:
    """The page as soon as these words stand on it."""

    async def shown() -> Page | None:
        page = await somebody.open(address)
        return page if words in page.text else None

    page = await until(shown, what=f"{words!r} on {address} of {somebody.first_name}")
    assert page is not None
    return page


async def happenings(somebody: Somebody, licence: dict[str, Any], last: str) -> list[str]:
    """What happened to a licence by its page, the first first; as soon as the last of it stands there."""

    async def shown() -> list[str]:
        page = await somebody.open(f"/licences/{licence['id']}")
        titles = [title.get_text(strip=True) for title in page.html.select(".timeline__title")]
        return titles[::-1] if titles[:1] == [last] else []

    return await until(shown, what=f"{last!r} on the licence's page")


def offers(page: Page, button: str) -> bool:
    return any(button in found.get_text(" ", strip=True) for found in page.html.select("form button"))


async def validate(officer: Somebody, licence: dict[str, Any]) -> httpx.Response:
    return await officer.program.post(case_address(licence, "decision"), json={"outcome": "validated"})


async def test_a_question_a_correction_a_suspension_and_a_refusal(cast: Cast) -> None:
    importer, officer, customs = cast.importer, cast.officer, cast.customs
    licence = await hand_in(importer.program)
    number = licence["boxes"]["licence_number"]

    case = await open_case(officer, number)
    answered = await ask_and_answer(cast, licence, case)
    wrong = {"return.boxes": ["17"], "return.box17.reason_code": "DATA_DIFFERS_FROM_ISSUER"}
    returned = await answered.press("Return this licence", {**wrong, "return.box17.text": "The invoice is another."})
    assert "The licence is returned." in returned.text, returned.errors
    await correct(importer, licence)

    again = await page_with(officer, case.url, "One box was corrected.")
    (before,) = again.html.select(".compare__row--changed del")
    assert before.get_text(strip=True) == licence["boxes"]["distinguishing_marks"]
    assert MARKS in again.text
    validated = await again.press("Validate this licence")
    assert "The licence is validated" in validated.text, validated.errors

    at_customs = case.url.replace("/cases/", "/clearances/")
    doubt, why = "The seal differs.", "The goods are not those of the licence."
    suspended = await (await customs.open(at_customs)).press("Suspend release", {"suspend_reason": doubt})
    assert "The release is suspended" in suspended.text, suspended.errors
    assert not offers(suspended, "Clear this licence")
    await has_row(importer, number, "Indonesia", importer.name, "Validated", "Release suspended")
    at_authority = await officer.open(case.url)
    assert doubt in at_authority.text
    refused = await at_authority.press("Refuse clearance for good", {"refuse.reason": why})
    assert "Clearance is refused." in refused.text, refused.errors

    closed = await customs.open(at_customs)
    assert why in closed.text
    assert not offers(closed, "Clear this licence")
    await has_row(importer, number, "Indonesia", importer.name, "Validated", "Clearance refused")
    assert await happenings(cast.colleague, licence, "Clearance refused") == [
        "Draft created",
        "Submitted for validation",
        "The competent authority asks for information",
        "Answer sent",
        "Question settled",
        "Returned for correction",
        "Corrected and submitted again",
        "Validated by the competent authority",
        "Release suspended by customs",
        "Clearance refused",
    ]
    told = ("your answer is needed", "returned for correction", "validated", "release suspended", "clearance refused")
    for subject in told:
        await cast.colleague.mail(f"Licence {number}: {subject}")


async def ask_and_answer(cast: Cast, licence: dict[str, Any], case: Page) -> Page:
    """The officer asks, the importer answers with a copy; returns the case with the answer."""
    question = "Which invoice belongs to this container?"
    asked = await case.press("Ask the importer", {"ask.kind": "information", "ask.text": question, "ask.boxes": ["17"]})
    assert "The importer is asked." in asked.text, asked.errors
    assert not offers(asked, "Validate this licence")

    to_answer = await page_with(cast.importer, f"/licences/{licence['id']}", question)
    field = str(to_answer.form("Send the answer").select("textarea")[0]["name"])
    answer, file = "That of our second order.", ("invoice.jpg", scan(licence["boxes"]), "image/jpeg")
    sent = await to_answer.press("Send the answer", {field: answer}, files=[(field.replace(".text", ".files"), file)])
    assert "Your answer is sent." in sent.text, sent.errors
    answered = await page_with(cast.officer, case.url, answer)
    invoice = await cast.officer.browser.get(answered.link("invoice.jpg"))
    assert (invoice.status_code, invoice.headers["Content-Type"]) == (200, "image/jpeg")
    return answered


async def correct(importer: Somebody, licence: dict[str, Any]) -> None:
    """Correct Box 17, the only one that is open, and hand the licence in again."""
    here = f"/licences/{licence['id']}"
    page = await page_with(importer, here, "All other boxes are locked.")
    form = await importer.open(page.link("Correct the boxes"))
    with pytest.raises(NoSuchField):
        await form.press("Save draft", {"boxes.transport_mode": "4"})
    read = await importer.program.get(f"{LICENCES}/{licence['id']}")
    changed = {"boxes": paper(licence_number=licence["boxes"]["licence_number"], transport_mode="4")}
    refused = await importer.program.put(
        f"{LICENCES}/{licence['id']}", json=changed, headers={"If-Match": read.headers["ETag"]}
    )
    assert refused.status_code == 422, refused.text
    assert [(error["code"], error["box"]) for error in refused.json()["errors"]] == [("box_locked", 7)]

    saved = await form.press("Save draft", {"boxes.distinguishing_marks": MARKS})
    assert "The draft is saved." in saved.text, saved.errors
    submitted = await (await importer.open(f"{here}/submit/final")).press("Submit")
    assert submitted.heading == licence["boxes"]["licence_number"], submitted.errors
    assert MARKS in submitted.text


async def test_a_query_that_is_answered_late_and_a_clearance_line_by_line(cast: Cast) -> None:
    importer, officer = cast.importer, cast.officer
    (chairs,) = paper()["commodities"]
    tables = {**chairs, "description": "Teak garden tables", "commodity_code": "940360", "volume_m3": 7.5}
    licence = await hand_in(importer.program, paper(commodities=[chairs, tables]))
    number, today = licence["boxes"]["licence_number"], datetime.now(UTC).date().isoformat()

    case = await open_case(officer, number)
    opened = await case.press(
        "Open the verification", {"open_verification.kind": "query", "open_verification.text": "Is this licence yours?"}
    )
    assert "The verification is open." in opened.text, opened.errors
    assert not offers(opened, "Validate this licence")
    assert (await validate(officer, licence)).status_code == 409
    await has_row(importer, number, "Indonesia", importer.name, "Under verification", "–")
    assert "Is this licence yours?" in (await officer.open(opened.link("Letter to print"))).text

    end = "Record the end of the verification"
    silent = await opened.press(end, {"end_verification.outcome": "silent"})
    assert "No answer in time" in silent.text, silent.errors
    forbidden = await validate(officer, licence)
    assert forbidden.status_code == 409
    assert "6(5)" in forbidden.json()["detail"]

    late = await silent.press(
        end,
        {
            "end_verification.outcome": "confirmed",
            "end_verification.answered_on": today,
            "end_verification.answer": "Yes, it is ours.",
        },
    )
    assert "Yes, it is ours." in late.text, late.errors
    validated = await late.press("Validate this licence")
    assert "The licence is validated" in validated.text, validated.errors

    at_customs = await cast.customs.open(case.url.replace("/cases/", "/clearances/"))
    declared = {"declaration": declaration_number(), "volume_m3": "", "net_weight_kg": ""}
    first_line = {"lines.0.volume_m3": "12.5", "lines.0.net_weight_kg": "8200"}
    too_little = await at_customs.press("Clear this licence", {**declared, **first_line})
    assert too_little.status == 422
    cleared = await too_little.press("Clear this licence", {"lines.1.volume_m3": "7", "lines.1.net_weight_kg": "8100"})
    assert "The licence is cleared" in cleared.text, cleared.errors
    assert "Declared line by line" in cleared.text
    await has_row(importer, number, "Indonesia", importer.name, "Validated", "Cleared")
    assert await happenings(cast.colleague, licence, "Cleared by customs") == [
        "Draft created",
        "Submitted for validation",
        "A further check began",
        "A further check had no answer in time",
        "A further check ended",
        "Validated by the competent authority",
        "Cleared by customs",
    ]


async def test_a_licence_withdrawn_before_the_decision_frees_its_number(cast: Cast) -> None:
    importer, officer = cast.importer, cast.officer
    boxes = paper()
    number = boxes["licence_number"]
    licence = await hand_in(importer.program, boxes)
    case = await open_case(officer, number)
    second = await enter(importer.program, boxes)
    assert (await submit(importer.program, second["id"])).status_code == 422

    page = await importer.open(f"/licences/{licence['id']}")
    asked = await page.press("Ask for withdrawal", {"withdrawal.reason": "The ship turned back."})
    assert "You asked for the licence back." in asked.text, asked.errors
    assert (await happenings(cast.colleague, licence, "Withdrawn"))[-2:] == ["Withdrawal asked for", "Withdrawn"]
    withdrawn = await importer.open(f"/licences/{licence['id']}")
    assert "its number can be handed in anew" in withdrawn.text
    assert not offers(withdrawn, "Ask for withdrawal")
    at_authority = await officer.open(case.url)
    assert "The ship turned back." in at_authority.text
    assert not offers(at_authority, "Validate this licence")
    assert (await validate(officer, licence)).status_code == 409

    submitted = await submit(importer.program, second["id"])
    assert submitted.status_code == 200, submitted.text
    new_case = await wait_for_case(officer.program, submitted.json())
    assert new_case.json()["licence_number"] == number
    assert {check["code"]: check["outcome"] for check in new_case.json()["checks"]}["duplicates"] == "ok"
    accepted = await validate(officer, submitted.json())
    assert accepted.json()["validation_state"] == "validated", accepted.text
