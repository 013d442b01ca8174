"""This service: what every service is, and the store of attachments that it alone writes."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from services.licences import use_cases
from services.licences.consumers import listener
from services.licences.settings import Settings
from shared import background
from shared.attachments.files import Files
from shared.ids import new_id
from shared.service import Service
from shared.work import Clock, utc_now

HEARING_NOTED_SECONDS = 15


class Licences(Service):
    """What pages, API and consumers reach everything through."""

    settings: Settings

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        super().__init__("licences", settings, folder=Path(__file__).parent, listener=listener, clock=clock)
        self.files = Files(settings)
        self.member = new_id()

    async def run_beside(self) -> None:
        """Say now and then how far this process is with hearing, for the lists that every process shows; and enter the
        licences of files that were sent."""
        async with asyncio.TaskGroup() as together:
            together.create_task(background.every(HEARING_NOTED_SECONDS, self._note_hearing))
            together.create_task(background.every(self.settings.bulk_poll_seconds, self._enter_bulk))

    async def _note_hearing(self) -> None:
        async with self.work() as work:
            await use_cases.note_hearing(work, self.member, behind_seconds=self.subscription.behind_seconds)

    async def _enter_bulk(self) -> None:
        """Until nothing waits: so many licences in each transaction."""
        is_more = True
        while is_more:
            async with self.work() as work:
                is_more = await use_cases.enter_waiting(work, limit=self.settings.bulk_chunk)

    async def close(self) -> None:
        """End the process that opens files too."""
        self.files.close()
        await super().close()


async def _service(request: Request) -> Licences:
    service: Licences = request.app.state.service
    return service


InService = Annotated[Licences, Depends(_service)]
