"""A licence as PDF: the form with its eighteen boxes, an annex for several goods, states and what happened.

Drawn with reportlab; the font (Roboto, Apache licence) is embedded and covers Latin, Greek, Cyrillic and Vietnamese.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from font_roboto import Roboto, RobotoBold
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table, TableStyle

from services.licences.pages.paper import Cell, Paper, Words
from services.licences.pages.progress import entry
from services.licences.use_cases import LicenceView
from shared.reference_data import customs_office
from shared.web.formats import country, local_datetime
from shared.web.i18n import _
from shared.web.words import state_name

MARGIN, FOOT = 14 * mm, 12 * mm
WIDTH = A4[0] - 2 * MARGIN
LINE, SOFT = colors.HexColor("#6c7a73"), colors.HexColor("#4a5852")
ROOM = {1: 8 * mm, 9: 8 * mm, 11: 6 * mm, 17: 10 * mm, 18: 26 * mm}
"""Below what stands in a box, as on the paper; in the others of its row there is as much."""
LONGEST_WORDS = 400
"""Characters of one box on the form itself; what is longer goes on in the annex."""


@dataclass(frozen=True)
class Print:
    """What is printed, by whom it may be seen, and when."""

    view: LicenceView
    paper: Paper
    next_step: str
    printed_at: dt.datetime

    def drawn(self) -> bytes:
        """The PDF. It takes some time: not to be called where others wait."""
        _fonts()
        story = [*self._form(), *self._annex(), *self._progress()]
        buffer = io.BytesIO()
        number = self.view.licence.boxes.licence_number or _("Draft")
        frame = Frame(MARGIN, MARGIN + FOOT, WIDTH, A4[1] - 2 * MARGIN - FOOT, 0, 0, 0, 0)
        document = BaseDocTemplate(buffer, pagesize=A4, title=f"FLEGT {number}", author="", lang="en")
        document.addPageTemplates(PageTemplate(frames=[frame], onPage=self._ground))
        document.build(story, canvasmaker=_numbered(self._foot()))
        return buffer.getvalue()

    def _form(self) -> list[Any]:
        head = f"<b>FLEGT</b>&nbsp;&nbsp;{escape(_('Licence under Regulation (EC) No 2173/2005'))}"
        rows: list[Any] = [_row([Paragraph(head, _style(12))])]
        rows += [_row([self._box(cell) for cell in cells]) for cells in self.paper.rows]
        return rows

    def _box(self, cell: Cell) -> list[Any]:
        words, note = cell.words, ""
        if self.paper.lines and 9 <= cell.number <= 16:
            measured = self.paper.whole[cell.number - 14] if self.paper.whole and cell.number >= 14 else None
            words = measured if measured else [_("See the annex")]
        elif sum(map(len, words)) > LONGEST_WORDS:
            words, note = ["\n".join(words)[:LONGEST_WORDS] + "…"], _("Goes on in the annex")
        parts: list[Any] = [Paragraph(f"<b>{cell.number}</b>&nbsp; {escape(cell.title)}", _style(7, SOFT))]
        if cell.was is not None:
            parts.append(Paragraph(f"<strike>{_lines(cell.was)}</strike>", _style(8, SOFT)))
        parts.append(Paragraph(_lines(words) or "–", _style(9.5)))
        parts += [Paragraph(escape(text), _style(7, SOFT)) for text in (note, cell.reason) if text]
        return [*parts, Spacer(0, ROOM.get(cell.number, 3 * mm))]

    def _annex(self) -> list[Any]:
        long = [cell for row in self.paper.rows for cell in row if sum(map(len, cell.words)) > LONGEST_WORDS]
        if self.paper.lines:
            long = [cell for cell in long if not 9 <= cell.number <= 16]
        if not (long or self.paper.lines):
            return []
        story: list[Any] = [PageBreak(), Paragraph(f"<b>{escape(_('Annex'))}</b>", _style(12)), Spacer(0, 3 * mm)]
        if self.paper.lines:
            story += [self._goods(), Spacer(0, 4 * mm)]
        for cell in long:
            story.append(Paragraph(f"<b>{cell.number}</b>&nbsp; {escape(cell.title)}", _style(8, SOFT)))
            story += [Paragraph(_lines([word]), _style(9)) for word in cell.words]
        return story

    def _goods(self) -> Table:
        heads = [f"<b>{cell.number}</b> {escape(cell.title)}" for row in self.paper.rows[4:7] for cell in row]
        rows = [[Paragraph("", _style(7)), *(Paragraph(head, _style(6.5, SOFT)) for head in heads)]]
        for number, line in enumerate(self.paper.lines, 1):
            cells = [Paragraph(_lines(words) or "–", _style(7)) for words in line]
            rows.append([Paragraph(str(number), _style(7, SOFT)), *cells])
        if self.paper.whole:
            whole = [Paragraph(_lines(words) or "–", _style(7)) for words in self.paper.whole]
            title = Paragraph(f"<b>{escape(_('For the whole licence'))}</b>", _style(7))
            rows.append([Paragraph("", _style(7)), title, *[Paragraph("", _style(7))] * 4, *whole])
        shares = (4, 21, 16, 18, 11, 7, 8, 8, 7)
        widths = [WIDTH * share / sum(shares) for share in shares]
        return Table(rows, colWidths=widths, repeatRows=1, splitInRow=1, style=_GRID)

    def _progress(self) -> list[Any]:
        licence = self.view.licence
        office = customs_office(licence.answers.point_of_entry or "")
        other = licence.answers.on_behalf
        facts = [
            (_("Validation"), state_name("validation", licence.validation_state)),
            (_("Clearance"), state_name("clearance", licence.clearance_state)),
            (_("Company"), f"{licence.operator.name} ({licence.operator.eori})"),
            (_("Requester"), licence.requester.name),
            (_("Competent authority"), self.view.authority or ""),
            (_("Point of entry"), f"{office.name} ({office.id}), {country(office.country)}" if office else ""),
            (_("Arrival"), local_datetime(licence.answers.arrival)),
            (_("On behalf of"), ", ".join([other.name, other.address, country(other.country)]) if other else ""),
            (_("Text for the authority"), licence.answers.message),
        ]
        story: list[Any] = [PageBreak(), Paragraph(f"<b>{escape(_('Where the licence stands'))}</b>", _style(12))]
        story += [Spacer(0, 2 * mm), Paragraph(escape(self.next_step), _style(9)), Spacer(0, 3 * mm)]
        for name, value in facts:
            if value:
                text = f'<font color="#4a5852">{escape(name)}:</font> {_lines([value])}'
                story.append(Paragraph(text, _style(9)))
        story += [Spacer(0, 5 * mm), Paragraph(f"<b>{escape(_('What happened'))}</b>", _style(12)), Spacer(0, 2 * mm)]
        for happening in self.view.timeline:
            shown = entry(happening, self.view)
            when = " · ".join(filter(None, [local_datetime(happening.at), str(shown["by"])]))
            story.append(Paragraph(f"<b>{escape(str(shown['title']))}</b>", _style(9)))
            story.append(Paragraph(escape(when), _style(8, SOFT)))
            story += [Paragraph(_lines([line]), _style(8.5)) for line in str(shown["text"]).splitlines()]
            story.append(Spacer(0, 2 * mm))
        return story

    def _foot(self) -> str:
        number = self.view.licence.boxes.licence_number
        said = _(
            "Printed on %(moment)s. The original licence on paper is what counts.", moment=_moment(self.printed_at)
        )
        return f"{number} · {said}" if number else said

    def _ground(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        """What lies below the text of every page: a word across it, for a draft."""
        if not self.view.licence.is_draft:
            return
        canvas.saveState()
        canvas.setFont("Bold", 110)
        canvas.setFillColor(colors.HexColor("#e9eeeb"))
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(52)
        canvas.drawCentredString(0, -40, _("Draft").upper())
        canvas.restoreState()


def _numbered(foot: str) -> type[Canvas]:
    """A canvas that writes the foot of each page when it is known how many there are."""

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self.setFont("Text", 7.5)
                self.setFillColor(SOFT)
                self.drawString(MARGIN, MARGIN, foot)
                place = _("Page %(number)s of %(all)s", number=number, all=len(self._pages))
                self.drawRightString(A4[0] - MARGIN, MARGIN, place)
                super().showPage()
            super().save()

    return Numbered


def _row(cells: Sequence[Any]) -> Table:
    """Boxes beside each other, over the whole width."""
    return Table([list(cells)], colWidths=[WIDTH / len(cells)] * len(cells), style=_GRID, splitInRow=1)


def _lines(words: Words) -> str:
    """Lines as reportlab's markup."""
    return "<br/>".join(escape(word).replace("\n", "<br/>") for word in words)


def _moment(at: dt.datetime) -> str:
    return local_datetime(at)


def _style(size: float, colour: colors.Color = colors.black) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}", fontName="Text", fontSize=size, leading=size * 1.3, textColor=colour, splitLongWords=1
    )


_GRID = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.5, LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
])  # fmt: skip


@cache
def _fonts() -> None:
    """Make the fonts known, once per process."""
    pdfmetrics.registerFont(TTFont("Text", Roboto))
    pdfmetrics.registerFont(TTFont("Bold", RobotoBold))
    pdfmetrics.registerFontFamily("Text", normal="Text", bold="Bold", italic="Text", boldItalic="Bold")
