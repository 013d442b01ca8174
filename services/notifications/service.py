"""Notifications as a service: what every service has, and the postman beside it."""

from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from services.notifications.addressing import AddressBook
from services.notifications.consumers import listener
from services.notifications.mails import Writer
from services.notifications.postman import Postman
from services.notifications.settings import Settings
from shared.service import Service
from shared.work import Clock, utc_now


class Notifications(Service):
    """The service, with its postman beside it."""

    settings: Settings

    def __init__(self, settings: Settings, *, clock: Clock = utc_now) -> None:
        super().__init__("notifications", settings, folder=Path(__file__).parent, listener=listener, clock=clock)
        self.writer = Writer(
            self.pages.environment,
            origin=settings.origin,
            sender=settings.mail_from,
            support_mailbox=settings.support_mailbox,
            clock=clock,
        )
        self.postman = Postman(
            settings,
            open_work=self.work,
            writer=self.writer,
            address_book=AddressBook(
                settings.support_mailbox, settings.addressing_patience, settings.addressing_delay, settings.mail_lapse
            ),
        )

    async def run_beside(self) -> None:
        """Address messages and send mails."""
        await self.postman.run()


async def _of(request: Request) -> Notifications:
    service: Notifications = request.app.state.service
    return service


InService = Annotated[Notifications, Depends(_of)]
