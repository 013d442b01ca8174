"""What officers mark on the boxes while they compare them with the scan. Raise NotYours, Unknown, WrongState,
WrongContent and Stale."""

from uuid import UUID

from services.validation import storage
from services.validation.boxes import places_of, text_at
from services.validation.domain.case import Case
from services.validation.domain.marks import Comparison, Mark, Place, wrong_mark
from services.validation.domain.permitted import may_mark
from services.validation.domain.proceedings import Actor
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.texts import words
from services.validation.storage import StoredCase
from services.validation.use_cases.permissions import case_of_authority, rules
from services.validation.use_cases.recording import not_passed
from shared.person import Person
from shared.problems import FieldError, WrongContent, WrongState
from shared.work import Work


async def mark_box(
    work: Work,
    person: Person,
    case_id: UUID,
    place: Place,
    *,
    finding: str,
    reason_code: str = "",
    text: str = "",
    seen: str | None = None,
    version: int | None = None,
) -> Case:
    """Note that a box agrees with the scan, or what is wrong with it; an earlier mark of the officer gives way.

    `seen` is what the officer compared: when the box reads otherwise by now, nothing is marked (WrongContent).
    `version` is stricter: nothing at all may have happened to the case since (Stale).
    """
    stored, actor = await _to_mark(work, person, case_id)
    not_passed(stored, version)
    if seen is not None and seen.split() != text_at(stored.licence.boxes, place).split():
        message = "This box was changed after you opened the page. Compare it again as it is now."
        raise WrongContent([FieldError("box", "changed", message)])
    with rules():
        wrong_mark(place, places_of(stored.licence.boxes), finding, reason_code, text)
    code = RejectionReason(reason_code) if finding == Comparison.DIFFERS else ""
    kept = words(text) if finding == Comparison.DIFFERS else ""
    mark = Mark(*place, Comparison(finding), actor.account_id, actor.name, work.now, code, kept)
    await storage.keep_mark(work.db, case_id, mark, version=stored.version)
    return stored.to_decide()


async def unmark_box(work: Work, person: Person, case_id: UUID, place: Place, *, version: int | None = None) -> Case:
    """Take the officer's own mark away."""
    stored, actor = await _to_mark(work, person, case_id)
    not_passed(stored, version)
    await storage.remove_mark(work.db, case_id, place, actor.account_id)
    return stored.to_decide()


async def _to_mark(work: Work, person: Person, case_id: UUID) -> tuple[StoredCase, Actor]:
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    if not may_mark(stored.to_decide(), actor):
        raise WrongState("The boxes of a licence are marked while the authority owes a decision on it.")
    return stored, actor
