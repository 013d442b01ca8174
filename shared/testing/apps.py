"""A service's application with its database, without a server process around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from shared.testing.settings import ORIGIN


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[FastAPI]:
    """The service connected to its database; neither relay nor hearing runs."""
    await app.state.service.open()
    try:
        yield app
    finally:
        await app.state.service.close()


def browser(app: FastAPI, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
    """A browser of its own in front of the application."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=ORIGIN, headers={"Accept": "text/html"}, timeout=30
    )
    for name, value in (cookies or {}).items():
        client.cookies.set(name, value, domain="testserver.local")
    return client
