"""Every mistake in each of the eighteen boxes is named beside it, keeps what was typed, and can be put right."""

import re
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.barriers import no_barriers
from tests.browser.entering.form import (
    WIZARD,
    choose_files,
    field,
    fill_in,
    holds,
    is_right,
    message,
    open_form,
    says,
    send,
)
from tests.browser.screen import Screen
from tests.journeys.papers import TODAY, paper, scan, typed
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES, enter

pytestmark = pytest.mark.browser
LINE = "boxes.commodities.0"
SCAN = "attachments.box2"
LAW = re.compile("1024/2008|2173/2005")
"""One of both regulations is named beside what it forbids."""
TOO_LONG = "x" * 4_001


class Wrong(NamedTuple):
    """What somebody types into a field of a box, and what the form says to it: nothing where it says it elsewhere."""

    box: str
    field: str
    typed: str
    says: str


NOTHING = [
    Wrong("1", "boxes.issuing_authority.name", "", "Choose the issuing authority."),
    Wrong("1", "boxes.issuing_authority.country", "", "a partner country that issues FLEGT licences"),
    Wrong("2", SCAN, "", "Attach at least one scan of the licence"),
    Wrong("3", "boxes.licence_number", "", "Enter the licence number."),
    Wrong("4", "boxes.expiry_date", "", "Enter the date of expiry."),
    Wrong("5–6", "boxes.country_of_export", "", "Choose the country of export."),
    Wrong("7", "boxes.transport_mode", "", "Choose the means of transport."),
    Wrong("8", "boxes.licensee.name", "", "Enter the licensee's name."),
    Wrong("8", "boxes.licensee.address", "", "Enter the licensee's address."),
    Wrong("8", "boxes.licensee.country", "", "Choose the licensee's country."),
    Wrong("9", f"{LINE}.description", "", "Commodity 1: describe the goods."),
    Wrong("10", f"{LINE}.commodity_code", "", "Commodity 1: choose the commodity code."),
    Wrong("11", f"{LINE}.species.0.name", "", "Commodity 1: name the species."),
    Wrong("12–13", f"{LINE}.species.0.countries_of_harvest", "", "enter the country of harvest of each species"),
    Wrong("14", f"{LINE}.volume_m3", "", "Enter the volume or the net weight"),
    Wrong("15", f"{LINE}.net_weight_kg", "", ""),
    Wrong("16", f"{LINE}.units.0.unit", "", "Choose what the number counts."),
    Wrong("18", "boxes.signature.place", "", "Enter the place of signature."),
    Wrong("18", "boxes.signature.date", "", "Enter the date of signature."),
]
UNREADABLE = [
    Wrong("1", "boxes.issuing_authority.address", TOO_LONG, "at most 4000 characters"),
    Wrong("2", "boxes.issuing_country_use", TOO_LONG, "at most 4000 characters"),
    Wrong("3", "boxes.licence_number", "9" * 101, "at most 100 characters"),
    Wrong("4", "boxes.expiry_date", "31.02.2027", "This is not a date."),
    Wrong("8", "boxes.licensee.name", TOO_LONG, "at most 4000 characters"),
    Wrong("9", f"{LINE}.description", TOO_LONG, "at most 4000 characters"),
    Wrong("10", f"{LINE}.commodity_code", "9" * 101, "at most 100 characters"),
    Wrong("11", f"{LINE}.species.0.name", TOO_LONG, "at most 4000 characters"),
    Wrong("14", f"{LINE}.volume_m3", "twelve and a half", "This is not a number."),
    Wrong("15", f"{LINE}.net_weight_kg", "8,200", "This can be read in two ways."),
    Wrong("16", f"{LINE}.units.0.count", "", "Enter how many, or take the unit away."),
    Wrong("17", "boxes.distinguishing_marks", TOO_LONG, "at most 4000 characters"),
    Wrong("18", "boxes.signature.place", TOO_LONG, "at most 4000 characters"),
    Wrong("18", "boxes.signature.date", "in spring", "This is not a date."),
]
IMPOSSIBLE = [
    Wrong("3", "boxes.licence_number", "FLEGT-7", "This is not a licence number of that country. It looks like"),
    Wrong("4", "boxes.expiry_date", str(TODAY - timedelta(days=3)), "lodged after its date of expiry is void"),
    Wrong("10", f"{LINE}.commodity_code", "4403", "may not be exported from that country"),
    Wrong("12–13", f"{LINE}.species.0.countries_of_harvest", "ID; XX", "XX is not a country's two-letter code"),
    Wrong("14", f"{LINE}.volume_m3", "0", "A quantity must be more than zero."),
    Wrong("15", f"{LINE}.net_weight_kg", "8200.0001", "A quantity has at most three decimals."),
    Wrong("16", f"{LINE}.units.0.count", "-400", "A quantity must be more than zero."),
    Wrong(
        "18",
        "boxes.signature.date",
        str(TODAY + timedelta(days=3)),
        "The date of signature lies after the day of lodging",
    ),
]
OUT_OF_PLACE = [
    Wrong("4", "boxes.expiry_date", str(TODAY - timedelta(days=5)), "Regulation (EC) No 1024/2008, Article 6(3)"),
    Wrong("10", f"{LINE}.commodity_code", "999999", "is not a code for which FLEGT licences are issued"),
    Wrong("12–13", f"{LINE}.species.0.countries_of_harvest", "JAVA", "JAVA is not a country's two-letter code"),
    Wrong("14", f"{LINE}.volume_m3", "1000000000", "No shipment is that large."),
    Wrong("15", f"{LINE}.net_weight_kg", "-1", "A quantity must be more than zero."),
    Wrong("16", f"{LINE}.units.0.count", "0.0001", "A quantity has at most three decimals."),
    Wrong("18", "boxes.signature.date", str(TODAY - timedelta(days=4)), "Check Boxes 4 and 18."),
]
ROUNDS = {"nothing": NOTHING, "unreadable": UNREADABLE, "impossible": IMPOSSIBLE, "out of place": OUT_OF_PLACE}


