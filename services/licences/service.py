"""This service: what every service is, and the store of attachments that it alone writes."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from services.licences.consumers import listener
from services.licences.settings import Settings
from shared.attachments.files import Files
from shared.service import Service
from shared.work import Clock, utc_now


class Licences(Service):
    """What pages, API and consumers reach everything through."""

    settings: Settings

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        super().__init__("licences", settings, folder=Path(__file__).parent, listener=listener, clock=clock)
        self.files = Files(settings)

    async def close(self) -> None:
        """End the process that opens files too."""
        self.files.close()
        await super().close()


def _service(request: Request) -> Licences:
    service: Licences = request.app.state.service
    return service


InService = Annotated[Licences, Depends(_service)]
