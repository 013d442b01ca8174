"""Licences that do not go straight on: returned and corrected, verified with a late answer, suspended and refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from shared.testing.waiting import until
from shared.web.formats import local_date
from shared.web.i18n import using
from tests.browser.officials import (
    looked_at,
    mark_as_differing,
    number_of,
    open_case,
    sees,
    told,
    unfold,
    walk,
)
from tests.browser.screen import Screen
from tests.journeys.papers import TODAY
from tests.journeys.people import Cast, find_authority
from tests.journeys.programs import case_address, hand_in
from tests.journeys.stage import mails_to

pytestmark = pytest.mark.browser
AT_CUSTOMS = "/validation/clearances"
OPEN_FIELDS = """form => [...form.elements].map(field => field.name)
  .filter((name, at) => name.startsWith("boxes.") && !form.elements[at].matches(":disabled"))"""
MAILBOX = "flegt@authority-be.example"
MARKS = "INVOICE 2026-119; CONTAINER MSKU 1234567"
SENT_BACK = "422"
"""How a form is answered in which something is wrong."""
SENT = TODAY - timedelta(days=30)
"""A query of this day was due nine days ago."""


@pytest.fixture(scope="module")
async def cast(cast: Cast) -> Cast:
    """As everywhere, and support has entered the authority's mailbox."""
    authority = await cast.support.open(f"/identity/authorities/{await find_authority(cast.support, 'msca', 'BE')}")
    saved = await (await cast.support.open(authority.link("Edit"))).press("Save", {"mailbox": MAILBOX})
    assert MAILBOX in saved.text, saved.errors
    return cast


@pytest.fixture
async def screens(chromium: Browser, cast: Cast) -> Any:
    """The windows of importer, officer and customs, in which nothing may go wrong unseen."""
    people = (cast.importer, cast.officer, cast.customs)
    shown = [await Screen.of(chromium, somebody) for somebody in people]
    for somebody in people:
        await somebody.give_token()  # the one from the beginning has ended if the tests before took long
    yield shown
    for screen in shown:
        assert [said for said in screen.complaints if SENT_BACK not in said] == []
        await screen.page.context.close()


async def test_boxes_are_returned_by_keyboard_corrected_and_handed_in_again(
    screens: list[Screen], cast: Cast, artefacts: Path
) -> None:
    importer, officer, _customs = screens
    licence = await hand_in(cast.importer.program)
    await return_two_boxes(officer, licence, artefacts)
    await correct_them(importer, licence, artefacts)

    await open_case(officer, licence, "Submitted")
    await told(officer, "2 boxes were corrected.")
    changed = officer.page.locator(".compare__row--changed")
    await expect(changed.locator("del")).to_have_text(["8,200 kg", licence["boxes"]["distinguishing_marks"]])
    await expect(changed.locator(".compare__value")).to_have_text(["8,150 kg", MARKS])
    await expect(changed.locator(".compare__mark")).to_have_count(0)
    await expect(officer.page.locator(".at-a-glance [data-marked]")).to_have_text("1")
    await looked_at(officer, "the case, handed in again")
    await officer.page.keyboard.press("v")
    await expect(officer.page.get_by_label("Remark")).to_be_focused()
    await officer.page.keyboard.type("Now as on the paper.")
    await officer.page.keyboard.press("Tab")
    await officer.page.keyboard.press("Enter")
    await told(officer, "The licence is validated.")
    await importer.row("/licences", number_of(licence), "Validated")


