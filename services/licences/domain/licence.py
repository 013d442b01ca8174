"""A licence as its importer holds it: a draft, until it is handed in once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.licences.domain.attachments import Attachment
from services.licences.domain.box_rules import BOX_RULES
from services.licences.domain.form import Boxes, Party
from services.licences.domain.lodging import Lodging
from services.licences.domain.lodging_rules import LODGING_RULES
from services.licences.domain.problems import Mistake, NotADraft, NotInOrder
from services.licences.domain.reference import Reference
from services.licences.domain.soft_rules import flags_of

DRAFT, SUBMITTED = "draft", "submitted"
NOT_READY = "not_ready"
NUMBER_FREE_AGAIN = ("rejected", "withdrawn")
"""States in which the licence's number may be handed in anew."""


@dataclass(frozen=True)
class Operator:
    """The company whose licence it is."""

    id: UUID
    name: str
    eori: str


@dataclass(frozen=True)
class Requester:
    """Who entered the licence."""

    account_id: UUID
    name: str


@dataclass(frozen=True)
class Flagged:
    """A flag as it was at submission: `message` in English, values filled in."""

    code: str
    box: int | None
    message: str


@dataclass(frozen=True)
class Answers:
    """What is asked beside the form when a licence is handed in: where, when, for whom, and a word to the authority."""

    point_of_entry: str | None = None
    arrival: dt.datetime | None = None
    on_behalf: Party | None = None
    message: str = ""


@dataclass(frozen=True)
class Licence:
    """One licence. `version` counts what the form said and what was decided about it; it only grows."""

    id: UUID
    version: int
    operator: Operator
    requester: Requester
    boxes: Boxes
    created_at: dt.datetime
    modified_at: dt.datetime
    commodity_codes: tuple[str, ...] = ()
    validation_state: str = DRAFT
    clearance_state: str = NOT_READY
    answers: Answers = Answers()
    flags: tuple[Flagged, ...] = ()
    attachments: tuple[Attachment, ...] = field(default=())

    @property
    def is_draft(self) -> bool:
        return self.validation_state == DRAFT

    def require_draft(self) -> None:
        """Raises NotADraft once the licence was handed in: from then on validation holds it."""
        if not self.is_draft:
            raise NotADraft

    def saved(self, boxes: Boxes, codes: Sequence[str], *, at: dt.datetime) -> "Licence":
        """The draft with these boxes, as its next version."""
        self.require_draft()
        chosen = tuple(dict.fromkeys((*codes, *boxes.commodity_codes)))
        return replace(self, boxes=boxes, commodity_codes=chosen, version=self.version + 1, modified_at=at)

    def answered(self, answers: Answers) -> "Licence":
        """The draft with these answers; they are no part of the form, so the version stays."""
        self.require_draft()
        return replace(self, answers=answers)

    def lodging(self, reference: Reference, *, at: dt.datetime, number_taken: bool = False) -> Lodging:
        """What the rules would look at if it were handed in at that moment."""
        return Lodging(
            boxes=self.boxes,
            at=at,
            reference=reference,
            point_of_entry=self.answers.point_of_entry,
            arrival=self.answers.arrival,
            on_behalf=self.answers.on_behalf,
            scans=len(self.attachments),
            number_taken=number_taken,
        )

    def submitted(self, reference: Reference, *, at: dt.datetime, number_taken: bool) -> "Licence":
        """The licence handed in. Raises NotADraft, or NotInOrder with everything that is wrong."""
        self.require_draft()
        lodging = self.lodging(reference, at=at, number_taken=number_taken)
        if mistakes := mistakes_of_boxes(lodging) + mistakes_of_lodging(lodging):
            raise NotInOrder(mistakes)
        flags = tuple(Flagged(flag.code, flag.box, flag.text) for flag in flags_of(lodging))
        return replace(self, validation_state=SUBMITTED, flags=flags, version=self.version + 1, modified_at=at)


def mistakes_of_boxes(lodging: Lodging) -> list[Mistake]:
    """Everything in Boxes 1 to 18 that would block handing in."""
    return [mistake for rule in BOX_RULES for mistake in rule(lodging)]


def mistakes_of_lodging(lodging: Lodging) -> list[Mistake]:
    """Everything about point of entry, arrival, the other importer and the number that would block it."""
    return [mistake for rule in LODGING_RULES for mistake in rule(lodging)]
