"""The AsyncAPI 3 document of a service, made from the contracts: what it tells, what it hears, and how it travels."""

from collections.abc import Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.contracts import HEARS, Event, all_events, dead_letter_topic

_BINDING = {"bindingVersion": "0.5.0"}
_ABOUT = """\
Facts travel as CloudEvents 1.0 in binary mode: attributes as Kafka headers `ce_…`, the body as JSON.
A message is keyed by the id of the thing it is about, so facts about one thing keep their order.
The same event may come more than once: its `ce_id` tells. Fields that you do not know are to be ignored.\
"""


def asyncapi_document(service: str) -> dict[str, Any]:
    """All topics a service writes or reads, with the events on them."""
    told = [event for event in all_events() if event.owner() == service]
    heard = [event for event in all_events() if event.topic in HEARS[service]]
    events = sorted({*told, *heard}, key=lambda event: event.wire_name)
    payloads, definitions = models_json_schema(
        [(event, "serialization") for event in events], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"FLEGT {service}",
            "version": "1",
            "description": _ABOUT,
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "channels": {
            topic: _channel(topic, [event for event in events if event.topic == topic])
            for topic in sorted({event.topic for event in events})
        },
        "operations": _operations(service, told, heard),
        "components": {
            "messages": {event.wire_name: _message(event, payloads[event, "serialization"]) for event in events},
            "schemas": {"CloudEventHeaders": _HEADERS, **definitions.get("$defs", {})},
        },
    }


def _channel(topic: str, events: Sequence[type[Event]]) -> dict[str, Any]:
    return {
        "address": topic,
        "messages": {event.wire_name: {"$ref": f"#/components/messages/{event.wire_name}"} for event in events},
        "bindings": {"kafka": {"topic": topic, **_BINDING}},
    }


def _operations(service: str, told: Sequence[type[Event]], heard: Sequence[type[Event]]) -> dict[str, Any]:
    sends = {f"tell.{topic}": _operation("send", topic, told) for topic in sorted({e.topic for e in told})}
    receives = {f"hear.{topic}": _hearing(service, topic, heard) for topic in sorted({e.topic for e in heard})}
    return sends | receives


def _operation(action: str, topic: str, events: Sequence[type[Event]]) -> dict[str, Any]:
    channel = f"#/channels/{topic}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.wire_name}"} for event in events if event.topic == topic],
    }


def _hearing(service: str, topic: str, events: Sequence[type[Event]]) -> dict[str, Any]:
    parked = f"What cannot be handled is parked, and put on `{dead_letter_topic(topic, service)}`."
    group = {"type": "string", "const": service}
    return _operation("receive", topic, events) | {
        "description": parked,
        "bindings": {"kafka": {"groupId": group, **_BINDING}},
    }


def _message(event: type[Event], payload: dict[str, Any]) -> dict[str, Any]:
    summary, _, more = (event.__doc__ or "").strip().partition("\n")
    return {
        "name": event.wire_name,
        "title": event.__name__,
        "summary": summary,
        **({"description": " ".join(more.split())} if more.strip() else {}),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEventHeaders"},
                {"properties": {"ce_type": {"const": event.wire_name}, "ce_source": {"const": event.owner()}}},
            ]
        },
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, **_BINDING}},
    }


_HEADERS = {
    "title": "CloudEventHeaders",
    "description": "CloudEvents 1.0 attributes and the W3C trace context, each a Kafka header in UTF-8.",
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "The same however often the event is sent."},
        "ce_source": {"type": "string", "description": "The service that tells the fact."},
        "ce_type": {"type": "string", "description": "The wire name with its version."},
        "ce_subject": {"type": "string", "format": "uuid", "description": "The thing the fact is about; the key."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string", "description": "In which request or message the fact became true."},
    },
}
