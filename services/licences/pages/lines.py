"""Commodity lines from a spreadsheet: pasted or as a CSV file, looked at first, then taken into the form."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from services.licences import use_cases
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Licence, open_boxes
from services.licences.domain.lines import BOXES, COLUMNS, Lines, read_lines, write_lines
from services.licences.domain.problems import Mistake
from services.licences.domain.reading import MOST_ROWS, read_boxes
from services.licences.pages import typed
from services.licences.pages.overview import TITLES
from services.licences.pages.saving import draft, keep, version_of
from services.licences.service import InService, Licences
from services.licences.shapes import boxes_json
from shared.http import SignedIn
from shared.problems import Stale, WrongState
from shared.web.forms import Form
from shared.web.i18n import N_, _, ngettext
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False)
APPEND, REPLACE = "append", "replace"
LARGEST_FILE = 1_000_000
"""Bytes of a CSV file."""
EXAMPLE: dict[str, Any] = {
    "commodities": [
        {
            "description": "Garden chairs of teak",
            "commodity_code": "940169",
            "volume_m3": "12.5",
            "net_weight_kg": "8200",
            "units": [{"count": "400", "unit": "C62"}],
            "species": [{"name": "Tectona grandis", "countries_of_harvest": "ID"}],
        },
        {
            "description": "Plywood, 18 mm",
            "commodity_code": "441231",
            "volume_m3": "30.125",
            "net_weight_kg": "17400",
            "species": [
                {"name": "Shorea spp.", "countries_of_harvest": "ID"},
                {"name": "Hevea brasiliensis", "countries_of_harvest": "ID, MY"},
            ],
        },
    ]
}


@dataclass(frozen=True)
class Cell:
    """One cell of the preview, and what is wrong in it."""

    column: str
    text: str
    mistakes: list[str]


@dataclass(frozen=True)
class Row:
    """One row of the preview; `remarks` do not hinder: they can be put right in the form."""

    number: int
    cells: list[Cell]
    mistakes: list[str]
    remarks: list[str]


@router.get("/licences/lines/example.csv")
async def example(_person: SignedIn) -> Response:
    """A table as it is understood, to begin with."""
    boxes, _nothing_wrong = read_boxes(EXAMPLE)
    headers = {"Content-Disposition": 'attachment; filename="commodity-lines.csv"'}
    return PlainTextResponse(write_lines(boxes.commodities), headers=headers, media_type="text/csv; charset=utf-8")


@router.get("/licences/{licence_id:uuid}/lines")
async def paste(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    licence = _with_open_lines(await draft(service, person, licence_id))
    form = Form.empty({"version": licence.version, "how": APPEND if _has_lines(licence) else REPLACE})
    return await _show(request, service, licence, form)


@router.post("/licences/{licence_id:uuid}/lines")
async def take(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    form = await Form.read(request, max_file_bytes=LARGEST_FILE)
    licence = _with_open_lines(await draft(service, person, licence_id))
    if file := form.file("file"):
        content = await file.read(LARGEST_FILE + 1)
        form.values["table"] = [_decoded(content[:LARGEST_FILE])]
        if len(content) > LARGEST_FILE:
            form.error("file", _("The file is too large. Take fewer rows at once."))
    table = read_lines(form.raw("table"))
    for mistake in table.mistakes:
        form.error("table", _(mistake.message, **mistake.params))
    if not table.lines and form.ok:
        form.error("table", _("Paste at least one row, or choose a CSV file."))
    if table.lines and not table.ok:
        form.error("table", _("Some cells cannot be read. They are marked in the preview below."))
    replace = form.text("how") == REPLACE
    there = 0 if replace else len(_kept_lines(licence))
    if there + len(table.lines) > MOST_ROWS:
        form.error("table", _("A licence can have at most %(most)s commodity lines here.", most=MOST_ROWS))
    if not form.ok or form.text("action") != "take":
        return await _show(request, service, licence, form, table, status=200 if form.ok else 422)
    try:
        await keep(service, person, licence_id, _with_lines(licence, form, table, replace=replace))
    except Stale:
        form.error("version", _("Somebody saved this draft meanwhile. Look at the lines and take them over again."))
        form.values["version"] = [str(licence.version)]
        return await _show(request, service, licence, form, table, status=412)
    flash = ngettext("%(num)s line is taken over.", "%(num)s lines are taken over.", len(table.lines))
    return see_other(f"/licences/{licence_id}/edit#commodities", flash=flash)


def _with_lines(licence: Licence, form: Form, table: Lines, *, replace: bool) -> Form:
    """The draft's form with these lines in place of its own, or behind them."""
    now = typed.form_of(licence)
    boxes = typed.boxes_in(now)
    added = boxes_json(Boxes(commodities=table.commodities))["commodities"]
    for line in added:
        for species in line["species"]:
            species["countries_of_harvest"] = "; ".join(species["countries_of_harvest"])
    kept = [] if replace else typed.without_blank_lines(boxes)["commodities"]
    return typed.shown({**boxes, "commodities": [*kept, *added]}, version_of(form), now.text(typed.MEASURED))


def _kept_lines(licence: Licence) -> list[Any]:
    lines: list[Any] = typed.without_blank_lines(typed.boxes_in(typed.form_of(licence)))["commodities"]
    return lines


def _has_lines(licence: Licence) -> bool:
    return bool(_kept_lines(licence))


def _with_open_lines(licence: Licence) -> Licence:
    """Raises WrongState when lines of this licence cannot come or go."""
    open_now = open_boxes(licence)
    if open_now is not None and not open_now.issuperset(range(9, 17)):
        raise WrongState(N_("Only some boxes of this licence are open. Correct them in the form."))
    return licence


def _decoded(content: bytes) -> str:
    """Spreadsheets write UTF-8, with a mark of 16 bits UTF-16, or the Western European characters of old."""
    for encoding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


async def _show(
    request: Request,
    service: Licences,
    licence: Licence,
    form: Form,
    table: Lines | None = None,
    *,
    status: int = 200,
) -> Response:
    async with service.work() as work:
        remarks = await use_cases.remarks_on_lines(work, licence, table.commodities if table else ())
    return service.pages.render(
        request,
        "lines.html",
        status=status,
        licence=licence,
        form=form,
        columns=[(column, BOXES[column], _(TITLES[BOXES[column]])) for column in COLUMNS],
        rows=_rows(table, remarks) if table else [],
        ready=bool(table and table.lines and table.ok and form.ok),
        has_lines=_has_lines(licence),
        breadcrumbs=[
            (_("My licences"), "/licences"),
            (licence.boxes.licence_number or _("Draft"), f"/licences/{licence.id}"),
            (_("Edit"), f"/licences/{licence.id}/edit"),
            (_("Lines"), None),
        ],
    )


def _rows(table: Lines, remarks: dict[int, list[Mistake]]) -> list[Row]:
    rows = []
    for index, line in enumerate(table.lines):
        cells = [
            Cell(
                column,
                line.cells.get(column, ""),
                [_said(m) for m in line.mistakes if m.field == column],
            )
            for column in COLUMNS
        ]
        whole = [_said(m) for m in line.mistakes if m.field not in COLUMNS]
        marked = {m.box for m in line.mistakes}
        rows.append(Row(line.row, cells, whole, [_said(m) for m in remarks.get(index, []) if m.box not in marked]))
    return rows


def _said(mistake: Mistake) -> str:
    return _(mistake.message, **mistake.params)
