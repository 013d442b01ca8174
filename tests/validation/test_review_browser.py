"""The review in a real browser: compared box by box with the keyboard alone, at every width."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from deploy.local.databases import Databases
from services.validation import storage, use_cases
from services.validation.main import build
from services.validation.service import Validation
from services.validation.settings import Settings
from shared.person import Person
from shared.testing.apps import opened as connected
from shared.testing.people import Issuer, know, msca_role, person
from shared.testing.settings import settings_for
from tests.validation.examples import NOW, boxes, flag, licence, line, opened
from tests.validation.scans import scan

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = os.environ.get("REVIEW_PICTURES")
"""A folder in which to leave pictures of the pages, for people to look at."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: set CHROMIUM to its path"),
]


@dataclass(frozen=True)
class Running:
    """The service behind a server, and an officer whose cookies a browser carries."""

    service: Validation
    address: str
    officer: Person
    cookies: dict[str, str]


@pytest.fixture(scope="module")
async def running(
    postgres: Databases,
    copy_of: Callable[[str], Awaitable[str]],
    issuer: Issuer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Running]:
    name = await copy_of("validation")
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = settings_for(
        Settings,
        postgres.url(name, role="validation"),
        attachments_dir=tmp_path_factory.mktemp("attachments"),
        **issuer.settings,
    )
    officer = person("Olivia Officer", msca_role("BE"))
    async with connected(build(settings, clock=lambda: NOW)) as app:
        service: Validation = app.state.service
        async with service.work() as work:
            await know(work.db, officer)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield Running(service, address, officer, issuer.cookies(officer))
        server.should_exit = True
        await serving
    await postgres.drop_database(name)


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def context(chromium: Browser, running: Running) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(15_000)
    await context.add_cookies([{"name": n, "value": v, "url": running.address} for n, v in running.cookies.items()])
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


async def a_case(running: Running) -> UUID:
    """A licence with two lines, a scan of two pages, and something to look at."""
    goods = [line(), line(description="Garden furniture of teak", commodity_code="94036000", volume_m3=Decimal("2.4"))]
    scans = [await scan(running.service, pages=2)]
    return await opened(
        running.service,
        licence(boxes=boxes(commodities=goods), attachments=scans, flags=[flag("The weight is unusual.", 15)]),
    )


async def test_an_officer_compares_every_box_and_validates_with_the_keyboard_alone(
    running: Running, page: Page
) -> None:
    case_id = await a_case(running)
    failed: list[str] = []
    page.on("console", lambda message: failed.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: failed.append(str(error)))
    await page.goto(f"{running.address}/validation/cases/{case_id}")
    await page.keyboard.press("j")
    await expect(page.locator("#box-1-0")).to_be_focused()
    await page.keyboard.press("c")
    await expect(page.locator("#box-2-0")).to_be_focused()
    await expect(page.locator("#box-1-0")).to_contain_text("Agrees")
    await page.keyboard.press("j")
    await page.keyboard.press("d")
    await page.keyboard.press("Escape")
    await expect(page.locator("#box-3-0")).to_be_focused()
    await page.keyboard.press("d")
    await page.keyboard.press("Tab")
    await page.keyboard.type("cited as d and c, letters that are no commands here")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#box-3-0")).to_contain_text("Choose what is wrong with it.")
    reason = page.locator("#mark-3-0-reason_code")
    while await reason.input_value() != "SUSPECTED_FORGERY":
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#box-4-0")).to_be_focused()
    await expect(page.locator("#box-3-0")).to_contain_text("The licence may be forged: cited as d")
    await expect(page.locator(".at-a-glance [data-marked]")).to_have_text("2")
    async with running.service.work() as work:
        marks = await storage.marks_of(work.db, case_id)
    assert [(m.box, m.finding, m.reason_code) for m in marks] == [
        (1, "checked", ""), (3, "differs", "SUSPECTED_FORGERY")
    ]  # fmt: skip
    await page.keyboard.press("k")
    await page.keyboard.press("u")
    await expect(page.locator(".at-a-glance [data-marked]")).to_have_text("1")
    await page.keyboard.press("v")
    await page.keyboard.type("Compared by keyboard.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The licence is validated.")).to_be_visible()
    assert failed == []


