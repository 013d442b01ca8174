"""Many licences at once: a table with one row per commodity line, or a list in the shape of the licence's JSON.

Rows with the same licence number are one licence. What belongs to the whole licence stands in its first row; in further
rows it is left empty or the same. Each licence is one entry, whatever is wrong with the others.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.licences.domain import lines
from services.licences.domain.form import Boxes
from services.licences.domain.number import normalised
from services.licences.domain.problems import N_, Mistake
from services.licences.domain.reading import LONGEST_NAME, MOST_ROWS, clean, read_boxes

OF_LICENCE: Mapping[str, str] = {
    "licence_number": "licence_number",
    "issuing_authority": "issuing_authority.name",
    "issuing_authority_address": "issuing_authority.address",
    "issuing_country": "issuing_authority.country",
    "issuing_country_use": "issuing_country_use",
    "expiry_date": "expiry_date",
    "country_of_export": "country_of_export",
    "transport_mode": "transport_mode",
    "licensee_name": "licensee.name",
    "licensee_address": "licensee.address",
    "licensee_country": "licensee.country",
    "total_volume_m3": "global_measure.volume_m3",
    "total_net_weight_kg": "global_measure.net_weight_kg",
    "distinguishing_marks": "distinguishing_marks",
    "signature_place": "signature.place",
    "signature_date": "signature.date",
}
"""Columns of the whole licence, and where each stands in its JSON."""
COLUMNS = (*OF_LICENCE, *lines.COLUMNS)
MISTAKES_KEPT = 50
"""Of one licence."""

NOT_UTF8 = N_("The file is not written in UTF-8. Save it as CSV UTF-8 and send it again.")
NO_JSON = N_("This is not JSON: line %(line)s cannot be read.")
NO_LIST = N_("Send a list of licences, each with its boxes.")
NOTHING_IN_IT = N_("There is no licence in this file.")
TOO_MANY = N_("There are %(found)s licences in this file. At most %(most)s can be sent at once.")
UNREADABLE = N_("The file cannot be read from row %(row)s on. Check the quotation marks.")
NO_HEADING = N_("The first row must name the columns, with licence_number among them.")
UNKNOWN_COLUMN = N_("There is no column %(column)s.")
COLUMN_TWICE = N_("Column %(column)s stands there twice.")
NO_NUMBER = N_("Enter the licence number: by it a licence is known when it is sent again.")
OTHERWISE = N_("The first row of this licence says %(first)s. Leave the cell empty in the others, or enter the same.")
TOO_MANY_CELLS = N_("This row has more cells than there are columns.")
TOO_MANY_LINES = N_("A licence can have at most %(most)s commodity lines.")
NO_LICENCE = N_("This is not a licence: an object with boxes.")
TWICE = N_("This number stands in the file before; that licence was taken.")


@dataclass(frozen=True)
class Remark:
    """Something about an entry: in which row (as a person counts; the heading is row 1) and column, and what."""

    row: int
    column: str
    code: str
    message: str
    box: int | None = None
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One licence of the file: its boxes in the shape of JSON, and the rows in which it and each of its lines stand."""

    rows: tuple[int, ...]
    number: str
    raw: Mapping[str, Any]
    is_table: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A file as it was read. `mistakes` are about all of it; then there are no entries."""

    entries: tuple[Entry, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_sheet(content: bytes, *, most: int) -> Sheet:
    """The licences of a file. Nothing in it raises."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _wrong("not_utf8", NOT_UTF8)
    sheet = _read_json(text) if text.lstrip()[:1] in {"[", "{"} else _read_table(text)
    if sheet.mistakes:
        return sheet
    if not sheet.entries:
        return _wrong("nothing_in_it", NOTHING_IN_IT)
    if len(sheet.entries) > most:
        return _wrong("too_many", TOO_MANY, found=len(sheet.entries), most=most)
    return Sheet(tuple(_without_doubles(sheet.entries)))


def read_entry(entry: Entry) -> tuple[Boxes, list[Remark]]:
    """The boxes of an entry, and everything in them that cannot be kept."""
    boxes, mistakes = read_boxes(entry.raw)
    return boxes, remarks_of(entry, mistakes)