async def return_two_boxes(officer: Screen, licence: dict[str, Any], artefacts: Path) -> None:
    """Compare with the keyboard alone: one box agrees, two differ, and both are what is proposed to be returned."""
    page = officer.page
    await open_case(officer, licence, "Submitted")
    await looked_at(officer, "the case")
    await walk(officer, "j", page.locator("#box-3-0"))
    await page.keyboard.press("c")
    await expect(page.locator("#box-4-0")).to_be_focused()
    await mark_as_differing(officer, "15-1", "v", "The paper says 8150 kg.")
    await mark_as_differing(officer, "17-0", "r", "The invoice is another.")
    await expect(page.locator(".at-a-glance [data-differing] span")).to_have_text("2")
    await page.keyboard.press("b")
    returning = page.locator("#act-return")
    await expect(returning.get_by_role("checkbox", name="To be corrected", checked=True)).to_have_count(2)
    await officer.keep(artefacts, "return")
    await walk(officer, "Tab", returning.get_by_role("button", name="Return this licence"))
    await page.keyboard.press("Enter")
    await told(officer, "The licence is returned.")
    await expect(page.locator(".decision-bar").get_by_role("link", name="Validate…")).to_have_count(0)
    await looked_at(officer, "the case, returned")


async def correct_them(importer: Screen, licence: dict[str, Any], artefacts: Path) -> None:
    """Only the two boxes can be typed in; the rest of the way is that of a new licence."""
    page = importer.page
    await sees(importer, f"/licences/{licence['id']}", "All other boxes are locked.")
    reasons = page.locator(".notice li")
    await expect(reasons).to_contain_text(["The paper says 8150 kg.", "The invoice is another."])
    await looked_at(importer, "the licence, returned")
    await importer.keep(artefacts, "returned")
    await page.get_by_role("link", name="Correct the boxes").click()
    await importer.heading("FLEGT licence: Boxes 1 to 18")
    await page.wait_for_load_state("networkidle")
    form = page.locator("form[data-autosave]")
    assert await form.evaluate(OPEN_FIELDS) == [
        "boxes.commodities.0.net_weight_kg", "boxes.distinguishing_marks",
    ]  # fmt: skip
    await looked_at(importer, "the form, with two boxes open")
    await page.locator('[name="boxes.commodities.0.net_weight_kg"]').fill("8150")
    await page.locator('[name="boxes.distinguishing_marks"]').fill(MARKS)
    await importer.press("Save and submit…")
    for _step in ("point of entry", "arrival", "on behalf of"):
        async with page.expect_navigation():
            await importer.press("Next")
    await importer.press("Submit")
    await told(importer, "The licence is submitted.")
    await looked_at(importer, "the licence, handed in again")


async def test_acceptance_waits_for_an_answer_that_comes_late(
    screens: list[Screen], cast: Cast, artefacts: Path
) -> None:
    importer, officer, _customs = screens
    licence = await hand_in(cast.importer.program)
    number = number_of(licence)
    await open_case(officer, licence, "Submitted")

    opening = await unfold(officer, "Open a verification…")
    await expect(opening.get_by_label("Query to the issuing authority")).to_be_checked()
    await opening.get_by_label("Sent or asked for on").fill(SENT.isoformat())
    await opening.get_by_label("What is asked, or looked at").fill("Is this licence yours?")
    await officer.press("Open the verification")
    await told(officer, "The verification is open.")
    verification = officer.page.locator("#verifications")
    with using("en"):
        await expect(verification).to_contain_text(f"Due on {local_date(SENT + timedelta(days=21))}")
    await expect(verification).to_contain_text("Overdue")
    await cannot_be_accepted(officer, cast, licence)
    await looked_at(officer, "the case, under verification")
    await officer.page.get_by_role("link", name="Reminder to print").click()
    await told(officer, "Is this licence yours?")
    await looked_at(officer, "the letter")
    await officer.row("/validation/cases?tab=issuer", number, "Under verification", "Overdue")
    await importer.row("/licences", number, "Under verification")

    await open_case(officer, licence, "Under verification")
    await end_verification(officer, "No answer in time")
    await expect(verification).to_contain_text("No answer in time")
    await cannot_be_accepted(officer, cast, licence)

    ending = await end_verification(officer, "Confirmed", answer="Yes, it is ours.", answered_on=TODAY.isoformat())
    await expect(ending).to_have_count(0)
    await expect(verification).to_contain_text("(late)")
    await expect(verification).to_contain_text("Yes, it is ours.")
    await looked_at(officer, "the case, verified")
    await officer.keep(artefacts, "verified-late")
    await officer.page.locator(".decision-bar").get_by_role("link", name="Validate…").click()
    await officer.press("Validate this licence")
    await told(officer, "The licence is validated.")
    await importer.row("/licences", number, "Validated")


