"""The wizard forward, back and out at every step, with scripts and without: nothing that was typed is lost."""

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.barriers import no_barriers
from tests.browser.entering.form import WIZARD, begin, field, fill_in, follow, holds, says, send
from tests.browser.screen import Screen
from tests.journeys.papers import ARRIVAL_DAY, paper, scan, typed
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES

pytestmark = pytest.mark.browser
OFFICE = {"country": "BE", "point_of_entry": "BE101000"}
ARRIVAL = {"arrival_date": str(ARRIVAL_DAY), "arrival_time": "23:59", "time_zone": "Europe/Brussels"}
OTHER = {"on_behalf.name": "Holz Hansen GmbH", "on_behalf.address": "Am Kai 1, Hamburg", "on_behalf.country": "DE"}
MESSAGE = {"message": "The original comes by post.\nPlease call before noon."}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_every_step_can_be_gone_back_and_left(chromium: Browser, cast: Cast, scripts: bool) -> None:
    boxes = paper()
    screen = await Screen.of(chromium, cast.importer, scripts=scripts)
    address = await begin(screen)
    await fill_in_form(screen, boxes)

    await choose_office(screen, boxes["licence_number"])
    await say_when(screen, boxes["licence_number"])
    await name_the_other(screen, boxes["licence_number"])
    await write_to_the_authority(screen, boxes["licence_number"])
    await submit_from_two_windows(screen, address)

    licence = (await cast.importer.program.get(f"{LICENCES}/{address.rpartition('/')[2]}")).json()
    assert licence["boxes"] == {**boxes, "commodities": licence["boxes"]["commodities"]}
    assert licence["point_of_entry"] == "BE101000"
    assert licence["arrival"].startswith(f"{ARRIVAL_DAY}T2")
    assert licence["on_behalf"] == {name.partition(".")[2]: text for name, text in OTHER.items()}
    assert licence["message"] == MESSAGE["message"]
    assert screen.objections == []
    await screen.page.context.close()


async def fill_in_form(screen: Screen, boxes: dict[str, object]) -> None:
    """Every box, and the scan in the same sending."""
    code = field(screen.page, "add_code")
    await code.fill("940169")
    await send(screen, "Add commodity")
    await fill_in(screen.page, typed(boxes))
    picture = FilePayload(name="licence.jpg", mimeType="image/jpeg", buffer=scan(boxes))
    await field(screen.page, "attachments.box2").set_input_files(picture)
    await send(screen, "Save and submit…")
    await screen.heading(WIZARD)


async def leave_and_come_back(screen: Screen, number: str, steps: int) -> None:
    """Cancel, which leads to the draft; begin anew, and go on over so many steps that have their answers."""
    await send(screen, "Cancel")
    await screen.heading(number)
    await follow(screen, "Submit…")
    for _step in range(steps):
        await send(screen, "Next")


async def look_at(screen: Screen, state: str) -> None:
    """Look for barriers, where scripts can run: axe is one."""
    if screen.scripts:
        await no_barriers(screen, state)


async def at(page: Page, step: str) -> None:
    await expect(page.locator(".wizard [aria-current=step]")).to_have_text(step)


async def choose_office(screen: Screen, number: str) -> None:
    page = screen.page
    await at(page, "Point of entry")
    await send(screen, "Next")
    await says(page, "country", "Choose the country of the point of entry")
    await look_at(screen, "point of entry without a country")
    await fill_in(page, {"country": "BE"})
    await send(screen, "Show the offices of this country")
    await send(screen, "Next")
    await says(page, "point_of_entry", "Choose the customs office of the point of entry.")
    await look_at(screen, "point of entry without an office")
    await leave_and_come_back(screen, number, 0)
    await holds(page, {"country": "BE"})
    await fill_in(page, {"point_of_entry": "BE101000"})
    if screen.scripts:
        await expect(page.locator("[data-office-chosen]")).to_contain_text("BE101000")
    await leave_and_come_back(screen, number, 0)
    await holds(page, OFFICE)
    for words in ("ANTWERPEN DAE", "BE101000", "ELLERMANSTRAAT 21", "Belgium (BE)"):
        await expect(page.locator("[data-office-chosen]")).to_contain_text(words)
    await send(screen, "Previous")
    await follow(screen, "Leave")
    await screen.heading(number)
    await follow(screen, "Submit…")
    await send(screen, "Next")


async def say_when(screen: Screen, number: str) -> None:
    page = screen.page
    await at(page, "Time of arrival")
    await look_at(screen, "arrival")
    await send(screen, "Previous")
    await holds(page, OFFICE)
    await send(screen, "Next")
    day = {"arrival_date": ARRIVAL["arrival_date"]}
    await fill_in(page, day)
    await send(screen, "Next")
    await says(page, "arrival_time", "Enter the time of arrival, such as 23:59.")
    await look_at(screen, "arrival without a time")
    await holds(page, day)
    await send(screen, "Previous")
    await send(screen, "Next")
    await holds(page, day)
    await fill_in(page, {**day, "arrival_date": "", "arrival_time": "23:59"})
    await send(screen, "Next")
    await says(page, "arrival_date", "Enter the estimated date of arrival")
    await fill_in(page, ARRIVAL)
    await leave_and_come_back(screen, number, 1)
    await holds(page, ARRIVAL)
    await send(screen, "Next")


async def name_the_other(screen: Screen, number: str) -> None:
    page = screen.page
    await at(page, "On behalf")
    await look_at(screen, "on behalf")
    name = {"on_behalf.name": OTHER["on_behalf.name"]}
    await fill_in(page, name)
    await send(screen, "Next")
    for part in ("address", "country"):
        await says(page, f"on_behalf.{part}", "Describe the other importer wholly")
    await holds(page, name)
    await look_at(screen, "on behalf of half an importer")
    await send(screen, "Previous")
    await holds(page, ARRIVAL)
    await send(screen, "Next")
    await holds(page, name)
    await leave_and_come_back(screen, number, 2)
    await holds(page, name)
    await fill_in(page, OTHER)
    await send(screen, "Next")


async def write_to_the_authority(screen: Screen, number: str) -> None:
    page = screen.page
    await at(page, "Final step")
    await look_at(screen, "final step")
    await fill_in(page, MESSAGE)
    await send(screen, "Previous")
    await holds(page, OTHER)
    await send(screen, "Next")
    await holds(page, MESSAGE)
    await page.go_back()
    await holds(page, OTHER)
    await page.go_forward()
    await leave_and_come_back(screen, number, 3)
    await holds(page, MESSAGE)
    facts = page.get_by_role("main")
    for words in (number, "BE101000), Belgium", "23:59", "Holz Hansen GmbH", "FPS Health"):
        await expect(facts).to_contain_text(words)


async def submit_from_two_windows(screen: Screen, address: str) -> None:
    """The last step is open twice; only one of both buttons hands the licence in."""
    late = Screen(await screen.page.context.new_page(), screen.origin)
    await late.open(f"{address}/submit/final")
    await send(screen, "Submit")
    await expect(screen.page.get_by_text("The licence is submitted.")).to_be_visible()
    await send(late, "Submit")
    await screen.page.go_back()
    for window in (late, screen):
        await window.heading("This is not possible in the present state")
        await expect(window.page.get_by_text("This licence was handed in.")).to_be_visible()
    await late.page.close()
