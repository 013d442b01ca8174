"""The service itself: what every service has, and the attachments that this one may read."""

import asyncio
from pathlib import Path

from services.validation.consumers import listener_for
from services.validation.settings import Settings
from services.validation.use_cases.assessing import assess_waiting
from services.validation.use_cases.reminding import remind_overdue
from services.validation.use_cases.serving import begin_to_serve
from shared import background
from shared.attachments.files import Files
from shared.service import Service
from shared.work import Clock, utc_now

SECONDS_BETWEEN_LOOKS = 2
SECONDS_BETWEEN_ROUNDS = 60


class Validation(Service):
    """Validation for all Member States, or for those in its settings."""

    settings: Settings

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        listener = listener_for(settings.served)
        super().__init__("validation", settings, folder=Path(__file__).parent, listener=listener, clock=clock)
        self.files = Files(settings)

    async def open(self) -> None:
        """Let go of cases in Member States that another cell serves from now on. Raises NotHeard."""
        await super().open()
        async with self.work() as work:
            await begin_to_serve(work, self.settings.served)

    async def run_beside(self) -> None:
        """Work out risks soon after cases are opened, and remind of what stands for too long."""
        async with asyncio.TaskGroup() as group:
            group.create_task(background.every(SECONDS_BETWEEN_LOOKS, self.assess_new))
            group.create_task(background.every(SECONDS_BETWEEN_ROUNDS, self.remind))

    async def assess_new(self) -> None:
        """Assess every case that has to be, some at a time."""
        key, found = self.settings.sampling_key.get_secret_value().encode(), 1
        while found:
            async with self.work() as work:
                found = await assess_waiting(work, countries=self.settings.served, key=key)

    async def remind(self) -> None:
        """Tell of every case whose time is over, some at a time."""
        found = 1
        while found:
            async with self.work() as work:
                found = await remind_overdue(work, countries=self.settings.served)

    async def close(self) -> None:
        """End the process that opens files too."""
        self.files.close()
        await super().close()
