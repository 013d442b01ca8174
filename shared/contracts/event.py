"""What every event has in common, and the CloudEvents envelope it travels in."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

Quantity = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""A measure with at most three decimals: exact in code, a plain number in JSON."""


class Contract(BaseModel):
    """A part of an event. Unknown fields are ignored, so that owners may add optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Contract):
    """A fact. Subclasses name themselves on the wire and say on which topic they travel."""

    wire_name: ClassVar[str]
    topic: ClassVar[str]

    @property
    def key(self) -> str:
        """The id of the thing the fact is about: facts with one key keep their order."""
        raise NotImplementedError

    @classmethod
    def owner(cls) -> str:
        """The service that tells this fact."""
        return cls.wire_name.split(".")[2]


class Envelope(NamedTuple):
    """The CloudEvents 1.0 attributes of one message (binary mode: Kafka headers with `ce_`)."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    traceparent: str | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "Envelope":
        """Read the headers of a message. Raises KeyError or ValueError when it is no CloudEvent."""
        return cls(
            id=UUID(headers["ce_id"]),
            type=headers["ce_type"],
            source=headers["ce_source"],
            subject=headers["ce_subject"],
            time=datetime.fromisoformat(headers["ce_time"]),
            traceparent=headers.get("traceparent"),
        )