def test_every_box_has_a_mistake_here() -> None:
    boxes = {number for mistakes in ROUNDS.values() for wrong in mistakes for number in wrong.box.split("–")}
    assert boxes == {str(number) for number in range(1, 19)}


@pytest.mark.parametrize("mistakes", ROUNDS.values(), ids=ROUNDS)
async def test_mistakes_are_named_beside_their_boxes_and_put_right(
    chromium: Browser, cast: Cast, mistakes: list[Wrong]
) -> None:
    boxes = paper()
    texts = {mistake.field: mistake.typed for mistake in mistakes if mistake.field != SCAN}
    draft = await a_draft(cast.importer.program, boxes, has_scan=len(texts) == len(mistakes))
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    await open_form(screen, draft["id"])

    await fill_in(page, texts)
    await send(screen, "Save and submit…")

    named = [mistake for mistake in mistakes if mistake.says]
    for mistake in named:
        await says(page, mistake.field, mistake.says, mistake.box)
        if mistakes is not UNREADABLE:
            await expect(message(page, mistake.field)).to_have_text(LAW)
        for number in mistake.box.split("–"):
            await expect(page.locator(f'a[data-box="{number}"]')).to_have_attribute("data-state", "wrong")
    await each_is_in_the_summary(page, [mistake.field for mistake in named])
    await holds(page, texts)
    await is_there_again(screen, draft["id"], texts)
    await no_barriers(screen, "the form with mistakes")

    right = typed(boxes)
    await fill_in(page, {name: right.get(name, "") for name in texts})
    if len(texts) < len(mistakes):
        await choose_files(page, 2, FilePayload(name="licence.jpg", mimeType="image/jpeg", buffer=scan(boxes)))
    for mistake in named:
        await is_right(page, mistake.field)
    await send(screen, "Save and submit…")
    await screen.heading(WIZARD)
    kept = (await cast.importer.program.get(f"{LICENCES}/{draft['id']}")).json()
    assert kept["boxes"] == draft["boxes"]
    await page.context.close()


async def a_draft(program: httpx.AsyncClient, boxes: dict[str, Any], *, has_scan: bool) -> dict[str, Any]:
    if has_scan:
        return await enter(program, boxes)
    draft: dict[str, Any] = (await program.post(LICENCES, json={"boxes": boxes})).json()
    return draft


async def each_is_in_the_summary(page: Page, names: list[str]) -> None:
    """The summary has the focus, and each of its links leads to the field with the mistake."""
    summary = page.locator("[data-error-summary]")
    await expect(summary).to_be_focused()
    places = await summary.locator("a").evaluate_all("links => links.map(link => link.hash.slice(3))")
    assert set(places) == set(names)
    await summary.locator("a").first.click()
    await expect(field(page, places[0])).to_be_focused()


async def is_there_again(screen: Screen, licence_id: str, texts: dict[str, str]) -> None:
    """Whoever comes back, here in another window, finds what was typed."""
    other = Screen(await screen.page.context.new_page(), screen.origin)
    await open_form(other, licence_id)
    await holds(other.page, texts)
    await other.page.close()
