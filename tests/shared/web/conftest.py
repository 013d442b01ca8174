from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from shared.web import i18n
from tests.shared.web.sample import ANNA, browser, make_app


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with i18n.using("en"):
        yield


@pytest.fixture
async def visitor() -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in."""
    async with browser(make_app()) as client:
        yield client


@pytest.fixture
async def anna() -> AsyncIterator[httpx.AsyncClient]:
    """The browser of an importer who also works for an authority."""
    async with browser(make_app(ANNA)) as client:
        yield client
