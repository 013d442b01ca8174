"""Which changes of an event would break somebody: each kind is caught, and harmless ones are let through."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Literal

import pytest

from shared.contracts.event import Contract, Event, Quantity
from shared.contracts.schema import breaks, schema_of


class Part(Contract):
    """A nested part."""

    title: str
    count: int = 0


class Sample(Event):
    """An event as it was published."""

    wire_name = "eu.flegt.tests.sample-taken.v1"
    topic = "tests.samples"
    number: str
    kind: Literal["log", "plank"]
    volume_m3: Quantity | None = None
    part: Part
    parts: list[Part] = []
    remark: str = ""


PUBLISHED = schema_of(Sample)
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> dict[str, Any]:
    schema = deepcopy(PUBLISHED)
    change(schema)
    return schema


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"]
    return found


def nested(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"]["Part"]
    return found


HARMLESS: dict[str, Change] = {
    "nothing": lambda _: None,
    "a new optional field": lambda s: fields(s).update(colour={"type": "string", "default": ""}),
    "a new optional field of a part": lambda s: fields(nested(s)).update(colour={"type": "string", "default": ""}),
    "a new optional field that may be null": lambda s: fields(s).update(
        length={"anyOf": [{"type": "number"}, {"type": "null"}], "default": None}
    ),
    "other words for people": lambda s: s.update(description="Said better.", title="Better"),
    "other words for people at a field": lambda s: fields(s)["number"].update(description="Box 3"),
    "a part that is called otherwise in the code": lambda s: s.update(
        {
            "$defs": {"Piece": s["$defs"]["Part"]},
            "properties": fields(s)
            | {
                "part": {"$ref": "#/$defs/Piece"},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/Piece"}, "default": []},
            },
        }
    ),
}

BREAKING: dict[str, tuple[Change, str]] = {
    "a field removed": (lambda s: fields(s).pop("remark"), "/remark was removed or renamed"),
    "a field renamed": (lambda s: fields(s).update(note=fields(s).pop("remark")), "/remark was removed or renamed"),
    "a new required field": (
        lambda s: (fields(s).update(weight={"type": "number"}), s["required"].append("weight")),
        "/weight is required now; events without it exist",
    ),
    "an optional field made required": (
        lambda s: s["required"].append("remark"),
        "/remark is required now; events without it exist",
    ),
    "a required field made optional": (
        lambda s: s["required"].remove("number"),
        "/number is optional now; listeners rely on it",
    ),
    "another type": (lambda s: fields(s)["number"].update(type="integer"), "/number was 'string' and is 'integer'"),
    "a narrower text": (
        lambda s: fields(s)["number"].update(maxLength=20),
        "/number (maxLength) was 'nothing' and is 20",
    ),
    "a value fewer to choose": (
        lambda s: fields(s)["kind"].update(enum=["log"]),
        "/kind was ['log', 'plank'] and is ['log']",
    ),
    "a value more to choose, which older listeners refuse": (
        lambda s: fields(s)["kind"]["enum"].append("veneer"),
        "/kind was ['log', 'plank'] and is ['log', 'plank', 'veneer']",
    ),
    "null no longer allowed": (lambda s: fields(s)["volume_m3"]["anyOf"].pop(), "/volume_m3/anyOf was"),
    "another default": (lambda s: fields(s)["remark"].update(default="-"), "/remark was '' and is '-'"),
    "a field of a part removed": (lambda s: fields(nested(s)).pop("count"), "/part/count was removed or renamed"),
    "a field called title removed": (
        lambda s: (fields(nested(s)).pop("title"), nested(s)["required"].remove("title")),
        "/part/title was removed or renamed",
    ),
    "another topic": (lambda s: s.update({"x-topic": "tests.others"}), "was 'tests.samples' and is 'tests.others'"),
    "a list in place of one thing": (
        lambda s: fields(s).update(part={"type": "array", "items": {"$ref": "#/$defs/Part"}}),
        "/part",
    ),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_change_is_let_through(change: Change) -> None:
    assert breaks(PUBLISHED, changed(change)) == []


@pytest.mark.parametrize(("change", "reason"), BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_refused_with_its_place(change: Change, reason: str) -> None:
    assert any(reason in found for found in breaks(PUBLISHED, changed(change)))


def test_the_elements_of_a_list_are_looked_into() -> None:
    def change(schema: dict[str, Any]) -> None:
        schema["$defs"]["Other"] = deepcopy(nested(schema))
        fields(schema["$defs"]["Other"]).pop("count")
        fields(schema)["parts"]["items"] = {"$ref": "#/$defs/Other"}

    assert breaks(PUBLISHED, changed(change)) == ["/parts/items/count was removed or renamed"]
