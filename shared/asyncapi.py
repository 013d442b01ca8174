"""The AsyncAPI 3 document of a service, made from the contracts: what it tells, what it hears, and how it travels."""

from typing import Any

from shared.contracts import HEARS, Event, all_events


def asyncapi_document(service: str) -> dict[str, Any]:
    """All topics a service writes or reads, with the events on them."""
    told = [event for event in all_events() if event.owner() == service]
    heard = [event for event in all_events() if event.topic in HEARS[service]]
    topics = sorted({event.topic for event in told + heard})
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"FLEGT {service}", "version": "1", "license": {"name": "EUPL-1.2"}},
        "defaultContentType": "application/json",
        "channels": {topic: _channel(topic, [e for e in all_events() if e.topic == topic]) for topic in topics},
        "operations": {
            **{f"tell {topic}": _operation("send", topic) for topic in sorted({e.topic for e in told})},
            **{f"hear {topic}": _operation("receive", topic) for topic in sorted({e.topic for e in heard})},
        },
        "components": {"messages": {event.wire_name: _message(event) for event in told + heard}},
    }


def _channel(topic: str, events: list[type[Event]]) -> dict[str, Any]:
    return {
        "address": topic,
        "messages": {e.wire_name: {"$ref": f"#/components/messages/{e.wire_name}"} for e in events},
    }


def _operation(action: str, topic: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{topic}"}}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.wire_name,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "payload": event.model_json_schema(mode="serialization"),
    }
