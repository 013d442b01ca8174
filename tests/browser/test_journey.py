"""One licence in a real browser, for importer, authority and customs, with pictures of what they saw."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.browser.screen import Screen
from tests.journeys.papers import ARRIVAL_DAY, declaration_number, paper, scan, typed
from tests.journeys.people import Cast
from tests.journeys.programs import hand_in

pytestmark = pytest.mark.browser
CHOSEN = ("country", "country_of_export", "transport_mode", "unit")
"""Fields in which one chooses instead of typing, by the last part of their names."""


async def fill_in(screen: Screen, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        field = screen.page.locator(f'[name="{name}"]')
        if name.rpartition(".")[2] in CHOSEN:
            await field.select_option(text)
        else:
            await field.fill(text)


async def enter_licence(importer: Screen, boxes: dict[str, Any], artefacts: Path) -> None:
    await importer.open("/licences")
    await importer.page.get_by_role("link", name="Create New Licence").click()
    await importer.page.get_by_label("Issuing authority").select_option("PT Mutuagung Lestari")
    await importer.press("Start the form")
    await fill_in(importer, typed(boxes))
    picture = FilePayload(name="licence.jpg", mimeType="image/jpeg", buffer=scan(boxes))
    await importer.page.get_by_label("Scan of the licence").set_input_files(picture)
    await importer.press("Save draft")
    await expect(importer.page.get_by_text("The draft is saved.")).to_be_visible()
    await importer.keep(artefacts, "form")
    await importer.press("Save and submit…")


async def go_through_wizard(importer: Screen) -> None:
    await importer.page.get_by_label("Country").select_option("BE")
    await importer.press("Show the offices of this country")
    await importer.page.get_by_label("Customs office").select_option("BE101000")
    await importer.press("Next")
    await importer.page.get_by_label("Date").fill(str(ARRIVAL_DAY))
    await importer.page.get_by_label("Time", exact=True).fill("23:59")
    await importer.press("Next")
    await importer.press("Next")
    await importer.page.get_by_label("Text for the authority").fill("The original comes by post.")
    await importer.press("Submit")
    await expect(importer.page.get_by_text("The licence is submitted.")).to_be_visible()


async def decide(officer: Screen, number: str, artefacts: Path) -> None:
    row = await officer.row("/validation/cases", number)
    await row.get_by_role("link").click()
    await expect(officer.page.locator(".scan img").first).to_have_js_property("complete", True)
    assert await officer.page.locator(".scan img").first.evaluate("image => image.naturalWidth") > 0
    await officer.keep(artefacts, "review")
    await officer.page.locator(".decision-bar").get_by_role("link", name="Validate…").click()
    await officer.page.get_by_label("Remark").fill("In order.")
    await officer.press("Validate this licence")
    await expect(officer.page.get_by_text("The licence is validated.")).to_be_visible()


async def clear(customs: Screen, number: str, artefacts: Path) -> None:
    await customs.open("/validation/clearances")
    await customs.page.get_by_label("Licence number, as written in the declaration").fill(number)
    await customs.press("Find")
    await customs.page.get_by_role("link", name=number).click()
    await customs.page.get_by_label("Declaration number (MRN)").fill(declaration_number())
    await customs.page.get_by_label("Declared volume").fill("12.9")
    await customs.page.get_by_label("Declared net weight").fill("8300")
    await customs.press("Calculate")
    await expect(customs.page.get_by_text("Conforms", exact=True)).to_have_count(2)
    await customs.keep(artefacts, "clearance")
    await customs.press("Clear this licence")
    await expect(customs.page.get_by_text("The licence is cleared.")).to_be_visible()


async def test_a_licence_goes_from_entry_to_clearance_in_a_browser(
    chromium: Browser, cast: Cast, artefacts: Path
) -> None:
    await asyncio.gather(*(hand_in(cast.importer.program) for _ in range(3)))
    boxes = paper()
    importer, officer, customs = [
        await Screen.of(chromium, somebody) for somebody in (cast.importer, cast.officer, cast.customs)
    ]

    async with asyncio.timeout(60):
        await enter_licence(importer, boxes, artefacts)
        await go_through_wizard(importer)
        await decide(officer, boxes["licence_number"], artefacts)
        await clear(customs, boxes["licence_number"], artefacts)
        await importer.row("/licences", boxes["licence_number"], "Validated", "Cleared")
        await importer.keep(artefacts, "list")

    for screen in (importer, officer, customs):
        assert screen.complaints == []
        await screen.page.context.close()
