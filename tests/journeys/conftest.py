"""One running product for all journeys, and the people in them."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.product import Product
from tests.journeys.people import Cast, gather_cast
from tests.journeys.stage import started


@pytest.fixture(scope="session")
async def product(backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """Every service as its own process."""
    async with started(tmp_path_factory.mktemp("product"), backend) as running:
        yield running


@pytest.fixture(scope="session")
async def cast(product: Product) -> AsyncIterator[Cast]:
    """Everybody one licence needs, with their roles."""
    people = await gather_cast(product)
    yield people
    await people.close()
