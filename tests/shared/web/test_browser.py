"""The pages in a real browser: at every width, without JavaScript, and with its small comforts."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from playwright.async_api import Browser, Dialog, Page, async_playwright, expect

from tests.shared.web.sample import ANNA, Settings, make_app

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PAGES = ["form", "list", "review", "refused"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: set CHROMIUM to its path"),
]


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    settings = Settings(origin=f"http://127.0.0.1:{listening.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(make_app(ANNA, settings), log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield settings.origin
    server.should_exit = True
    await serving


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context()
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize("width", [320, 768, 1280, 1600])
async def test_no_page_is_wider_than_the_screen_and_none_breaks_its_own_policy(page: Page, address: str, width: int):
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if "Content Security" in message.text else None)
    await page.set_viewport_size({"width": width, "height": 800})

    for name in PAGES:
        await page.goto(f"{address}/sample/{name}")
        await page.locator(".menu--right summary").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, name

    assert violations == []


async def test_everything_works_without_javascript(chromium: Browser, address: str):
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{address}/sample/form")

    await page.get_by_text("Certificate", exact=True).click()
    await expect(page.get_by_role("link", name="FLEGT", exact=True)).to_be_visible()
    await page.get_by_label("Licence number").fill("26.1")
    await page.get_by_role("button", name="Save draft").click()

    await expect(page.get_by_role("status")).to_have_text("Licence 26.1 is saved.")
    await context.close()


async def test_the_error_summary_has_the_focus_and_leads_to_the_field(page: Page, address: str):
    await page.goto(f"{address}/sample/form")
    await page.get_by_label("Licence number").fill("")
    await page.get_by_role("button", name="Continue to submission").click()

    await expect(page.locator(".error-summary")).to_be_focused()
    await page.get_by_role("link", name="Enter the licence number").click()

    await expect(page.get_by_label("Licence number")).to_be_focused()


async def test_what_cannot_be_undone_is_sent_only_after_a_yes(page: Page, address: str):
    sent: list[str] = []
    questions: list[str] = []

    async def say_no(dialog: Dialog) -> None:
        questions.append(dialog.message)
        await dialog.dismiss()

    page.on("dialog", say_no)
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.goto(f"{address}/sample/review")

    await page.get_by_role("button", name="Validate").click()

    assert questions == ["Validate this licence?"]
    assert sent == []


async def test_the_inbox_shows_how_much_is_unread(page: Page, address: str):
    await page.route("**/notifications/api/v1/unread", lambda route: route.fulfill(json={"unread": 3}))

    await page.goto(f"{address}/sample/list")

    await expect(page.get_by_role("link", name="Inbox")).to_have_text("Inbox 3")


async def test_a_menu_closes_with_escape_and_gives_the_focus_back(page: Page, address: str):
    await page.goto(f"{address}/sample/list")
    await page.get_by_text("Certificate", exact=True).click()
    await expect(page.get_by_role("link", name="FLEGT", exact=True)).to_be_visible()

    await page.keyboard.press("Escape")

    await expect(page.get_by_role("link", name="FLEGT", exact=True)).to_be_hidden()
    await expect(page.get_by_text("Certificate", exact=True)).to_be_focused()
