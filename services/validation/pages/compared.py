"""The boxes of a case as they are compared: with what was marked on them, and with what stood there before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.validation.boxes import Box, all_boxes, name_of, text_at
from services.validation.domain.marks import TOGETHER, Comparison, Mark, Place
from services.validation.domain.states import Act
from services.validation.pages.common import timeline_of
from services.validation.storage import Amendment, Entry
from services.validation.use_cases import CaseView
from services.validation.words import ALTERATIONS
from shared.contracts.licence import Boxes
from shared.web.i18n import _, gettext


@dataclass(frozen=True)
class Before:
    """What stood in a box before the authority corrected it."""

    text: str
    at: datetime
    by: str
    why: str
    reason: str
    confirmation: str


@dataclass(frozen=True)
class Compared:
    """One box. `changed` is what stood there before the licence was handed in again; None when nothing changed."""

    box: Box
    marks: tuple[Mark, ...] = ()
    mine: Mark | None = None
    corrections: tuple[Before, ...] = ()
    changed: str | None = None

    @property
    def differs(self) -> bool:
        return any(mark.finding is Comparison.DIFFERS for mark in self.marks)

    @property
    def tone(self) -> str:
        """Whether it was marked, and how."""
        if not self.marks:
            return "open"
        return "bad" if self.differs else "good"


def compared(view: CaseView, account_id: UUID) -> list[Compared]:
    """Every box of the licence, in the order of the form."""
    now = view.case.licence.boxes
    before = Boxes.model_validate(view.case.boxes_before) if view.case.boxes_before else None
    changed = {TOGETHER.get(box, box) for box in view.case.licence.changed_boxes}
    corrections = [_Correction(a) for a in view.amendments]
    rows = []
    for box in all_boxes(now):
        marks = tuple(mark for mark in view.marks if mark.place == box.place)
        was = text_at(before, box.place) if before and box.number in changed else None
        rows.append(
            Compared(
                box=box,
                marks=marks,
                mine=next((mark for mark in marks if mark.account_id == account_id), None),
                corrections=tuple(c.before(box.place) for c in corrections if c.touches(box.place)),
                changed=was if was != box.text else None,
            )
        )
    return rows


class _Correction:
    """An amendment, read once for all the boxes it is asked about."""

    def __init__(self, amendment: Amendment) -> None:
        self.amendment = amendment
        self.texts = {box.place: box.text for box in all_boxes(Boxes.model_validate(amendment.before))}
        self.after = {box.place: box.text for box in all_boxes(Boxes.model_validate(amendment.after))}

    def touches(self, place: Place) -> bool:
        return self.texts.get(place) != self.after.get(place)

    def before(self, place: Place) -> Before:
        a = self.amendment
        confirmation = [a.confirmed_by, a.confirmed_on.isoformat() if a.confirmed_on else "", a.reference]
        why = gettext(ALTERATIONS.get(a.why, a.why))
        return Before(self.texts.get(place, ""), a.at, a.by_name, why, a.reason, ", ".join(filter(None, confirmation)))

    def lines(self) -> list[str]:
        """Each box that it touched, before and after."""
        places = [place for place in self.after if self.touches(place)]
        return [
            _(
                "%(box)s: “%(before)s” → “%(after)s”",
                box=name_of(place[0]),
                before=self.texts.get(place) or "–",
                after=self.after[place] or "–",
            )
            for place in places
        ]


def history_of(view: CaseView) -> list[dict[str, object]]:
    """The history, with what each correction changed."""
    corrections = {amendment.at: _Correction(amendment) for amendment in view.amendments}
    lines = zip(timeline_of(list(view.acts)), view.acts, strict=True)
    return [_with_change(line, entry, corrections) for line, entry in lines]


def _with_change(
    line: dict[str, object], entry: Entry, corrections: Mapping[datetime, _Correction]
) -> dict[str, object]:
    correction = corrections.get(entry.at) if entry.act == Act.AMEND else None
    if correction is None:
        return line
    return line | {"text": "\n".join([*correction.lines(), str(line["text"])])}
