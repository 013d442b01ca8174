"""The service itself: what every service has, and the attachments that this one may read."""

from pathlib import Path

from services.validation.consumers import listener_for
from services.validation.settings import Settings
from services.validation.use_cases.serving import begin_to_serve
from shared.attachments.files import Files
from shared.service import Service
from shared.work import Clock, utc_now


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

    async def close(self) -> None:
        """End the process that opens files too."""
        self.files.close()
        await super().close()
