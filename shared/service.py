"""One service, assembled: settings, database, relay, hearing, pages. Every service is built the same way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, FastAPI, Request

from shared import background, health, housekeeping, operations, roles, telemetry
from shared.asyncapi import asyncapi_document
from shared.authentication import Authentication, Keys, RemoteKeys
from shared.database import connect_pool, migrate
from shared.http import Observation, answer_in_words, fault_answer
from shared.messaging import Hearing, Listener
from shared.person import Role
from shared.relay import Relay
from shared.settings import ServiceSettings
from shared.subscription import Subscription
from shared.telemetry import log
from shared.web.pages import Pages
from shared.web.security import Security
from shared.work import Clock, Work, open_work, utc_now

logger = log("service")


class Service:
    """What pages, API and consumers of one service reach everything through. Subclass it to add parts of one's own."""

    def __init__(
        self, name: str, settings: ServiceSettings, *, folder: Path, listener: Listener, clock: Clock = utc_now
    ) -> None:
        self.name = name
        self.settings = settings
        self.folder = folder
        self.clock = clock
        self.pages = Pages(name, folder / "templates")
        self.hearing = Hearing(listener, group=settings.kafka_group or name, open_work=self.work)
        self.relay = Relay(name, settings, clock)
        self.subscription = Subscription(settings, self.hearing)
        self.was_ready = False
        self._pool: asyncpg.Pool | None = None

    def work(self, *, at: datetime | None = None) -> AbstractAsyncContextManager[Work]:
        """One transaction. `at` sets the time of everything in it (demonstration data lies in the past)."""
        if self._pool is None:
            raise RuntimeError("the service has not been started")
        return open_work(self._pool, now=at or self.clock(), wait_seconds=self.settings.database_wait_seconds)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for one single read: no transaction around it, so no extra round trips."""
        if self._pool is None:
            raise RuntimeError("the service has not been started")
        async with self._pool.acquire(timeout=self.settings.database_wait_seconds) as db:
            yield db

    def keys(self) -> Keys:
        """Where public keys come from; identity uses its own."""
        return RemoteKeys(self.settings.keys_url)

    async def roles_of(self, account_id: UUID) -> tuple[Role, ...]:
        """The roles this service knows of; identity looks into its own tables."""
        async with self.reading() as db:
            return await roles.roles_of(db, account_id, at=self.clock())

    async def open(self) -> None:
        """Bring the schema up to date and connect to the database."""
        await migrate(str(self.settings.database_url), self.folder / "migrations")
        self._pool = await connect_pool(
            str(self.settings.database_url),
            connections=self.settings.database_connections,
            wait_seconds=self.settings.database_wait_seconds,
        )

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            async with asyncio.timeout(10):
                await self._pool.close()

    async def run_beside(self) -> None:
        """Work of one's own that runs as long as the service does, such as sending mails. None by default."""

    def app(self, *routers: APIRouter) -> FastAPI:
        """The ASGI application: these routes, and what every service answers."""
        telemetry.start(self.name, self.settings)
        app = FastAPI(
            title=f"FLEGT {self.name}",
            version="1",
            openapi_url=f"/{self.name}/openapi.json",
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
            telemetry={"tracing": False},  # Observation traces each request, under the id that people are shown
        )
        app.state.service, app.state.settings, app.state.pages = self, self.settings, self.pages
        for router in (*routers, health.router(self.name), operations.router(self.name)):
            app.include_router(router)
        self.pages.install(app)

        @app.get(f"/{self.name}/asyncapi.json", include_in_schema=False)
        async def asyncapi(_request: Request) -> dict[str, Any]:
            return asyncapi_document(self.name)

        answer_in_words(app)
        app.add_middleware(
            Authentication, keys=self.keys(), issuer=self.settings.origin, leeway=self.settings.token_leeway_seconds
        )
        app.add_middleware(Observation, fault=fault_answer)
        app.add_middleware(Security, cookie_secure=self.settings.cookie_secure)
        return app

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        await self.open()
        tasks = [
            asyncio.create_task(job, name=name)
            for name, job in {
                "relay": self.relay.run(),
                "hear": self.subscription.run(),
                "housekeeping": housekeeping.run(self),
                "beside": self.run_beside(),
            }.items()
        ]
        for task in tasks:
            task.add_done_callback(_end_loudly)
        try:
            yield
        finally:
            await background.stop(*tasks)
            await self.close()


def _end_loudly(task: asyncio.Task[None]) -> None:
    """A background task that dies takes the process with it: whoever runs it starts it again and sees why."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("task_died", task=task.get_name(), error=repr(error), exc_info=error)
        asyncio.get_running_loop().call_soon(_stop_process)


def _stop_process() -> None:
    raise SystemExit(1)
