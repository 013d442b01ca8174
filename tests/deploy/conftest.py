"""The launcher is tried with stand-ins for the services: small programs that answer like them."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.postgres import Postgres
from deploy.local.product import Product

STAND_IN = str(Path(__file__).with_name("stand_in.py"))


class StandInProduct(Product):
    def service_command(self, name: str) -> list[str]:
        return [sys.executable, STAND_IN, name]


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
