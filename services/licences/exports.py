"""What was found, as a file for a spreadsheet. It is written to the disk first, so that a slow reader holds nothing."""

import asyncio
import csv
import datetime as dt
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

from services.licences.storage.search import Row
from shared.web.formats import country
from shared.web.i18n import N_, _
from shared.web.words import state_name

Cell = str | dt.datetime | None
Chunks = AsyncIterator[list[Row]]

HEADINGS = (
    N_("FLEGT licence number"),
    N_("VPA country"),
    N_("Requester"),
    N_("Validation state"),
    N_("Clearance state"),
    N_("Last modification"),
    N_("Company"),
    N_("Point of entry"),
    N_("Arrival"),
    N_("Entered"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
WIDTH = 24
IN_MEMORY = 1_000_000


async def as_csv(chunks: Chunks, zone: str) -> IO[bytes]:
    """UTF-8 with a mark that spreadsheets look for; moments with their offset."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is sent, and closed, by the caller
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_(heading) for heading in HEADINGS)
    async for rows in chunks:
        cells = [[_as_text(cell) for cell in _cells(row, ZoneInfo(zone))] for row in rows]
        await asyncio.to_thread(writer.writerows, cells)
    text.detach()
    file.seek(0)
    return file


async def as_spreadsheet(chunks: Chunks, zone: str) -> IO[bytes]:
    """One sheet of texts and moments: nothing in it is ever a formula or a link."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is sent, and closed, by the caller
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
    sheet = book.add_worksheet()
    sheet.set_column(0, len(HEADINGS) - 1, WIDTH)
    sheet.freeze_panes(1, 0)
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(0, column, _(heading), bold)
    line = 1
    async for rows in chunks:
        cells = [_cells(row, ZoneInfo(zone)) for row in rows]
        await asyncio.to_thread(_write, sheet, line, cells, moment)
        line += len(cells)
    await asyncio.to_thread(book.close)
    file.seek(0)
    return file


FORMATS: dict[str, tuple[str, Callable[[Chunks, str], Any]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_spreadsheet),
}


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would calculate."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(row: Row, zone: ZoneInfo) -> list[Cell]:
    return [
        row.licence_number,
        country(row.vpa_country),
        row.requester_name,
        state_name("validation", row.validation_state),
        state_name("clearance", row.clearance_state) if row.clearance_state != "not_ready" else "",
        row.modified_at.astimezone(zone),
        row.operator_name,
        row.point_of_entry or "",
        row.arrival.astimezone(zone) if row.arrival else None,
        row.created_at.astimezone(zone),
    ]


def _as_text(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return harmless(cell or "")


def _write(sheet: Any, first: int, lines: Sequence[Sequence[Cell]], moment: Any) -> None:
    for number, cells in enumerate(lines, start=first):
        for column, cell in enumerate(cells):
            if isinstance(cell, dt.datetime):
                sheet.write_datetime(number, column, cell, moment)
            elif cell:
                sheet.write_string(number, column, cell)
