"""The events of the product, one module per owner. Only the owner creates its events."""

from collections.abc import Iterator

from shared.contracts import identity, licences, notifications, validation
from shared.contracts.event import Contract, Envelope, Event

__all__ = [
    "HEARS",
    "Contract",
    "Envelope",
    "Event",
    "all_events",
    "dead_letter_topic",
    "dead_letter_topics",
    "event_types",
    "topics",
    "topics_of",
]


def _leaves(kind: type[Event]) -> Iterator[type[Event]]:
    subclasses = kind.__subclasses__()
    if not subclasses:
        yield kind
    for subclass in subclasses:
        yield from _leaves(subclass)


def all_events() -> list[type[Event]]:
    """Every event type of the four owners, by wire name."""
    modules = {identity.__name__, licences.__name__, validation.__name__, notifications.__name__}
    return sorted((event for event in _leaves(Event) if event.__module__ in modules), key=lambda e: e.wire_name)


def event_types() -> dict[str, type[Event]]:
    """Wire name to event type."""
    return {event.wire_name: event for event in all_events()}


HEARS: dict[str, tuple[str, ...]] = {
    "identity": (),
    "licences": (
        "identity.accounts",
        "identity.authorities",
        "identity.operators",
        "identity.roles",
        "validation.cases",
    ),
    "validation": (
        "identity.accounts",
        "identity.authorities",
        "identity.roles",
        "licences.licences",
        "validation.cases",
    ),
    "notifications": (
        "identity.accounts",
        "identity.authorities",
        "identity.mails",
        "identity.operators",
        "identity.roles",
        "licences.licences",
        "validation.cases",
    ),
}
"""Which service listens to which topics."""


def dead_letter_topic(topic: str, group: str) -> str:
    """Where a group puts what it could not handle."""
    return f"{topic}.{group}.dead"


def topics() -> list[str]:
    """Every topic of the product, dead letters included: what a broker must have before anyone connects."""
    told = {event.topic for event in all_events()}
    dead = {dead_letter_topic(topic, group) for group, heard in HEARS.items() for topic in heard}
    return sorted(told | dead)


def dead_letter_topics(service: str, group: str) -> list[str]:
    """Where a group of listeners of this service puts what it could not handle: an authority cell has its own."""
    return [dead_letter_topic(topic, group) for topic in HEARS[service]]


def topics_of(owner: str) -> list[str]:
    """The topics that one service writes."""
    return sorted({event.topic for event in all_events() if event.owner() == owner})
