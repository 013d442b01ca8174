"""A real browser in front of the running product."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from deploy.local.processes import ROOT
from deploy.local.product import Product
from tests.journeys.people import Cast, gather_cast
from tests.journeys.stage import started

expect.set_options(timeout=15_000)
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is. Without it these tests are skipped, or fail where REQUIRE_BROWSER=1 says that it must be."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        say = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        say("there is no Chromium here: install it, or set CHROMIUM to its path")
    return str(found)


@pytest.fixture(scope="module")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=options)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def product(chromium_path: str, backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with started(tmp_path_factory.mktemp("product"), backend) as running:
        yield running


@pytest.fixture(scope="module")
async def cast(product: Product) -> AsyncIterator[Cast]:
    people = await gather_cast(product)
    yield people
    await people.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where the screenshots of this run are kept."""
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder
