"""Commodity lines from a table: pasted from a spreadsheet, or a CSV file. One row is one line of Boxes 9 to 16.

Cells are separated by tabs, semicolons or commas. The first row may name the columns, in any order and in many ways of
writing; without it they stand in the order of `COLUMNS`. Several species stand in one cell with `;` or `|` between
them, their countries of harvest in the same order, and so do several numbers of units with their units.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.licences.domain.form import Commodity
from services.licences.domain.problems import N_, Mistake
from services.licences.domain.reading import MOST_ROWS, Reader, clean

COLUMNS = (
    "description",
    "commodity_code",
    "volume_m3",
    "net_weight_kg",
    "number_of_units",
    "unit",
    "species",
    "countries_of_harvest",
)
"""Names of the columns, and their order in a table without a heading."""
BOXES = dict(zip(COLUMNS, (9, 10, 14, 15, 16, 16, 11, 12), strict=True))
SEPARATORS = "\t;,"
LONGEST_TABLE = 1_000_000
"""Characters."""

UNKNOWN_COLUMN = N_("Column %(column)s: there is no such column. Name it as one of: %(columns)s.")
COLUMN_TWICE = N_("Column %(column)s stands there twice.")
TOO_MANY_CELLS = N_("This row has %(cells)s cells, but there are only %(columns)s columns.")
TOO_MANY_ROWS = N_("There are %(rows)s rows. At most %(most)s can be taken at once.")
TABLE_TOO_LONG = N_("This table is too long. Take fewer rows at once.")
UNREADABLE = N_("The table cannot be read from row %(row)s on. Check the quotation marks.")
NOT_ONE_EACH = N_("There are %(names)s species but countries of harvest for %(groups)s. Give them in the same order.")
NOT_ONE_UNIT_EACH = N_("There are %(counts)s numbers but %(units)s units. Give them in the same order.")

_ALSO_CALLED = {
    "description": "commercialdescription goods descriptionofgoods product box9",
    "commodity_code": "code hscode hsheading hs heading cncode commodity box10",
    "volume_m3": "volume m3 volumem3 volumeinm3 volumeperm3 cubicmetres box14",
    "net_weight_kg": "netweight weight kg netweightkg weightkg weightinkg netweightinkg box15",
    "number_of_units": "units numberofunits count quantity pieces pcs numberofpieces box16",
    "unit": "unitofmeasure unitcode measurementunit",
    "species": "speciesname name scientificname commonname commonorscientificname commonorscientificnames box11",
    "countries_of_harvest": "countryofharvest countriesofharvest harvest isocodes isocode box12 box13",
}
_COLUMN = {
    **{re.sub(r"\W|_", "", column): column for column in COLUMNS},
    **{also: column for column, others in _ALSO_CALLED.items() for also in others.split()},
}


@dataclass(frozen=True)
class Line:
    """One row: its number as a person counts (the heading is row 1), what was read of it, and what could not be.

    The `field` of a mistake is the column's name.
    """

    row: int
    cells: Mapping[str, str]
    commodity: Commodity
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Lines:
    """A table as it was read. `mistakes` are about all of it; `field` is then the column's name or empty."""

    lines: tuple[Line, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything in it could be read."""
        return not self.mistakes and not any(line.mistakes for line in self.lines)

    @property
    def commodities(self) -> tuple[Commodity, ...]:
        """The lines in their order."""
        return tuple(line.commodity for line in self.lines)


def read_lines(text: str) -> Lines:
    """The lines of a table; blank rows are passed over. Nothing in it raises: what is wrong is said row by row."""
    if len(text) > LONGEST_TABLE:
        return Lines(mistakes=(Mistake("", "table_too_long", TABLE_TOO_LONG),))
    rows: list[tuple[int, list[str]]] = []
    text = text.lstrip("\ufeff")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    try:
        rows.extend((number, row) for number, row in enumerate(table, start=1) if is_row(row))
    except csv.Error:
        return Lines(mistakes=(Mistake("", "unreadable_table", UNREADABLE, params={"row": table.line_num}),))
    columns: Sequence[str] = COLUMNS
    if rows and (heading := _heading(rows[0][1])):
        columns, mistakes = heading
        if mistakes:
            return Lines(mistakes=tuple(mistakes))
        rows = rows[1:]
    if len(rows) > MOST_ROWS:
        params = {"rows": len(rows), "most": MOST_ROWS}
        return Lines(mistakes=(Mistake("", "too_many_rows", TOO_MANY_ROWS, params=params),))
    return Lines(tuple(_line(number, cells, columns) for number, cells in rows))


def write_lines(commodities: Iterable[Commodity]) -> str:
    """The lines as CSV with a heading, as `read_lines` reads them."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for line in commodities:
        table.writerow([
            line.description,
            line.commodity_code,
            _number(line.volume_m3),
            _number(line.net_weight_kg),
            "; ".join(_number(units.count) for units in line.units),
            "; ".join(units.unit for units in line.units),
            "; ".join(species.name for species in line.species),
            "; ".join(", ".join(species.countries_of_harvest) for species in line.species),
        ])  # fmt: skip
    return text.getvalue()


def line_json(cells: Mapping[str, str]) -> tuple[dict[str, Any], list[Mistake]]:
    """One row's cells in the shape of the licence's JSON, and what does not go together in them."""
    mistakes: list[Mistake] = []
    names, groups = _parts(cells.get("species", "")), _parts(cells.get("countries_of_harvest", ""))
    if len(groups) == 1:
        groups = groups * max(len(names), 1)
    if groups and len(groups) != max(len(names), 1):
        params = {"names": len(names), "groups": len(groups)}
        mistakes.append(Mistake("countries_of_harvest", "not_one_each", NOT_ONE_EACH, 12, params))
    species = [
        {"name": _at(names, place), "countries_of_harvest": re.sub(r"[+/]", ",", _at(groups, place))}
        for place in range(max(len(names), len(groups)))
    ]
    counts, units = _parts(cells.get("number_of_units", "")), _parts(cells.get("unit", ""))
    if len(units) == 1:
        units = units * max(len(counts), 1)
    if len(units) > max(len(counts), 1):
        params = {"counts": len(counts), "units": len(units)}
        mistakes.append(Mistake("unit", "not_one_unit_each", NOT_ONE_UNIT_EACH, 16, params))
        units = units[: len(counts)]
    measured = [
        {"count": _at(counts, place), "unit": _at(units, place)} for place in range(max(len(counts), len(units)))
    ]
    plain = {column: cells.get(column, "") for column in COLUMNS[:4]}
    return {**plain, "species": species, "units": measured}, mistakes


def _line(number: int, cells: Sequence[str], columns: Sequence[str]) -> Line:
    named = {column: clean(cell) for column, cell in zip(columns, cells, strict=False) if column}
    raw, mistakes = line_json(named)
    if extra := [cell for cell in cells[len(columns) :] if cell.strip()]:
        params = {"cells": len(columns) + len(extra), "columns": len(columns)}
        mistakes.append(Mistake("", "too_many_cells", TOO_MANY_CELLS, params=params))
    reader = Reader()
    commodity = reader.commodity(raw, "line")
    mistakes += [Mistake(column_of(m.field), m.code, m.message, m.box, m.params) for m in reader.mistakes]
    return Line(number, named, commodity, tuple(mistakes))


def column_of(field: str) -> str:
    """The column from which a field of a line was read: `line.units.0.count` from number_of_units."""
    last = field.rpartition(".")[2]
    return {"count": "number_of_units", "units": "number_of_units", "name": "species"}.get(last, last)


def _heading(cells: Sequence[str]) -> tuple[list[str], list[Mistake]] | None:
    """The columns that a first row names, and what is wrong with the names; None when it is no heading."""
    found = [_COLUMN.get(re.sub(r"[\W_]", "", cell.casefold()), "") for cell in cells]
    if sum(map(bool, found)) < min(2, len(cells)):
        return None
    mistakes = [
        Mistake(cell, "unknown_column", UNKNOWN_COLUMN, params={"column": cell.strip(), "columns": ", ".join(COLUMNS)})
        for cell, column in zip(cells, found, strict=True)
        if cell.strip() and not column
    ]
    twice = {column for column in found if column and found.count(column) > 1}
    mistakes += [
        Mistake(column, "column_twice", COLUMN_TWICE, params={"column": column})
        for column in COLUMNS
        if column in twice
    ]
    return found, mistakes


def separator(text: str) -> str:
    """What stands between cells: the one of tab, semicolon and comma that comes first, in this order."""
    first = re.sub(r'"[^"]*"', "", next((line for line in text.splitlines() if line.strip()), ""))
    return next((separator for separator in SEPARATORS if separator in first), "\t")


def is_row(cells: Sequence[str]) -> bool:
    """Whether something stands in these cells, and not only what a spreadsheet notes of its separator: `sep=;`."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and not (len(filled) == 1 and re.fullmatch(r"sep=[\t;,]?", filled[0], re.IGNORECASE))


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;|]", cell)] if cell.strip() else []


def _at(parts: Sequence[str], place: int) -> str:
    return parts[place] if place < len(parts) else ""


def _number(number: object) -> str:
    return "" if number is None else format(number, "f")
