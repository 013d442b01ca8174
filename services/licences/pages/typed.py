"""The form between page and rules: what was typed as JSON of the same names, and a draft as typed text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.licences.domain.licence import Licence
from services.licences.shapes import boxes_json
from shared.web.forms import Form

Raw = dict[str, Any]
DEEPEST = 7
"""Parts of the longest name: boxes.commodities.0.species.0.countries_of_harvest, with one to spare."""


def boxes_in(form: Form) -> Raw:
    """Everything below `boxes.` as nested objects and lists; rows in their order, without gaps."""
    tree: Raw = {}
    for name in form.values:
        path = name.split(".")
        if path[0] == "boxes" and len(path) <= DEEPEST:
            _put(tree, path[1:], form.raw(name))
    boxes: Raw = _with_lists(tree)
    boxes["commodities"] = _rows(boxes.get("commodities"))
    for line in boxes["commodities"]:
        line |= {"species": _rows(line.get("species")), "units": _rows(line.get("units"))}
    return boxes


def form_of(licence: Licence) -> Form:
    """A draft as a person would have typed it."""
    boxes = boxes_json(licence.boxes)
    for commodity in boxes["commodities"]:
        for species in commodity["species"]:
            species["countries_of_harvest"] = "; ".join(species["countries_of_harvest"])
    return shown(boxes, licence.version)


def shown(boxes: Raw, version: int) -> Form:
    """A form with these boxes in it; at least one commodity, each with a species and a count to fill in."""
    lines = boxes.get("commodities") or [{}]
    boxes = {
        **boxes,
        "commodities": [
            {**line, "species": line.get("species") or [{"name": ""}], "units": line.get("units") or [{"count": ""}]}
            for line in lines
        ],
    }
    typed: Raw = _plain(boxes)
    return Form.empty({"version": version, "boxes": typed})


def changed(boxes: Raw, action: str, code: str) -> tuple[Raw, str | None]:
    """The boxes after a button that adds or removes a row, and where on the page to go on: `add-line`,
    `remove-line:2`, `add-species:2`, `remove-species:2:0`, `add-code`. Other buttons change nothing."""
    verb, *places = action.split(":")
    at = [int(place) for place in places if _is_index(place)]
    lines: list[Raw] = list(boxes.get("commodities", []))
    line = at[0] if at and at[0] < len(lines) else None
    if verb in {"add-line", "add-code"}:
        fresh = {"commodity_code": code} if verb == "add-code" else {}
        if verb == "add-code" and lines and _is_blank(lines[-1]):
            lines.pop()
        lines.append(fresh)
        line = len(lines) - 1
    elif verb == "remove-line" and line is not None:
        del lines[line]
        line = max(line - 1, 0)
    elif verb == "add-species" and line is not None:
        lines[line] = {**lines[line], "species": [*lines[line].get("species", []), {"name": ""}]}
    elif verb == "remove-species" and line is not None and len(at) == 2:
        species = [row for index, row in enumerate(lines[line].get("species", [])) if index != at[1]]
        lines[line] = {**lines[line], "species": species}
    else:
        return boxes, None
    return {**boxes, "commodities": lines}, f"line-{line + 1}"


def _put(tree: Raw, path: list[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            return
    tree[path[-1]] = value


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, Mapping):
        return tree
    if tree and all(_is_index(key) for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _with_lists(value) for key, value in tree.items()}


def _rows(raw: Any) -> list[Raw]:
    return [row for row in raw if isinstance(row, dict)] if isinstance(raw, list) else []


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4


def _is_blank(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return all(_is_blank(value) for value in raw.values())
    if isinstance(raw, list):
        return all(_is_blank(value) for value in raw)
    return not str(raw or "").strip()


def _plain(raw: Any) -> Any:
    """Numbers as a person writes them: 12.5 and 12, never 12.0 or 1e3."""
    if isinstance(raw, Mapping):
        return {key: _plain(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_plain(value) for value in raw]
    if isinstance(raw, float):
        return format(Decimal(str(raw)).normalize(), "f")
    return raw
