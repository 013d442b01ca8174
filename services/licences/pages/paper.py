"""The eighteen boxes as they stand on paper, in words: for the page, for print and for PDF."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.licences.domain.correcting import TWINS, BoxReason, changed_boxes
from services.licences.domain.form import Boxes, Commodity, Measure, Party
from services.licences.domain.licence import Licence
from services.licences.pages import choices
from services.licences.pages.overview import TITLES
from shared.web.formats import country, local_date, local_number, volume, weight
from shared.web.i18n import _
from shared.web.words import reason_name

ROWS = ((1, 2), (3, 4), (5, 6, 7), (8,), (9, 10), (11, 12, 13), (14, 15, 16), (17,), (18,))
"""The boxes from left to right, row by row."""
LINE_BOXES = (9, 10, 11, 12, 13, 14, 15, 16)
Words = list[str]
"""What stands in a box, each line by itself."""


@dataclass(frozen=True)
class Cell:
    """One box. `was` is what the company handed in, where the authority corrected it; `reason` why it is returned."""

    number: int
    title: str
    words: Words
    was: Words | None = None
    reason: str = ""
    is_returned: bool = False


@dataclass(frozen=True)
class Paper:
    """The form: rows of boxes, where `lines` stand in the place of Boxes 9 to 16 when there are several goods."""

    rows: list[list[Cell]]
    lines: list[list[Words]]
    whole: list[Words] | None


@dataclass(frozen=True)
class Change:
    """One box before and after."""

    number: int
    title: str
    before: Words
    after: Words


def paper_of(licence: Licence, handed_in: Boxes | None = None) -> Paper:
    """A licence as on paper."""
    boxes = licence.boxes
    has_lines = len(boxes.commodities) > 1
    corrected = _with_twins(changed_boxes(handed_in, boxes)) if handed_in else set()
    reasons = {reason.box: reason for reason in licence.returned}

    def cell(number: int) -> Cell:
        reason = reasons.get(number)
        return Cell(
            number,
            _(TITLES[number]),
            words_of(boxes, number),
            words_of(handed_in, number) if handed_in and number in corrected else None,
            because(reason) if reason else "",
            reason is not None,
        )

    rows = [[cell(number) for number in row] for row in ROWS]
    if not has_lines:
        return Paper(rows, [], None)
    lines = [[_of_line(line, number, boxes) for number in LINE_BOXES] for line in boxes.commodities]
    whole = boxes.global_measure
    return Paper(rows, lines, [_of_measure(whole, number) for number in (14, 15, 16)] if whole else None)


def changes(before: Boxes, after: Boxes, boxes: list[int]) -> list[Change]:
    """These boxes before and after, in words."""
    return [
        Change(number, _(TITLES[number]), words_of(before, number), words_of(after, number)) for number in sorted(boxes)
    ]


def words_of(boxes: Boxes, number: int) -> Words:
    """What stands in a box; of several lines one after the other."""
    if number in LINE_BOXES:
        found = [_of_line(line, number, boxes) for line in boxes.commodities]
        words = [word for line in found for word in line]
        return words + _of_measure(boxes.global_measure, number) if boxes.global_measure else words
    return [word for word in _SINGLE[number](boxes) if word]


def because(reason: BoxReason) -> str:
    """Why a box is returned, in words."""
    return ": ".join(part for part in (reason_name(reason.reason_code), reason.text) if part)


def _with_twins(numbers: list[int]) -> set[int]:
    return {*numbers, *(TWINS[number] for number in numbers if number in TWINS)}


def _party(party: Party) -> Words:
    named = f"{country(party.country)} ({party.country})" if party.country else ""
    return [party.name, *party.address.splitlines(), named]


def _transport(code: str) -> str:
    return dict(choices.transport_modes()).get(code, code)


_SINGLE: Mapping[int, Callable[[Boxes], Words]] = {
    1: lambda b: _party(b.issuing_authority),
    2: lambda b: b.issuing_country_use.splitlines(),
    3: lambda b: [b.licence_number],
    4: lambda b: [local_date(b.expiry_date)],
    5: lambda b: [country(b.country_of_export)],
    6: lambda b: [b.country_of_export],
    7: lambda b: [_transport(b.transport_mode)],
    8: lambda b: _party(b.licensee),
    17: lambda b: b.distinguishing_marks.splitlines(),
    18: lambda b: [b.signature.place, local_date(b.signature.date)],
}


def _of_line(line: Commodity, number: int, boxes: Boxes) -> Words:
    """What stands in one of Boxes 9 to 16 for one line. Several species are divided as on paper, by semicolons."""
    match number:
        case 9:
            return line.description.splitlines()
        case 10:
            name = choices.code_names(boxes.vpa_country).get(line.commodity_code)
            return [word for word in (line.commodity_code, name) if word]
        case 11:
            return [species.name for species in line.species if species.name]
        case 12:
            return ["; ".join(map(country, species.countries_of_harvest)) for species in line.species]
        case 13:
            return ["; ".join(species.countries_of_harvest) for species in line.species]
    return _of_measure(line, number)


def _of_measure(measure: Measure, number: int) -> Words:
    match number:
        case 14:
            return [volume(measure.volume_m3)] if measure.volume_m3 is not None else []
        case 15:
            return [weight(measure.net_weight_kg)] if measure.net_weight_kg is not None else []
    symbols = choices.unit_symbols()
    return [f"{local_number(row.count)} {symbols.get(row.unit, row.unit)}".strip() for row in measure.units]
