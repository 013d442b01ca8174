"""The JSON Schema of an event, as it is published, and which changes of it would break somebody.

Events live long: they are replayed from outboxes and read by listeners that are older or newer than their owner. So
one change keeps the version: a new optional field. Everything else is a new type beside the old one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts import Event

Schema = Mapping[str, Any]

_WORDS_ONLY = {"title", "description", "$id", "$schema", "$defs"}
_OBJECT = {"properties", "required"}


def schema_of(event: type[Event]) -> dict[str, Any]:
    """What stands in the body of this event, and on which topic it travels."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:flegt:{event.wire_name}",
        "x-topic": event.topic,
        **event.model_json_schema(mode="serialization"),
    }


def breaks(old: Schema, new: Schema) -> list[str]:
    """Why `new` may not take the place of `old`, one sentence per reason; empty when it may."""
    return list(_breaks("", _plain(old, old), _plain(new, new)))


def _plain(part: Any, whole: Schema) -> Any:
    """Every reference replaced by what it refers to, texts for people left out. Our contracts refer to no circle."""
    if isinstance(part, list):
        return [_plain(item, whole) for item in part]
    if not isinstance(part, Mapping):
        return part
    if (reference := part.get("$ref")) is not None:
        return _plain(whole["$defs"][reference.removeprefix("#/$defs/")], whole)
    plain = {word: _plain(value, whole) for word, value in part.items() if word not in _WORDS_ONLY}
    if "properties" in part:  # a field may itself be called "title"
        plain["properties"] = {name: _plain(value, whole) for name, value in part["properties"].items()}
    return plain


def _breaks(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if "properties" in old and "properties" in new:
            yield from _fields_break(place, old, new)
        for word in sorted((old.keys() | new.keys()) - _OBJECT):
            if word in old and word in new:
                yield from _breaks(f"{place}/{word}" if word in {"items", "anyOf"} else place, old[word], new[word])
            else:
                yield _changed(f"{place} ({word})", old.get(word, "nothing"), new.get(word, "nothing"))
        if ("properties" in old) != ("properties" in new):
            yield f"{place or '/'} is no longer the same kind of object"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for position, (was, is_now) in enumerate(zip(old, new, strict=True)):
            yield from _breaks(f"{place}/{position}", was, is_now)
    elif old != new:
        yield _changed(place, old, new)


def _fields_break(place: str, old: Schema, new: Schema) -> Iterator[str]:
    was, is_now = old["properties"], new["properties"]
    must, must_now = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(was.keys() - is_now.keys()):
        yield f"{place}/{name} was removed or renamed"
    for name in sorted(must_now - must):
        yield f"{place}/{name} is required now; events without it exist"
    for name in sorted((must - must_now) & is_now.keys()):
        yield f"{place}/{name} is optional now; listeners rely on it"
    for name in sorted(was.keys() & is_now.keys()):
        yield from _breaks(f"{place}/{name}", was[name], is_now[name])


def _changed(place: str, old: Any, new: Any) -> str:
    return f"{place or '/'} was {old!r} and is {new!r}"
