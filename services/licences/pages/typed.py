"""The form between page and rules: what was typed as JSON of the same names, and a draft as typed text.

A form may hold more than the boxes can: text that cannot be read, and figures of the way of measuring that was not
chosen. That is kept beside the boxes, so that whoever comes back finds the form as it was left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.licences.domain.correcting import with_locked
from services.licences.domain.form import Boxes, Typed
from services.licences.domain.licence import Licence, open_boxes
from services.licences.domain.problems import Mistake
from services.licences.domain.reading import read_boxes
from services.licences.pages.rows import is_blank, is_index
from services.licences.shapes import boxes_json
from shared.web.forms import Form

Raw = dict[str, Any]
DEEPEST = 7
"""Parts of the longest name: boxes.commodities.0.species.0.countries_of_harvest, with one to spare."""
MEASURED, EACH, WHOLE = "measured", "each", "whole"
"""The field that says whether volume and weight are given for each commodity or once for the whole licence."""
FIGURES = ("volume_m3", "net_weight_kg", "units")
UNITS = ".units."
MOST_CODES = 50
"""Codes that can be added at once."""


@dataclass(frozen=True)
class Read:
    """What a form says: `boxes`, what it holds beside them, and every text that is no date or number.

    `refused` are mistakes that nothing can be kept of.
    """

    boxes: Boxes
    typed: Typed
    mistakes: list[Mistake]
    refused: list[Mistake]


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
    if isinstance(boxes.get("global_measure"), dict):
        boxes["global_measure"]["units"] = _rows(boxes["global_measure"].get("units"))
    return boxes


def sent_for(licence: Licence, form: Form) -> Raw:
    """What a form sent for this licence, completed by the boxes that are locked."""
    boxes, open_now = boxes_in(form), open_boxes(licence)
    return boxes if open_now is None else with_locked(boxes, boxes_json(licence.boxes), open_now)


def form_of(licence: Licence) -> Form:
    """A draft as a person typed it, with what could not be read named beside its field."""
    boxes, typed = boxes_json(licence.boxes), licence.typed
    for commodity in boxes["commodities"]:
        for species in commodity["species"]:
            species["countries_of_harvest"] = "; ".join(species["countries_of_harvest"])
    only_whole = licence.boxes.global_measure and not any(line.is_measured for line in licence.boxes.commodities)
    form = shown(boxes, licence.version, WHOLE if only_whole else EACH)
    kept = {**typed.aside, **typed.unread}
    for rows in {_units_of(name) for name in kept if UNITS in name}:
        form.values = {name: texts for name, texts in form.values.items() if not name.startswith(rows)}
    form.values |= {name: [text] for name, text in kept.items()}
    if typed.unread:
        form.take(Mistakes(read(form).mistakes))
    return form


@dataclass(frozen=True)
class Mistakes:
    """Mistakes in the shape in which a form takes them over."""

    errors: list[Mistake]


def shown(boxes: Raw, version: int, measured: str) -> Form:
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
    return Form.empty({"version": version, MEASURED: measured, "boxes": typed})


def read(form: Form) -> Read:
    """What a form as `shown` says."""
    measured, tree = form.text(MEASURED), boxes_in(form)
    boxes, mistakes = read_boxes(in_use(tree, measured))
    unread: dict[str, str] = {}
    refused = []
    for mistake in mistakes:
        in_rows = _row_names(form, mistake.field)
        names = in_rows or [name for name in (mistake.field,) if name in form.values]
        unread |= {name: form.raw(name) for name in names}
        if not names:
            refused.append(mistake)
    aside = {name: form.raw(name) for name in form.values if is_aside(name, measured) and form.text(name)}
    for rows in {_units_of(name) for name in form.values if UNITS in name and name not in unread}:
        names = [name for name in form.values if name.startswith(rows)]
        if _has_blank_row(form, rows):
            aside |= {name: form.raw(name) for name in names}
    if measured in {EACH, WHOLE}:
        aside[MEASURED] = measured
    return Read(boxes, Typed(unread, aside), mistakes, refused)


def in_use(boxes: Raw, measured: str) -> Raw:
    """The boxes without the figures that do not count, as measured for each commodity or once for the whole."""
    if measured == EACH:
        return {**boxes, "global_measure": None}
    if measured == WHOLE:
        lines = [{k: v for k, v in line.items() if k not in FIGURES} for line in boxes.get("commodities") or []]
        return {**boxes, "commodities": lines}
    return boxes


def is_aside(name: str, measured: str) -> bool:
    """Whether a field holds a figure that does not count."""
    whole = name.startswith("boxes.global_measure.")
    figure = whole or (name.startswith("boxes.commodities.") and any(part in FIGURES for part in name.split(".")[3:4]))
    return figure and whole == (measured == EACH) and measured in {EACH, WHOLE}


def without_blank_lines(boxes: Raw) -> Raw:
    """The boxes without commodity lines in which nothing is typed."""
    return {**boxes, "commodities": [line for line in boxes.get("commodities", []) if not is_blank(line)]}


def _row_names(form: Form, field: str) -> list[str]:
    """The fields of the row of units in which something is wrong; the rows beside it are kept with it."""
    rows = _units_of(field) if UNITS in field else ""
    return [name for name in form.values if rows and name.startswith(rows)]


def _units_of(name: str) -> str:
    """Where the rows of units begin to which a field belongs: `boxes.commodities.0.units.`."""
    return name.partition(UNITS)[0] + UNITS


def _has_blank_row(form: Form, rows: str) -> bool:
    """Whether there is a row of units, beside others, that the boxes would not bring back."""
    indexes = form.indexes(rows.removesuffix("."))
    return len(indexes) > 1 and any(not form.text(f"{rows}{index}.count") for index in indexes)


def _put(tree: Raw, path: list[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            return
    tree[path[-1]] = value


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, Mapping):
        return tree
    if tree and all(is_index(key) for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _with_lists(value) for key, value in tree.items()}


def _rows(raw: Any) -> list[Raw]:
    return [row for row in raw if isinstance(row, dict)] if isinstance(raw, list) else []


def _plain(raw: Any) -> Any:
    """Numbers as a person writes them: 12.5 and 12, never 12.0 or 1e3."""
    if isinstance(raw, Mapping):
        return {key: _plain(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_plain(value) for value in raw]
    if isinstance(raw, float):
        return format(Decimal(str(raw)).normalize(), "f")
    return raw