async def test_keys_that_are_switched_off_do_nothing(running: Running, page: Page) -> None:
    await page.goto(f"{running.address}/validation/cases/{await a_case(running)}")
    await page.get_by_text("Keyboard", exact=True).click()
    await page.get_by_label("Keys work on this page").uncheck()
    await page.reload()
    await page.keyboard.press("j")
    await expect(page.locator("#box-1-0")).not_to_be_focused()


async def test_marks_and_acts_work_without_javascript(chromium: Browser, running: Running) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    await context.add_cookies([{"name": n, "value": v, "url": running.address} for n, v in running.cookies.items()])
    page = await context.new_page()
    await page.goto(f"{running.address}/validation/cases/{await a_case(running)}")
    await page.get_by_role("button", name=re.compile("Agrees.*Licence number")).click()
    await expect(page.locator("#box-3-0")).to_contain_text("Olivia Officer")
    await page.get_by_role("link", name="Differs… Date of expiry").click()
    await page.locator("#mark-4-0-reason_code").select_option("FORMAT")
    await page.get_by_role("button", name="Mark as differing").click()
    await expect(page.locator("#box-4-0")).to_contain_text("does not have the prescribed form")
    await page.locator(".decision-bar").get_by_role("link", name="Ask…").click()
    await page.get_by_label("Question").fill("Which invoice?")
    await page.get_by_role("button", name="Ask the importer").click()
    await expect(page.locator("#questions")).to_contain_text("Which invoice?")
    await context.close()


@pytest.mark.parametrize("width", [390, 1000, 1280, 1440])
async def test_the_review_fits_every_screen(running: Running, page: Page, width: int) -> None:
    case_id = await a_case(running)
    async with running.service.work() as work:
        await use_cases.mark_box(work, running.officer, case_id, (1, 0), finding="checked")
        await use_cases.mark_box(
            work,
            running.officer,
            case_id,
            (10, 2),
            finding="differs",
            reason_code="HS_MISMATCH",
            text="The scan: 9401.",
        )
        await use_cases.open_verification(
            work, running.officer, case_id, kind="query", sent_on=NOW.date(), text="Is Box 10 right?"
        )
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(f"{running.address}/validation/cases/{case_id}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    scan_box = await page.locator("#scan").bounding_box()
    fields = await page.locator(".review__fields").bounding_box()
    assert scan_box
    assert fields
    assert (fields["x"] > scan_box["x"]) is (width >= 1000)
    await expect(page.locator(".decision-bar")).to_be_in_viewport()
    addresses = {
        "review": "",
        "return": "?act=return",
        "box": "/boxes/11-1",
        "letter": f"/verifications/{(await _case(running, case_id)).verifications[0].id}/letter",
    }
    for name, rest in addresses.items():
        await page.goto(f"{running.address}/validation/cases/{case_id}{rest}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
        if width == 1280:
            await without_barriers(page)
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=name != "review")


async def test_the_counts_of_the_queue_are_live_also_after_the_service_was_away(running: Running, page: Page) -> None:
    """The page's own clock is moved on, so that nobody waits for it."""
    await page.clock.install()
    await page.goto(f"{running.address}/validation/cases?tab=new")
    count = page.locator("[data-count=new]")
    at_first = int(await count.inner_text())
    await a_case(running)
    await page.clock.fast_forward(16_000)
    await expect(count).to_have_text(str(at_first + 1), timeout=60_000)
    await expect(page.get_by_text("This list has changed.")).to_be_visible()
    await page.route("**/api/v1/queue", lambda route: route.fulfill(status=503))
    await a_case(running)
    async with page.expect_console_message(lambda said: said.text == "503", timeout=60_000):
        await page.clock.fast_forward(16_000)
    await expect(count).to_have_text(str(at_first + 1))
    await page.unroute("**/api/v1/queue")
    await page.clock.fast_forward(31_000)
    await expect(count).to_have_text(str(at_first + 2), timeout=60_000)


async def without_barriers(page: Page) -> None:
    """The rules of WCAG that a machine can check hold, with every form open."""
    await page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    results = await Axe().run(page)
    found = [(broken["id"], broken["nodes"][0]["target"]) for broken in results.response["violations"]]
    assert found == [], page.url


async def _case(running: Running, case_id: UUID) -> storage.StoredCase:
    async with running.service.work() as work:
        found = await storage.find(work.db, case_id)
    assert found is not None
    return found
