"""Facts that notifications tells: what became of each message to each recipient. No address travels here."""

from typing import Literal
from uuid import UUID

from shared.contracts.event import Event


class DeliveryEvent(Event):
    """About one message to one recipient. `about` is the id of the thing the message was about."""

    topic = "notifications.deliveries"
    delivery_id: UUID
    kind: str
    about: UUID
    channel: Literal["mail"] = "mail"
    attempts: int

    @property
    def key(self) -> str:
        return str(self.delivery_id)


class NotificationSent(DeliveryEvent):
    """The mail server took the message."""

    wire_name = "eu.flegt.notifications.notification-sent.v1"


class NotificationFailed(DeliveryEvent):
    """The message could not be delivered and will not be tried again by itself."""

    wire_name = "eu.flegt.notifications.notification-failed.v1"
    error: str
