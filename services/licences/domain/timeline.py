"""What happened to a licence, entry by entry, and what the company was asked in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

DISPUTED = "number_disputed"
ASKED, ANSWERED, ANSWER_RECEIVED = "information_requested", "information_provided", "information_received"
WITHDRAWAL_ASKED = "withdrawal_asked"
UNANSWERED = "verification_unanswered"
"""Nobody answered a further check in time; an answer that comes later ends it once more."""


@dataclass(frozen=True)
class Happening:
    """One entry. `by` is a person of the company, or the authority or office that acted."""

    what: str
    at: dt.datetime
    by: str
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True)
class Question:
    """What the authority needs of the company: `information` or a `translation`."""

    id: UUID
    kind: str
    text: str
    by: str
    asked_at: dt.datetime
    boxes: tuple[int, ...] = ()
    due_on: dt.date | None = None
    is_open: bool = True


def questions(entries: Sequence[Happening]) -> list[Question]:
    """Everything that was asked, the latest first; open while it is neither answered nor needed no longer."""
    closed = {e.details["request_id"] for e in entries if e.what in {ANSWERED, ANSWER_RECEIVED}}
    return [_question(e, is_open=e.details["request_id"] not in closed) for e in entries if e.what == ASKED]


def disputed_at(entries: Sequence[Happening], number: str) -> dt.datetime | None:
    """When the company disputed that this number was handed in by somebody else."""
    return next((e.at for e in entries if e.what == DISPUTED and e.details["licence_number"] == number), None)


def _question(entry: Happening, *, is_open: bool) -> Question:
    asked = entry.details
    due_on = dt.date.fromisoformat(asked["due_on"]) if asked.get("due_on") else None
    boxes = tuple(asked.get("boxes") or ())
    return Question(UUID(asked["request_id"]), asked["kind"], entry.text, entry.by, entry.at, boxes, due_on, is_open)
