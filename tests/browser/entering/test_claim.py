"""An electronic licence: its issuing authority's program sends it, an importer claims it by number and hands it in."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from deploy.local.product import Product
from shared.testing.waiting import until
from tests.browser.barriers import no_barriers
from tests.browser.entering.form import WIZARD, fill_in, follow, holds, says, send
from tests.browser.screen import Screen
from tests.journeys.papers import ARRIVAL_DAY, TODAY, a_number, paper
from tests.journeys.people import Cast, find_authority
from tests.journeys.programs import LICENCES
from tests.journeys.test_clients import make_program

pytestmark = pytest.mark.browser
ELECTRONIC = "/licences/api/v1/electronic-licences"
FILES = "Files of an electronic licence"


async def issued(cast: Cast) -> dict[str, Any]:
    """A licence that the system of an issuing authority has sent; what its boxes say."""
    boxes = paper()
    body = await find_authority(cast.support, "issuer", "ID")
    program = await make_program(cast, body, "Licence system", ["licences:read", "licences:write"])
    assert (await program.sign_in()).status_code == 200

    async def sent() -> httpx.Response | None:
        answer = await program.calls.post(ELECTRONIC, json={"boxes": boxes | {"issuing_authority": {}}})
        return answer if answer.status_code == 201 else None

    answer = await until(sent, within=30, what="the authority's client in licences")
    assert answer is not None
    await program.calls.aclose()
    kept: dict[str, Any] = answer.json()["boxes"]
    return kept


async def test_a_licence_is_claimed_by_number_and_handed_in_without_retyping(
    chromium: Browser, cast: Cast, product: Product
) -> None:
    boxes = await issued(cast)
    number = boxes["licence_number"]
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    await screen.open("/licences/new")
    await follow(screen, "Claim an electronic licence")
    await claim_with_mistakes(screen, boxes)

    await screen.heading(number)
    await expect(page.get_by_text("The licence is claimed.")).to_be_visible()
    await expect(page.get_by_text("the boxes are as issued")).to_be_visible()
    await no_barriers(screen, "a claimed licence")
    address = page.url.removeprefix(product.origin)
    await follow(screen, "Files")
    await screen.heading(FILES)
    await expect(page.locator('[name^="boxes."]')).to_have_count(0)
    await no_barriers(screen, "files of a claimed licence")
    await nothing_in_the_boxes_can_be_changed(screen, cast, address, boxes)
    await send(screen, "Save and submit…")
    await go_through_wizard(screen)
    await expect(page.get_by_text("The licence is submitted.")).to_be_visible()
    licence = (await cast.importer.program.get(address.replace("/licences", LICENCES, 1))).json()
    assert (licence["validation_state"], licence["issued_electronically"]) == ("submitted", True)
    assert licence["boxes"] == boxes
    assert screen.objections == []
    await page.context.close()


async def claim_with_mistakes(screen: Screen, boxes: dict[str, Any]) -> None:
    """Each wrong attempt keeps what was typed; what is wrong of the three is not said."""
    page = screen.page
    await screen.heading("Claim an electronic licence")
    await no_barriers(screen, "claim")
    await send(screen, "Claim the licence")
    await says(page, "issuing_country", "Choose the country that issued the licence.", "1")
    await says(page, "licence_number", "Enter the licence number.", "3")
    await says(page, "expiry_date", "Enter the date of expiry.", "4")
    await no_barriers(screen, "claim sent empty")
    right = {
        "issuing_country": boxes["issuing_authority"]["country"],
        "licence_number": boxes["licence_number"],
        "expiry_date": boxes["expiry_date"],
    }
    for mistake in ({"expiry_date": str(TODAY)}, {"licence_number": a_number()}, {"issuing_country": "GH"}):
        await fill_in(page, right | mistake)
        await send(screen, "Claim the licence")
        await says(page, "licence_number", "can be claimed. Compare all three with the licence", "3")
        await holds(page, right | mistake)
    await fill_in(page, right | {"licence_number": f"v-legal {right['licence_number'].lower()}"})
    await send(screen, "Claim the licence")


async def nothing_in_the_boxes_can_be_changed(screen: Screen, cast: Cast, address: str, boxes: dict[str, Any]) -> None:
    """Not by a form that has a field for it nevertheless, and not by a program."""
    field = '<input name="boxes.licensee.name" aria-label="forged" value="PT Somebody Else">'
    await screen.page.locator("form[enctype]").evaluate("(form, it) => form.insertAdjacentHTML('beforeend', it)", field)
    await send(screen, "Save")
    draft = address.replace("/licences", LICENCES, 1)
    known = await cast.importer.program.get(draft)
    changed = await cast.importer.program.put(
        draft, json={"boxes": boxes | {"distinguishing_marks": "LOT 9"}}, headers={"If-Match": known.headers["etag"]}
    )
    assert changed.status_code in {409, 422}, changed.text
    assert (await cast.importer.program.get(draft)).json()["boxes"] == boxes


async def go_through_wizard(screen: Screen) -> None:
    page = screen.page
    await screen.heading(WIZARD)
    await fill_in(page, {"country": "BE"})
    await send(screen, "Show the offices of this country")
    await fill_in(page, {"point_of_entry": "BE101000"})
    await send(screen, "Next")
    await fill_in(page, {"arrival_date": str(ARRIVAL_DAY), "arrival_time": "23:59"})
    await send(screen, "Next")
    await send(screen, "Next")
    await send(screen, "Submit")
