"""What importers do in the form, and what it says to them."""

import re
from collections.abc import Mapping

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.screen import Screen

FORM = "FLEGT licence: Boxes 1 to 18"
WIZARD = "Submit licence for validation"
CHOSEN = frozenset(
    {"country", "country_of_export", "issuing_country", "transport_mode", "unit", "point_of_entry", "time_zone"}
)
"""Fields in which one chooses instead of typing, by the last part of their names."""
AS_TEXT = "input => { if (input.type === 'date') input.type = 'text'; }"
"""Makes a field of days what it is in browsers that know none: room for any text."""
BOX = """field => {
  for (let around = field; around; around = around.parentElement) {
    const number = around.querySelector(".box-number");
    if (number) return number.lastChild.textContent.trim();
  }
}"""
"""The number of the box in which a field stands: its own, or that of what is around it."""


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[id="f-{name}"]')


def message(page: Page, name: str) -> Locator:
    """What is wrong in a field, beside it."""
    return page.locator(f'[id="f-{name}-error"]')


async def begin(screen: Screen, authority: str = "PT Mutuagung Lestari") -> str:
    """Begin a new licence as the guide says; returns the address of its page."""
    await screen.open("/licences")
    await screen.page.get_by_role("link", name="Create New Licence").first.click()  # an empty list has two
    await screen.page.get_by_label("Issuing authority").select_option(authority)
    await send(screen, "Start the form")
    await screen.heading(FORM)
    return screen.page.url.removeprefix(screen.origin).partition("/edit")[0]


async def open_form(screen: Screen, licence_id: str) -> None:
    """Open the form of a draft; returns when its scripts have taken hold of it."""
    await screen.open(f"/licences/{licence_id}/edit")
    await screen.heading(FORM)
    await screen.page.wait_for_load_state("networkidle")


async def fill_in(page: Page, typed: Mapping[str, str]) -> None:
    """Type or choose in fields by their names."""
    for name, text in typed.items():
        place = field(page, name)
        if name.rpartition(".")[2] in CHOSEN:
            await place.select_option(text)
        else:
            if name.endswith("date") and not re.fullmatch(r"(\d{4}-\d\d-\d\d)?", text):
                await place.evaluate(AS_TEXT)
            await place.fill(text)


async def holds(page: Page, typed: Mapping[str, str]) -> None:
    """Every field says what was typed into it."""
    for name, text in typed.items():
        await expect(field(page, name)).to_have_value(text)


async def send(screen: Screen, button: str, within: str = "main", patience: float = 15_000) -> None:
    """Press a button and wait (milliseconds) for the page it leads to; once that is loaded, its scripts have begun."""
    async with screen.page.expect_navigation(timeout=patience):
        await screen.press(button, within)


async def follow(screen: Screen, link: str) -> None:
    """Follow a link of the page to where it leads."""
    async with screen.page.expect_navigation():
        await screen.page.get_by_role("main").get_by_role("link", name=link, exact=True).click()


async def says(page: Page, name: str, words: str, box: str = "") -> None:
    """The words stand beside the field, in this box, and belong to the field for who cannot see where they stand."""
    place = field(page, name)
    await expect(message(page, name)).to_contain_text(words)
    await expect(place).to_have_attribute("aria-invalid", "true")
    await expect(place).to_have_attribute("aria-describedby", re.compile(rf"(^| )f-{re.escape(name)}-error( |$)"))
    if box:
        assert await place.evaluate(BOX) == box, name


async def is_right(page: Page, name: str) -> None:
    """Nothing is said against a field any more."""
    await expect(message(page, name)).to_have_count(0)
    await expect(field(page, name)).not_to_have_attribute("aria-invalid", "true")


async def choose_files(page: Page, box: int, *files: FilePayload) -> None:
    """Choose files for a box, and wait until each is there: a script sends them at once."""
    await page.locator(f'[id="f-attachments.box{box}"]').set_input_files(files)
    for file in files:
        await expect(attached(page, box, file["name"])).to_be_visible()


def attached(page: Page, box: int, name: str) -> Locator:
    """The file of this name in the list of a box."""
    link = page.get_by_role("link", name=name, exact=True)
    return page.locator(f"#files-{box} .file").filter(has=link)
