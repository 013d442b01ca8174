"""What officers and customs do on validation's pages, by the words they read and the keys they press."""

from typing import Any

from playwright.async_api import Locator, expect

from shared.testing.waiting import until
from tests.browser.barriers import no_barriers
from tests.browser.screen import Screen

MOST_PRESSES = 80
"""Presses of a key that lead through every box, or from an open form to its button."""


def number_of(licence: dict[str, Any]) -> str:
    return str(licence["boxes"]["licence_number"])


async def open_case(
    screen: Screen, licence: dict[str, Any], *words: str, at: str = "/validation/cases?tab=all"
) -> None:
    """Find a licence in a list by its number, with these words in its row, and open it."""
    number = number_of(licence)
    row = await screen.row(f"{at}{'&' if '?' in at else '?'}number={number}", number, *words)
    await row.get_by_role("link", name=number, exact=True).click()
    await screen.heading(number)
    await screen.page.wait_for_load_state("networkidle")  # its scripts have taken hold of it


async def looked_at(screen: Screen, state: str) -> None:
    """Nothing on this page keeps anybody out. It is loaded anew, since looking opens all that is folded."""
    await no_barriers(screen, state)
    await screen.page.reload()
    await screen.page.wait_for_load_state("networkidle")


async def unfold(screen: Screen, act: str) -> Locator:
    """Open the form of an act."""
    folded = screen.page.locator("details.confirm").filter(has=screen.page.locator("summary", has_text=act))
    await folded.locator("summary").first.click()
    await expect(folded).to_have_attribute("open", "")
    return folded


async def told(screen: Screen, words: str) -> None:
    """Wait until this stands on the page."""
    await expect(screen.page.get_by_role("main").get_by_text(words).first).to_be_visible()


async def sees(screen: Screen, address: str, words: str) -> None:
    """Open a page again and again until these words stand on it."""

    async def shown() -> bool:
        await screen.open(address)
        return words in await screen.page.get_by_role("main").inner_text()

    await until(shown, within=30, what=f"{words!r} on {address}")


async def walk(screen: Screen, key: str, to: Locator) -> None:
    """Press a key until this has the focus."""
    for _press in range(MOST_PRESSES):
        if await to.evaluate("element => element === document.activeElement"):
            return
        await screen.page.keyboard.press(key)
    raise AssertionError(f"{key} never leads to {to}")


async def mark_as_differing(officer: Screen, box: str, letter: str, text: str) -> None:
    """By keyboard: walk to the box, choose the only reason that begins with this letter, say more, send it."""
    keyboard, here = officer.page.keyboard, officer.page.locator(f"#box-{box}")
    await walk(officer, "j", here)
    await keyboard.press("d")
    await expect(here.locator("select")).to_be_focused()
    await keyboard.press(letter)
    await keyboard.press("Tab")
    await keyboard.type(text)
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(here).to_contain_text(text)
    await expect(here).not_to_be_focused()
