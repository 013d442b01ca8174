"""The launcher is tried with stand-ins for the services: small programs that answer like them."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from deploy.local.postgres import Postgres
from deploy.local.product import Product

STAND_IN = str(Path(__file__).with_name("stand_in.py"))


class StandInProduct(Product):
    def service_command(self, name: str) -> list[str]:
        return [sys.executable, STAND_IN, name]


async def eventually(condition: Callable[[], Awaitable[bool]], *, within: float = 15) -> None:
    """Wait for a condition; fail when it does not come true."""
    limit = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < limit, f"not true after {within} s"
        await asyncio.sleep(0.02)


@pytest.fixture(scope="session")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with StandInProduct(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest.fixture
async def browser(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.origin, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Postgres]:
    async with Postgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server