async def cannot_be_accepted(officer: Screen, cast: Cast, licence: dict[str, Any]) -> None:
    """Neither the page offers it, nor does the API do it."""
    await expect(officer.page.locator(".decision-bar")).to_be_visible()
    await expect(officer.page.get_by_text("Validate…")).to_have_count(0)
    answer = await cast.officer.program.post(case_address(licence, "decision"), json={"outcome": "validated"})
    assert answer.status_code == 409, answer.text


async def end_verification(officer: Screen, outcome: str, *, answer: str = "", answered_on: str = "") -> Any:
    ending = await unfold(officer, "Record the answer…")
    await ending.get_by_label(outcome, exact=True).check()
    await ending.get_by_label("Answered on").fill(answered_on)
    await ending.get_by_label("What was answered").fill(answer)
    await officer.press("Record the end of the verification")
    await told(officer, "The end of the verification is recorded.")
    return ending


async def test_customs_suspends_the_authority_settles_it_and_customs_refuses_for_good(
    screens: list[Screen], cast: Cast, artefacts: Path
) -> None:
    importer, officer, customs = screens
    licence = await hand_in(cast.importer.program)
    number = number_of(licence)
    await open_case(officer, licence, "Submitted")
    await officer.page.locator(".decision-bar").get_by_role("link", name="Validate…").click()
    await officer.press("Validate this licence")
    await told(officer, "The licence is validated.")

    await open_case(customs, licence, "Awaiting clearance", at=AT_CUSTOMS)
    await looked_at(customs, "the clearance")
    await act(customs, "Suspend release…", "The seal differs.", "Suspend release")
    await expect(customs.page.get_by_role("button", name="Clear this licence")).to_have_count(0)
    await looked_at(customs, "the clearance, suspended")
    await importer.row("/licences", number, "Validated", "Release suspended")

    await until(lambda: authority_was_told(cast, f"Licence {number}: customs suspended the release"), within=60)
    await open_case(officer, licence, "Release suspended")
    await told(officer, "Customs suspended the release")
    await told(officer, "The seal differs.")
    await looked_at(officer, "the case, suspended")
    await act(officer, "Resume clearance…", "The seal was changed by the port.", "End the suspension")
    await told(officer, "The licence awaits clearance again.")

    await open_case(customs, licence, "Awaiting clearance", at=AT_CUSTOMS)
    await told(customs, "The seal was changed by the port.")
    refused = "The goods are not those of the licence."
    await act(customs, "Refuse clearance…", refused, "Refuse clearance for good")
    await expect(customs.page.locator("main form")).to_have_count(0)
    await looked_at(customs, "the clearance, refused")
    await customs.keep(artefacts, "refused")

    await open_case(officer, licence, "Clearance refused")
    await told(officer, refused)
    await expect(officer.page.locator("#accepted")).to_have_count(0)
    await looked_at(officer, "the case, refused")
    await sees(importer, f"/licences/{licence['id']}", refused)
    await told(importer, "Clearance refused")
    await looked_at(importer, "the licence, refused")
    await importer.row("/licences", number, "Validated", "Clearance refused")


async def authority_was_told(cast: Cast, subject: str) -> bool:
    """Whether this mail is in the official mailbox of the competent authority."""
    return any(mail["subject"] == subject for mail in await mails_to(cast.officer.product, MAILBOX))


async def act(official: Screen, name: str, reason: str, button: str) -> None:
    """An act with a reason, which is left out at first: nothing is recorded until it is given."""
    form = await unfold(official, name)
    await form.get_by_role("button", name=button, exact=True).click()
    await expect(official.page.locator("[data-error-summary]")).to_be_visible()
    await expect(form).to_have_attribute("open", "")
    await form.get_by_label("Reason").fill(reason)
    await form.get_by_role("button", name=button, exact=True).click()
    await expect(official.page.locator("[data-error-summary]")).to_have_count(0)
    await told(official, reason)
