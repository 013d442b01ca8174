"""The product as it runs: every service a process of its own, in front of it the gateway."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.processes import ROOT, python
from deploy.local.product import BROKERS, Product, service_of


@asynccontextmanager
async def started(directory: Path, backend: str, **identity: str) -> AsyncIterator[Product]:
    """The whole product on the broker of this test run, empty but for what identity loads by itself.

    `identity` are settings of that service, beside those of every product.
    """
    if backend not in BROKERS:
        pytest.skip(f"the product as processes runs on {' or '.join(BROKERS)}, not on {backend}")
    async with Product(directory, broker=backend, partitions=3, environment={"identity": identity}) as product:
        yield product


def browser_at(product: Product, **headers: str) -> httpx.AsyncClient:
    """A browser, or with other headers a program, with cookies of its own."""
    return httpx.AsyncClient(base_url=product.origin, trust_env=False, timeout=30, headers=headers)


async def mails_to(product: Product, address: str) -> list[dict[str, Any]]:
    """Every mail to this address, newest first; to anybody when there is none."""
    found: list[dict[str, Any]] = []
    async with browser_at(product, Accept="application/json") as client:
        after = ""
        while True:
            page = (await client.get("/mailbox", params={"to": address, "after": after})).raise_for_status().json()
            found += page["items"]
            if not page["next"]:
                return found
            after = page["next"]


async def ask(product: Product, service: str, query: str, *values: object) -> Any:
    """One value out of a service's database."""
    db = await asyncpg.connect(product.database_url(service))
    try:
        return await db.fetchval(query, *values)
    finally:
        await db.close()


async def command(product: Product, service: str, *words: str) -> str:
    """Run a service's command as an operator does; returns what it printed last."""
    settings = {**os.environ, **product.settings(service)}
    done = await asyncio.to_thread(
        subprocess.run,
        python(f"services.{service_of(service)}", *words),
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
