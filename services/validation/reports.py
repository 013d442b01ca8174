"""The yearly report as files: CSV for programs, a spreadsheet, and plain text for a terminal."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from services.validation.domain.reports import NOT_BROKEN_DOWN, Report, Unmet
from shared import reference_data
from shared.web.formats import country
from shared.web.i18n import N_, _, gettext

CSV_COLUMNS = (
    "member_state", "year", "as_of", "part", "partner_country", "heading", "outcome", "licences_received",
    "licences_cleared", "cases", "volume_m3", "net_weight_kg",
)  # fmt: skip
UNMET: dict[Unmet, str] = {
    Unmet.REJECTED: N_("Licence not accepted by the authority"),
    Unmet.CANCELLED: N_("Acceptance taken back before clearance"),
    Unmet.REFUSED: N_("Release refused"),
}
Table = tuple[str, Sequence[str], Sequence[Sequence[Any]]]
"""A title, the names of the columns, and the rows."""


def heading_name(heading: str) -> str:
    """An HS heading with what it stands for, in the words of the law."""
    if heading == NOT_BROKEN_DOWN:
        return _("Not broken down by heading")
    listed = (code for code in reference_data.commodity_codes() if code.code.replace(" ", "") == heading)
    found = next(listed, None)
    return f"{heading} {found.description}" if found else heading


def unmet_name(how: Unmet) -> str:
    """How it came out, in the present language."""
    return gettext(UNMET[how])


def as_csv(report: Report) -> str:
    """One row for each number of the report; codes and names of columns are promises, quantities have a point."""
    period, text = report.period, io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    always = (period.country, period.year, period.as_of.isoformat())
    for row in report.rows:
        counts = (row.received, row.cleared, "")
        writer.writerow((*always, "heading", row.partner, row.heading, "", *counts, *_plain(row.quantities)))
    for total in report.totals:
        counts = (total.received, total.cleared, "")
        writer.writerow((*always, "partner", total.partner, "", "", *counts, *_plain(total.quantities)))
        writer.writerow((*always, "declared", total.partner, "", "", "", total.cleared, "", *_plain(total.declared)))
    for case in report.unmet:
        writer.writerow((*always, "unmet", case.partner, "", case.how, "", "", case.cases, *_plain(case.quantities)))
    return text.getvalue()


def _plain(quantities: Any) -> tuple[str, str]:
    return _digits(quantities.volume_m3), _digits(quantities.net_weight_kg)


def _digits(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def as_xlsx(report: Report) -> bytes:
    """A workbook with one sheet for each table."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        number = book.add_format({"num_format": "#,##0.###"})
        book.set_properties({"title": title_of(report)})
        for title, columns, rows in tables(report):
            sheet = book.add_worksheet(title[:31])
            sheet.write_row(0, 0, [title_of(report)])
            sheet.write_row(2, 0, columns, bold)
            for line, row in enumerate(rows, start=3):
                for place, value in enumerate(row):
                    if isinstance(value, int | Decimal):
                        sheet.write_number(line, place, value, number)
                    elif value is not None:
                        sheet.write_string(line, place, str(value))
            sheet.set_column(0, len(columns) - 1, 20)
            sheet.freeze_panes(3, 0)
    return content.getvalue()


def as_text(report: Report) -> str:
    """For a terminal: the tables with aligned columns."""
    return "\n".join(_text(report))


def _text(report: Report) -> Iterator[str]:
    yield title_of(report)
    for title, columns, rows in tables(report):
        yield f"\n{title}"
        cells = [list(columns), *([_cell(value) for value in row] for row in rows)]
        widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
        for row in cells:
            yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        if not rows:
            yield _("None")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return _digits(value) if isinstance(value, Decimal) else str(value)


def title_of(report: Report) -> str:
    """Which report this is."""
    period = report.period
    return _(
        "FLEGT licences in %(year)s: %(country)s, as known on %(day)s",
        year=period.year,
        country=country(period.country),
        day=period.as_of.isoformat(),
    )


def tables(report: Report) -> Sequence[Table]:
    """The three tables of the report, in words."""
    measures = (_("Volume (m³)"), _("Net weight (kg)"))
    return (
        (
            _("By HS heading"),
            (_("Partner country"), _("HS heading"), _("Licences received"), _("Licences cleared"), *measures),
            [
                (country(r.partner), heading_name(r.heading), r.received, r.cleared, *vars(r.quantities).values())
                for r in report.rows
            ],
        ),
        (
            _("By partner country"),
            (
                _("Partner country"), _("Licences received"), _("Licences cleared"), *measures,
                _("Declared volume (m³)"), _("Declared net weight (kg)"),
            ),
            [
                (country(t.partner), t.received, t.cleared, *vars(t.quantities).values(), *vars(t.declared).values())
                for t in report.totals
            ],
        ),
        (
            _("Duty not met"),
            (_("Partner country"), _("How it came out"), _("Cases"), *measures),
            [
                (country(u.partner), unmet_name(u.how), u.cases, *vars(u.quantities).values())
                for u in report.unmet
            ],
        ),
    )  # fmt: skip
