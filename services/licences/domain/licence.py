"""A licence as its importer holds it: a draft until it is handed in, and again when it is returned for correction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.licences.domain.attachments import Attachment
from services.licences.domain.box_rules import BOX_RULES
from services.licences.domain.correcting import BoxReason, changed_boxes, mistakes_of_locked, opened
from services.licences.domain.form import Boxes, Party, Typed
from services.licences.domain.lodging import Lodging
from services.licences.domain.lodging_rules import LODGING_RULES
from services.licences.domain.problems import Mistake, NotADraft, NotInOrder
from services.licences.domain.reference import Reference
from services.licences.domain.soft_rules import flags_of

DRAFT, SUBMITTED, RETURNED = "draft", "submitted", "returned"
ASKED = "information_requested"
UNDECIDED = (SUBMITTED, "under_verification", ASKED, RETURNED)
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
class EnteringAuthority:
    """The competent authority that entered the licence for the company, and holds it in the company's place."""

    id: UUID
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
    typed: Typed = field(default_factory=Typed)
    typed_answers: Mapping[str, str] = field(default_factory=dict)
    """What was typed in the wizard and could not be read, by the field's name."""
    flags: tuple[Flagged, ...] = ()
    attachments: tuple[Attachment, ...] = field(default=())
    returned: tuple[BoxReason, ...] = ()
    """The boxes to be corrected, while it is returned."""
    boxes_returned: Boxes | None = None
    """The boxes as they were returned, once they were changed."""
    files_changed: tuple[int, ...] = ()
    """Boxes whose files were changed since it was returned."""
    changed_boxes: tuple[int, ...] = ()
    """What was corrected when it was handed in again."""
    issued_electronically: bool = False
    """The issuing authority sent it and the company claimed it: the boxes are as issued and stay so."""
    entered_by: EnteringAuthority | None = None
    lodged_at: dt.datetime | None = None
    """When it was handed in for the first time."""
    withdrawal_asked: bool = False
    """The company asked for it back, and validation has not answered yet."""

    @property
    def is_draft(self) -> bool:
        return self.validation_state == DRAFT

    @property
    def is_returned(self) -> bool:
        return self.validation_state == RETURNED

    @property
    def is_undecided(self) -> bool:
        """Whether it was handed in and neither accepted nor refused: it can be withdrawn."""
        return self.validation_state in UNDECIDED

    @property
    def awaits_answer(self) -> bool:
        return self.validation_state == ASKED

    @property
    def is_held(self) -> bool:
        """Whether the company has the baton. A withdrawal that was asked for comes first: it ends the licence."""
        return self.is_draft or (self.is_returned and not self.withdrawal_asked)

    def require_held(self) -> None:
        """Raises NotADraft while validation holds the licence."""
        if not self.is_held:
            raise NotADraft

    def saved(self, boxes: Boxes, codes: Sequence[str], *, at: dt.datetime, typed: Typed | None = None) -> "Licence":
        """The licence with these boxes, as its next version. Raises NotADraft, or NotInOrder for locked boxes.

        `typed` is what the form holds beside the boxes.
        """
        self.require_held()
        open_now = open_boxes(self)
        if mistakes := mistakes_of_locked(self.boxes, boxes, open_now):
            raise NotInOrder(mistakes)
        chosen = self.commodity_codes
        if open_now is None:
            chosen = tuple(dict.fromkeys((*codes, *boxes.commodity_codes)))
        elif boxes.commodity_codes != self.boxes.commodity_codes:
            chosen = boxes.commodity_codes
        before = None if self.is_draft else self.boxes_returned or self.boxes
        return replace(
            self,
            boxes=boxes,
            boxes_returned=before,
            commodity_codes=chosen,
            typed=typed or Typed(),
            version=self.version + 1,
            modified_at=at,
        )

    def answered(self, answers: Answers) -> "Licence":
        """The licence with these answers; they are no part of the form, so the version stays."""
        self.require_held()
        return replace(self, answers=answers)

    def lodging(self, reference: Reference, *, at: dt.datetime, number_taken: bool = False) -> Lodging:
        """What the rules would look at if it were handed in at that moment."""
        return Lodging(
            boxes=self.boxes,
            at=at,
            reference=reference,
            lodged_at=self.lodged_at,
            point_of_entry=self.answers.point_of_entry,
            arrival=self.answers.arrival,
            on_behalf=self.answers.on_behalf,
            with_files=frozenset(file.box for file in self.attachments),
            number_taken=number_taken,
            unread=tuple(self.typed.unread),
            issued_electronically=self.issued_electronically,
        )

    def submitted(self, reference: Reference, *, at: dt.datetime, number_taken: bool) -> "Licence":
        """The licence handed in. Raises NotADraft, or NotInOrder with everything that is wrong."""
        self.require_held()
        lodging = self.lodging(reference, at=at, number_taken=number_taken)
        if mistakes := mistakes_of_boxes(lodging) + mistakes_of_lodging(lodging):
            raise NotInOrder(mistakes)
        flags = tuple(Flagged(flag.code, flag.box, flag.text) for flag in flags_of(lodging))
        return replace(
            self,
            validation_state=SUBMITTED,
            flags=flags,
            changed_boxes=corrected_boxes(self),
            lodged_at=self.lodged_at or at,
            version=self.version + 1,
            modified_at=at,
        )


def open_boxes(licence: Licence) -> set[int] | None:
    """The boxes that the company may change now; None: all of them, because it is a draft. Of an electronic licence
    none ever are."""
    if licence.issued_electronically:
        return set()
    if licence.is_draft:
        return None
    return opened(reason.box for reason in licence.returned) if licence.is_held else set()


def is_open(licence: Licence, box: int) -> bool:
    """Whether the company may change this box now."""
    boxes = open_boxes(licence)
    return boxes is None or box in boxes


def takes_files(licence: Licence, box: int) -> bool:
    """Whether files of this box can be changed now. Of an electronic licence only those that came with it cannot."""
    return is_open(licence, box) or (licence.issued_electronically and licence.is_held)


def corrected_boxes(licence: Licence) -> tuple[int, ...]:
    """What a returned licence says otherwise than when it was returned, in boxes and their files."""
    changed = changed_boxes(licence.boxes_returned, licence.boxes) if licence.boxes_returned else []
    return tuple(sorted({*changed, *licence.files_changed}))


def mistakes_of_boxes(lodging: Lodging) -> list[Mistake]:
    """Everything in Boxes 1 to 18 that would block handing in."""
    return [mistake for rule in BOX_RULES for mistake in rule(lodging)]


def mistakes_of_lodging(lodging: Lodging) -> list[Mistake]:
    """Everything about point of entry, arrival, the other importer and the number that would block it."""
    return [mistake for rule in LODGING_RULES for mistake in rule(lodging)]
