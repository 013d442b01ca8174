"""Licences returned for correction: which boxes are open, and what was changed in them.

Boxes 5 and 6 are one thing, a country and its code, and so are 12 and 13: who may change one may change the other.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.licences.domain.form import Boxes, Measure
from services.licences.domain.problems import N_, Mistake

TWINS = {5: 6, 6: 5, 12: 13, 13: 12}
LINE_BOXES = frozenset(range(9, 17))
"""Those that every commodity line has; a line can come or go only while all of them are open."""
LOCKED = N_(
    "Box %(box)s is locked. Of a returned licence only the boxes that the authority named can be corrected, "
    "of an electronic licence none."
)
NOTHING = Measure()

Raw = Mapping[str, Any]
"""Boxes, or a part of them, as JSON."""


@dataclass(frozen=True)
class BoxReason:
    """What is wrong with one box; `reason_code` is one of validation's reasons."""

    box: int
    reason_code: str
    text: str = ""


@dataclass(frozen=True)
class _Box:
    """Where a box stands in the form, and what of it is compared."""

    field: str
    part: Callable[[Boxes], object]


def _measured(part: Callable[[Measure], object]) -> Callable[[Boxes], object]:
    """One measure of every line, and that of the whole licence."""
    return lambda b: ([part(line) for line in b.commodities], part(b.global_measure or NOTHING))


BOXES: Mapping[int, _Box] = {
    1: _Box("issuing_authority", lambda b: b.issuing_authority),
    2: _Box("issuing_country_use", lambda b: b.issuing_country_use),
    3: _Box("licence_number", lambda b: b.licence_number),
    4: _Box("expiry_date", lambda b: b.expiry_date),
    5: _Box("country_of_export", lambda b: b.country_of_export),
    7: _Box("transport_mode", lambda b: b.transport_mode),
    8: _Box("licensee", lambda b: b.licensee),
    9: _Box("commodities", lambda b: [line.description for line in b.commodities]),
    10: _Box("commodities", lambda b: [line.commodity_code for line in b.commodities]),
    11: _Box("commodities", lambda b: [[s.name for s in line.species] for line in b.commodities]),
    12: _Box("commodities", lambda b: [[s.countries_of_harvest for s in line.species] for line in b.commodities]),
    14: _Box("commodities", _measured(lambda m: m.volume_m3)),
    15: _Box("commodities", _measured(lambda m: m.net_weight_kg)),
    16: _Box("commodities", _measured(lambda m: m.units)),
    17: _Box("distinguishing_marks", lambda b: b.distinguishing_marks),
    18: _Box("signature", lambda b: b.signature),
}
"""The form's boxes, each pair of twins by the lower number."""


def opened(named: Iterable[int]) -> set[int]:
    """The boxes that are open when these were named."""
    boxes = set(named)
    return boxes | {TWINS[box] for box in boxes if box in TWINS}


def changed_boxes(before: Boxes, after: Boxes) -> list[int]:
    """The boxes that differ, each pair of twins by the lower number."""
    return [number for number, box in BOXES.items() if box.part(before) != box.part(after)]


def mistakes_of_locked(before: Boxes, after: Boxes, open_now: Collection[int] | None) -> list[Mistake]:
    """Changes of boxes that are locked; None: all are open."""
    if open_now is None:
        return []
    return [
        Mistake(f"boxes.{BOXES[number].field}", "box_locked", LOCKED, number, {"box": number})
        for number in changed_boxes(before, after)
        if number not in open_now
    ]


def with_locked(sent: Raw, kept: Raw, open_now: Collection[int]) -> dict[str, Any]:
    """What a form sent, completed by what a browser does not send because it is locked."""
    boxes = dict(sent)
    for number, box in BOXES.items():
        if number not in open_now and number not in LINE_BOXES and box.field not in boxes:
            boxes[box.field] = kept[box.field]
    if not LINE_BOXES.issubset(open_now):
        boxes["commodities"] = _overlaid(kept["commodities"], sent.get("commodities") or [])
        measure = _completed(kept.get("global_measure") or {}, sent.get("global_measure") or {})
        boxes["global_measure"] = measure or None
    return boxes


def _overlaid(kept: list[Any], sent: list[Any]) -> list[Any]:
    """Each kept row with what was sent of it; rows that nobody knew stay as they were sent."""
    both = [_completed(row, sent[index] if index < len(sent) else {}) for index, row in enumerate(kept)]
    return both + list(sent[len(kept) :])


def _completed(kept: Raw, sent: Raw) -> dict[str, Any]:
    row = {**kept, **{name: value for name, value in sent.items() if value != []}}
    if sent.get("species"):
        row["species"] = _overlaid(list(kept.get("species") or []), sent["species"])
    return row
