"""One product, and the people in it, for all tests of this folder: starting it takes longer than most of them."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.product import Product
from tests.journeys.people import Cast, gather_cast
from tests.journeys.stage import started


@pytest.fixture(scope="package")
async def product(chromium_path: str, backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    directory = tmp_path_factory.mktemp("product")
    async with started(directory, backend, TOKEN_MINUTES="240") as running:  # the programs of all tests sign in once
        yield running


@pytest.fixture(scope="package")
async def cast(product: Product) -> AsyncIterator[Cast]:
    people = await gather_cast(product)
    yield people
    await people.close()
