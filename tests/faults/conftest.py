"""A product of its own for the tests that kill parts of it."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.product import Product
from tests.journeys.people import Cast, gather_cast
from tests.journeys.stage import started


@pytest.fixture(scope="module")
async def product(backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """Every test leaves it running as it found it."""
    async with started(tmp_path_factory.mktemp("product"), backend) as running:
        yield running


@pytest.fixture(scope="module")
async def cast(product: Product) -> AsyncIterator[Cast]:
    people = await gather_cast(product)
    yield people
    await people.close()
