"""What an officer notes beside a box while comparing it with the scan: that it agrees, or what is wrong with it.

A mark decides nothing. Each officer has their own; differing ones are proposed as reasons when the licence is returned.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.validation.domain.proceedings import BoxReason
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.refusals import Incomplete, Mistake
from services.validation.domain.texts import LONGEST_TEXT, too_long, words

Place = tuple[int, int]
"""A box and the commodity line it stands in; line 0 for a box outside the lines."""
TOGETHER = {6: 5, 13: 12}
"""Boxes that are shown and marked with the one before them: a country, and its code."""


class Comparison(StrEnum):
    """What was found when a box was compared."""

    CHECKED = "checked"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Mark:
    """One officer's note on one box."""

    box: int
    line: int
    finding: Comparison
    account_id: UUID
    name: str
    at: datetime
    reason_code: str = ""
    text: str = ""

    @property
    def place(self) -> Place:
        return self.box, self.line


def wrong_mark(place: Place, places: Collection[Place], finding: str, reason_code: str, text: str) -> None:
    """Raises Incomplete when there is no such box on this licence, or a difference has no reason."""
    mistakes = too_long("text", text)
    if place not in places:
        mistakes.append(Mistake("box", "no_such_box", "This licence has no such box."))
    if finding not in set(Comparison):
        mistakes.append(Mistake("finding", "unknown", "Choose whether the box agrees or differs."))
    if finding == Comparison.DIFFERS and reason_code not in set(RejectionReason):
        mistakes.append(Mistake("reason_code", "reason_code_missing", "Choose what is wrong with it."))
    if mistakes:
        raise Incomplete(mistakes)


def as_reasons(marks: Sequence[Mark], *, first: UUID) -> list[BoxReason]:
    """One reason for each box in which somebody found a difference; what `first` found counts before others' marks."""
    differing = [mark for mark in marks if mark.finding is Comparison.DIFFERS]
    differing.sort(key=lambda mark: (mark.box, mark.account_id != first, mark.line, mark.at))
    boxes = dict.fromkeys(mark.box for mark in differing)
    return [_reason(box, [mark for mark in differing if mark.box == box]) for box in boxes]


def _reason(box: int, marks: list[Mark]) -> BoxReason:
    texts = [f"{mark.line}: {mark.text}" if mark.line and mark.text else mark.text for mark in marks]
    text = "\n".join(dict.fromkeys(filter(None, map(words, texts))))
    return BoxReason(box, marks[0].reason_code, text[:LONGEST_TEXT])