def remarks_of(entry: Entry, mistakes: Iterable[Mistake]) -> list[Remark]:
    """What rules found in an entry, by the row and column it came from."""
    return [
        Remark(*_place(entry, mistake.field), mistake.code, mistake.message, mistake.box, mistake.params)
        for mistake in mistakes
    ][:MISTAKES_KEPT]


def example() -> str:
    """A table to begin with: one licence of two lines, and one measured as a whole."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    table.writerows(_EXAMPLE)
    return text.getvalue()


def _read_json(text: str) -> Sheet:
    try:
        found = json.loads(text)
        json.dumps(found)
    except (ValueError, RecursionError) as error:
        return _wrong("no_json", NO_JSON, line=getattr(error, "lineno", 1))
    if isinstance(found, dict):
        found = found.get("licences", [found] if "boxes" in found else None)
    if not isinstance(found, list):
        return _wrong("no_list", NO_LIST)
    return Sheet(tuple(_of_json(row, item) for row, item in enumerate(found, start=1)))


def _of_json(row: int, item: object) -> Entry:
    boxes = item.get("boxes") if isinstance(item, Mapping) else None
    if not isinstance(boxes, Mapping):
        return Entry((row,), "", {}, remarks=(Remark(row, "boxes", "no_licence", NO_LICENCE),))
    number = boxes.get("licence_number")
    return _numbered(Entry((row,), _number(number if isinstance(number, str) else ""), boxes))


def _read_table(text: str) -> Sheet:
    rows: list[tuple[int, list[str]]] = []
    table = csv.reader(io.StringIO(text, newline=""), delimiter=lines.separator(text))
    try:
        rows.extend((number, row) for number, row in enumerate(table, start=1) if lines.is_row(row))
    except csv.Error:
        return _wrong("unreadable", UNREADABLE, row=table.line_num)
    if not rows:
        return Sheet()
    columns = [re.sub(r"\W+", "_", cell.strip().casefold()).strip("_") for cell in rows[0][1]]
    if "licence_number" not in columns:
        return _wrong("no_heading", NO_HEADING)
    mistakes = [
        Mistake("file", "unknown_column", UNKNOWN_COLUMN, params={"column": clean(cell)[:LONGEST_NAME]})
        for cell, column in zip(rows[0][1], columns, strict=True)
        if column and column not in COLUMNS
    ]
    twice = dict.fromkeys(column for column in columns if column and columns.count(column) > 1)
    mistakes += [Mistake("file", "column_twice", COLUMN_TWICE, params={"column": column}) for column in twice]
    if mistakes:
        return Sheet(mistakes=tuple(mistakes))
    return Sheet(tuple(_grouped(rows[1:], columns)))


def _grouped(rows: Sequence[tuple[int, list[str]]], columns: Sequence[str]) -> list[Entry]:
    """Rows by their number, in the order in which these come; a row without one stands alone."""
    groups: dict[str, list[tuple[int, dict[str, str], bool]]] = {}
    for row, cells in rows:
        named = {column: clean(cell) for column, cell in zip(columns, cells, strict=False) if column}
        too_many = any(cell.strip() for cell in cells[len(columns) :])
        key = _number(named.get("licence_number", "")) or f" row {row}"
        groups.setdefault(key, []).append((row, named, too_many))
    return [_of_rows("" if key.startswith(" ") else key, group) for key, group in groups.items()]


def _of_rows(number: str, group: Sequence[tuple[int, dict[str, str], bool]]) -> Entry:
    first, remarks = group[0][1], []
    raw: dict[str, Any] = {"commodities": []}
    for column, path in OF_LICENCE.items():
        if text := first.get(column, ""):
            _put(raw, path, text)
    for row, cells, too_many in group:
        line, mistakes = lines.line_json(cells)
        raw["commodities"].append(line)
        remarks += [Remark(row, m.field, m.code, m.message, m.box, m.params) for m in mistakes]
        remarks += [
            Remark(row, column, "otherwise_before", OTHERWISE, params={"first": first.get(column) or "–"})
            for column in OF_LICENCE
            if column != "licence_number" and cells.get(column) and cells[column] != first.get(column)
        ]
        if too_many:
            remarks.append(Remark(row, "", "too_many_cells", TOO_MANY_CELLS))
    if len(group) > MOST_ROWS:
        params = {"most": MOST_ROWS}
        remarks.append(Remark(group[0][0], "licence_number", "too_many_lines", TOO_MANY_LINES, params=params))
    rows = tuple(row for row, _cells, _too_many in group)
    return _numbered(Entry(rows, number, raw, is_table=True, remarks=tuple(remarks[:MISTAKES_KEPT])))


def _numbered(entry: Entry) -> Entry:
    if entry.number:
        return entry
    remark = Remark(entry.rows[0], "licence_number", "licence_number_missing", NO_NUMBER, 3)
    return replace(entry, remarks=(remark, *entry.remarks))


def _without_doubles(entries: Sequence[Entry]) -> Iterable[Entry]:
    """In a list a number can come twice: only the first is taken."""
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        known = (_country(entry.raw), entry.number)
        if entry.number and known in seen:
            remark = Remark(entry.rows[0], "licence_number", "number_twice", TWICE, 3)
            yield replace(entry, remarks=(remark, *entry.remarks))
        else:
            yield entry
        seen.add(known)


def _country(raw: Mapping[str, Any]) -> str:
    authority = raw.get("issuing_authority")
    country = authority.get("country") if isinstance(authority, Mapping) else None
    return country.strip().upper() if isinstance(country, str) else ""


def _place(entry: Entry, dotted: str) -> tuple[int, str]:
    """Where in the file a field of the boxes stands."""
    path = dotted.removeprefix("boxes.")
    if not entry.is_table:
        return entry.rows[0], path
    if of_line := re.fullmatch(r"commodities\.(\d+)\.(.+)", path):
        row = entry.rows[min(int(of_line[1]), len(entry.rows) - 1)]
        return row, lines.column_of(of_line[2])
    return entry.rows[0], next((column for column, of in OF_LICENCE.items() if of == path), path)


def _put(raw: dict[str, Any], path: str, text: str) -> None:
    head, _dot, last = path.rpartition(".")
    (raw.setdefault(head, {}) if head else raw)[last] = text


def _number(text: str) -> str:
    return normalised(clean(text))[:LONGEST_NAME]


def _wrong(code: str, message: str, **params: object) -> Sheet:
    return Sheet(mistakes=(Mistake("file", code, message, params=params),))


_EXAMPLE: Sequence[Mapping[str, str]] = (
    {
        "licence_number": "26.00001-00123.003-ID-BE",
        "issuing_authority": "PT Mutuagung Lestari",
        "issuing_country": "ID",
        "expiry_date": "2027-01-31",
        "country_of_export": "ID",
        "transport_mode": "1",
        "licensee_name": "PT Kayu Indah",
        "licensee_address": "Jl. Pelabuhan 7, Semarang",
        "licensee_country": "ID",
        "distinguishing_marks": "INV-2026-118",
        "signature_place": "Jakarta",
        "signature_date": "2026-11-01",
        "description": "Teak garden chairs",
        "commodity_code": "940169",
        "species": "Teak (Tectona grandis)",
        "countries_of_harvest": "ID",
        "volume_m3": "12.5",
        "net_weight_kg": "8200",
        "number_of_units": "400",
        "unit": "C62",
    },
    {
        "licence_number": "26.00001-00123.003-ID-BE",
        "description": "Garden tables of two kinds of wood",
        "commodity_code": "940360",
        "species": "Teak (Tectona grandis); Merbau (Intsia bijuga)",
        "countries_of_harvest": "ID; ID, MY",
        "volume_m3": "3.25",
        "net_weight_kg": "2100",
        "number_of_units": "40",
        "unit": "C62",
    },
    {
        "licence_number": "26.00002-00123.003-ID-BE",
        "issuing_authority": "PT Mutuagung Lestari",
        "issuing_country": "ID",
        "expiry_date": "2027-02-28",
        "country_of_export": "ID",
        "transport_mode": "1",
        "licensee_name": "PT Kayu Indah",
        "licensee_address": "Jl. Pelabuhan 7, Semarang",
        "licensee_country": "ID",
        "total_volume_m3": "28",
        "signature_place": "Jakarta",
        "signature_date": "2026-11-03",
        "description": "Plywood",
        "commodity_code": "441231",
        "species": "Meranti (Shorea spp.)",
        "countries_of_harvest": "ID",
    },
)
