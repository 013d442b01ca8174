"""Buttons of the form that add, copy or take away a row: a commodity line, a species, a number of units."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

Raw = dict[str, Any]
ALL_GOODS = "whole"
"""In the place of a line's number: the measure of the whole licence."""


def changed(boxes: Raw, action: str) -> tuple[Raw, str | None]:
    """The boxes after a button, and the place on the page where to go on; other buttons change nothing.

    `add-line`, `remove-line:2`, `duplicate-line:2`, `add-species:2`, `remove-species:2:0`, `add-units:2`,
    `remove-units:2:1`, `add-units:whole`, `remove-units:whole:1`.
    """
    verb, *places = action.split(":")
    if verb in {"add-units", "remove-units"} and places[:1] == [ALL_GOODS]:
        measure = _with_row(boxes.get("global_measure") or {}, verb, "units", _index(places[1:]))
        return {**boxes, "global_measure": measure}, "whole"
    lines: list[Raw] = list(boxes.get("commodities", []))
    line = _index(places)
    if verb == "add-line":
        lines.append({})
        line = len(lines) - 1
    elif line is None or line >= len(lines):
        return boxes, None
    elif verb == "remove-line":
        del lines[line]
        line = max(line - 1, 0)
    elif verb == "duplicate-line":
        lines.insert(line + 1, copy.deepcopy(lines[line]))
        line += 1
    elif verb in {"add-species", "remove-species", "add-units", "remove-units"}:
        lines[line] = _with_row(lines[line], verb, verb.partition("-")[2], _index(places[1:]))
    else:
        return boxes, None
    return {**boxes, "commodities": lines}, f"line-{line + 1}"


def with_codes(boxes: Raw, codes: Sequence[str]) -> Raw:
    """The boxes with a line for each of these codes; lines without anything typed are used first."""
    lines: list[Raw] = list(boxes.get("commodities", []))
    for code in codes:
        blank = next((index for index, line in enumerate(lines) if is_blank(line)), None)
        if blank is None:
            lines.append({"commodity_code": code})
        else:
            lines[blank] = {**lines[blank], "commodity_code": code}
    return {**boxes, "commodities": lines}


def is_blank(raw: Any) -> bool:
    """Whether nothing is typed in any field of it."""
    if isinstance(raw, Mapping):
        return all(is_blank(value) for value in raw.values())
    if isinstance(raw, list):
        return all(is_blank(value) for value in raw)
    return not str(raw or "").strip()


def is_index(text: str) -> bool:
    """Whether a part of a field's name counts rows."""
    return text.isascii() and text.isdecimal() and len(text) <= 4


def _index(places: Sequence[str]) -> int | None:
    return int(places[0]) if places and is_index(places[0]) else None


def _with_row(of: Raw, verb: str, rows: str, index: int | None) -> Raw:
    """With one blank row more, or without one."""
    known: list[Raw] = list(of.get(rows) or [])
    if verb.startswith("add"):
        known.append({"name": ""} if rows == "species" else {"count": "", "unit": ""})
    elif index is not None and index < len(known):
        del known[index]
    return {**of, rows: known}
