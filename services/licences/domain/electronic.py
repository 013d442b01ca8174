"""A licence that the issuing authority sent itself. It is the authority's until an importer claims it."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from services.licences.domain.attachments import Attachment
from services.licences.domain.form import Boxes
from services.licences.domain.licence import NUMBER_FREE_AGAIN, mistakes_of_boxes
from services.licences.domain.lodging import Lodging
from services.licences.domain.problems import N_, Mistake, NotInOrder
from services.licences.domain.reference import Reference

UNCLAIMED, CLAIMED, WITHDRAWN = "unclaimed", "claimed", "withdrawn"
EXTENDED = "extended"
NOTICES = (WITHDRAWN, EXTENDED)
ANOTHER_AUTHORITY = N_("Box 1 must be your own authority: %(name)s.")
ANOTHER_COUNTRY = N_("Box 1 must be in your own country: %(country)s.")
NO_REASON = N_("Give the reason.")
NO_SUCH_NOTICE = N_("A notice says that the licence is withdrawn or extended.")
DAY_MISSING = N_("Enter the day on which this was decided.")
NOT_YET = N_("This day lies in the future.")
NOT_LATER = N_("The new date of expiry must be later than %(expiry)s.")


class NotUnclaimed(Exception):
    """It was claimed or withdrawn: the authority can no longer change it here."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class ClaimedByAnother(Exception):
    """Another company claimed it."""


@dataclass(frozen=True)
class IssuingBody:
    """The authority whose system sent the licence."""

    id: UUID
    name: str
    country: str


@dataclass(frozen=True)
class Notice:
    """What the authority said about the licence later: withdrawn, or extended to another date of expiry."""

    kind: str
    day: dt.date | None
    reason: str
    expiry_date: dt.date | None = None


@dataclass(frozen=True)
class Claim:
    """The draft that a company made of it, and what became of that."""

    licence_id: UUID
    operator_id: UUID
    validation_state: str


@dataclass(frozen=True)
class ElectronicLicence:
    """The boxes as they were issued. `version` counts what the authority changed."""

    id: UUID
    version: int
    authority: IssuingBody
    boxes: Boxes
    posted_at: dt.datetime
    modified_at: dt.datetime
    withdrawn: bool = False
    claim: Claim | None = None
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def state(self) -> str:
        if self.withdrawn:
            return WITHDRAWN
        return CLAIMED if self.claim else UNCLAIMED

    def require_unclaimed(self) -> None:
        """Raises NotUnclaimed."""
        if self.state != UNCLAIMED:
            raise NotUnclaimed(self.state)

    def replaced(self, boxes: Boxes, *, at: dt.datetime) -> "ElectronicLicence":
        """With other boxes, while nobody claimed it."""
        self.require_unclaimed()
        return replace(self, boxes=boxes, version=self.version + 1, modified_at=at)

    def noticed(self, notice: Notice, *, at: dt.datetime, today: dt.date) -> "ElectronicLicence":
        """Withdrawn or extended, while nobody claimed it. Raises NotInOrder when the notice makes no sense."""
        self.require_unclaimed()
        if mistakes := self._mistakes_of(notice, today):
            raise NotInOrder(mistakes)
        boxes = replace(self.boxes, expiry_date=notice.expiry_date) if notice.kind == EXTENDED else self.boxes
        return replace(
            self,
            boxes=boxes,
            withdrawn=notice.kind == WITHDRAWN,
            notices=(*self.notices, notice),
            version=self.version + 1,
            modified_at=at,
        )

    def is_known_to(self, expiry_date: dt.date) -> bool:
        """Whether somebody who names this date of expiry can have seen the licence; never of one withdrawn."""
        return not self.withdrawn and self.boxes.expiry_date == expiry_date

    def draft_of(self, operator_id: UUID) -> UUID | None:
        """The draft that this company has of it; None when it can be claimed. Raises ClaimedByAnother.

        A company whose licence was rejected or withdrawn can claim it anew.
        """
        if self.claim is None:
            return None
        if self.claim.operator_id != operator_id:
            raise ClaimedByAnother
        return None if self.claim.validation_state in NUMBER_FREE_AGAIN else self.claim.licence_id

    def _mistakes_of(self, notice: Notice, today: dt.date) -> list[Mistake]:
        mistakes = []
        if notice.kind not in NOTICES:
            mistakes.append(Mistake("kind", "unknown_notice", NO_SUCH_NOTICE))
        if not notice.reason:
            mistakes.append(Mistake("reason", "missing", NO_REASON))
        if notice.day is None:
            mistakes.append(Mistake("date", "missing", DAY_MISSING))
        elif notice.day > today:
            mistakes.append(Mistake("date", "in_the_future", NOT_YET))
        before, after = self.boxes.expiry_date, notice.expiry_date
        if notice.kind == EXTENDED and before and (after is None or after <= before):
            mistakes.append(Mistake("expiry_date", "not_later", NOT_LATER, 4, {"expiry": before.isoformat()}))
        return mistakes


def mistakes_of_issued(boxes: Boxes, authority: IssuingBody, reference: Reference, *, at: dt.datetime) -> list[Mistake]:
    """What is wrong with an electronic licence: the hard rules of the boxes, and that it is the authority's own."""
    mistakes = mistakes_of_boxes(Lodging(boxes, at, reference, issued_electronically=True))
    named = boxes.issuing_authority
    if named.name.casefold() != authority.name.casefold():
        params = {"name": authority.name}
        mistakes.append(Mistake("boxes.issuing_authority.name", "another_authority", ANOTHER_AUTHORITY, 1, params))
    if named.country != authority.country:
        params = {"country": authority.country}
        mistakes.append(Mistake("boxes.issuing_authority.country", "another_country", ANOTHER_COUNTRY, 1, params))
    return mistakes
