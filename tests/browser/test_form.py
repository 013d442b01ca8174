"""The form by keyboard alone: every box filled in, every step of the wizard, handed in; and it saves by itself."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.screen import Screen
from tests.journeys.papers import TODAY, paper, scan
from tests.journeys.people import Cast

pytestmark = pytest.mark.browser
MOST_STEPS = 400
"""Presses of the Tab key that lead round every page."""
EXPIRES, SIGNED, ARRIVES = f"0303{TODAY.year + 1}", f"1212{TODAY.year - 1}", f"0202{TODAY.year + 1}"
"""Days whose number is that of their month: it does not matter which of both a browser asks for first."""


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this stands in focus."""
    for _step in range(MOST_STEPS):
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never comes to {selector}")


async def type_into(page: Page, name: str, text: str) -> None:
    await tab_to(page, f'[name="{name}"]')
    await page.keyboard.type(text)


async def choose(page: Page, name: str, text: str) -> None:
    """Go down a list until this stands in it: letters would count as one word only when they come quickly."""
    chosen = page.locator(f'select[name="{name}"]')
    await tab_to(page, f'select[name="{name}"]')
    for _step in range(MOST_STEPS):
        if (await chosen.evaluate("list => list.selectedOptions[0].text")).startswith(text):
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"{text} is not in {name}")


async def press(page: Page, selector: str) -> None:
    await tab_to(page, selector)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def without_barriers(page: Page) -> None:
    await page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    results = await Axe().run(page)
    found = [(broken["id"], broken["nodes"][0]["target"]) for broken in results.response["violations"]]
    assert found == [], page.url


async def fill_in_form(page: Page) -> None:
    boxes = paper()
    await press_after_typing(page, "issuing_authority", "PT Mutuagung", "form.card button.button--primary")
    await press_after_typing(page, "add_code", "940169", "button[value=add-code]")
    await page.wait_for_load_state("networkidle")  # the scripts of the new page have taken hold of its fields
    async with page.expect_file_chooser() as chooser:  # a key pressed at once would overtake this
        await tab_to(page, '[name="attachments.box2"]')
        await page.keyboard.press("Enter")
    picture = FilePayload(name="licence.jpg", mimeType="image/jpeg", buffer=scan(boxes))
    await (await chooser.value).set_files(picture)
    await expect(page.get_by_role("link", name="licence.jpg", exact=True)).to_be_visible()
    await type_into(page, "boxes.licence_number", f"v-legal {boxes['licence_number'].lower()}")
    await expect(page.locator("[data-number-hint]")).to_contain_text(f"Kept as {boxes['licence_number']}")
    await type_into(page, "boxes.expiry_date", EXPIRES)
    await choose(page, "boxes.transport_mode", "Maritime")
    await choose(page, "boxes.licensee.country", "Indonesia")
    for name, text in (
        ("boxes.licensee.name", "PT Kayu Indah"),
        ("boxes.licensee.address", "Jl. Pelabuhan 7, Semarang"),
        ("boxes.commodities.0.description", "Teak garden chairs"),
        ("boxes.commodities.0.species.0.name", "Teak (Tectona grandis)"),
        ("boxes.commodities.0.species.0.countries_of_harvest", "id; my"),
        ("boxes.commodities.0.volume_m3", "12,5"),
        ("boxes.commodities.0.net_weight_kg", "8200"),
        ("boxes.distinguishing_marks", "INV-2026-118"),
        ("boxes.signature.place", "Depok"),
        ("boxes.signature.date", SIGNED),
    ):
        await type_into(page, name, text)
    await expect(page.locator("[data-countries] .field__help")).to_have_text("Indonesia, Malaysia")


async def press_after_typing(page: Page, name: str, text: str, button: str) -> None:
    await type_into(page, name, text)
    await press(page, button)


async def go_through_wizard(page: Page) -> None:
    await without_barriers(page)
    await choose(page, "country", "Belgium")
    await press(page, "button[value=country]")
    await choose(page, "point_of_entry", "ANTWERPEN DAE")
    await expect(page.locator("[data-office-chosen]")).to_contain_text("BE101000")
    await press(page, "button[value=next]")
    await without_barriers(page)
    await type_into(page, "arrival_date", ARRIVES)
    await type_into(page, "arrival_time", "1010AM")  # the letters are for clocks of twelve hours only
    await press(page, "button[value=next]")
    await without_barriers(page)
    await press(page, "button[value=next]")
    await without_barriers(page)
    await press_after_typing(page, "message", "The original comes by post.", "button[value=submit]")


async def test_a_licence_is_filled_in_and_handed_in_by_keyboard_alone(
    chromium: Browser, cast: Cast, artefacts: Path
) -> None:
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page

    await screen.open("/licences/new")
    await without_barriers(page)
    await fill_in_form(page)
    await expect(page.locator("[data-saved]")).to_contain_text("Saved")
    await without_barriers(page)
    await screen.keep(artefacts, "form-by-keyboard")
    await press(page, "button[value=submit]")
    await go_through_wizard(page)

    await expect(page.get_by_text("The licence is submitted.")).to_be_visible()
    assert screen.complaints == []
    await page.context.close()


async def test_a_draft_saves_by_itself_and_says_when_it_cannot(chromium: Browser, cast: Cast) -> None:
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    await screen.open("/licences/new")
    await press_after_typing(page, "issuing_authority", "PT Mutuagung", "form.card button.button--primary")
    place, saved = page.locator('[name="boxes.signature.place"]'), page.locator("[data-saved]")

    await place.fill("Depok")
    await page.locator('[name="boxes.expiry_date"]').evaluate("input => { input.type = 'text'; input.value = 'soon'; }")
    await expect(saved).to_contain_text("as typed: see what is marked")
    await expect(page.locator('[id="f-boxes.expiry_date-error"]')).to_contain_text("not a date")
    await page.context.set_offline(True)
    await place.fill("Jakarta")
    await expect(saved).to_have_text("Not saved: no connection. Trying again.")
    await page.context.set_offline(False)
    await expect(saved).to_contain_text("Saved")

    await page.reload()
    await expect(place).to_have_value("Jakarta")
    await expect(page.locator('[name="boxes.expiry_date"]')).to_have_value("soon")
    await page.context.close()
