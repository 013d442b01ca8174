"""The services whose use cases enter the data, connected to their databases; and waiting until facts have travelled."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from services.identity.main import create_service as create_identity
from services.identity.service import Identity
from services.identity.settings import Settings as IdentitySettings
from services.licences.main import create_service as create_licences
from services.licences.service import Licences
from services.licences.settings import Settings as LicencesSettings
from services.validation.main import create_service as create_validation
from services.validation.service import Validation
from services.validation.settings import Settings as ValidationSettings
from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
LONGEST_WAIT = 180.0


@dataclass(frozen=True)
class Stage:
    """The three services that people enter something into."""

    identity: Identity
    licences: Licences
    validation: Validation


@asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Connect to the databases named by IDENTITY_DATABASE_URL, LICENCES_… and VALIDATION_…; nothing else runs."""
    stage = Stage(
        create_identity(_settings(IdentitySettings, "identity")),
        create_licences(_settings(LicencesSettings, "licences")),
        create_validation(_settings(ValidationSettings, "validation")),
    )
    async with AsyncExitStack() as stack:
        for service in (stage.identity, stage.licences, stage.validation):
            await service.open()
            stack.push_async_callback(service.close)
        yield stage


def _settings(kind: type[S], name: str) -> S:
    return kind.model_validate({**kind().model_dump(), "database_url": os.environ[f"{name.upper()}_DATABASE_URL"]})


async def until(condition: Callable[[], Awaitable[bool]], what: str = "") -> None:
    """Wait for facts to travel from one service to another, and say that they did."""
    async with asyncio.timeout(LONGEST_WAIT):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.1)
    if what:
        print(f"  {what}", flush=True)  # noqa: T201 - progress for the person who waits
