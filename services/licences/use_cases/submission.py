"""Handing in: what would block it, what is asked on the way, and the one step that cannot be undone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.licences.domain.licence import Answers, Licence, mistakes_of_boxes
from services.licences.domain.lodging_rules import licence_number_is_used_once
from services.licences.domain.problems import Flag
from services.licences.domain.soft_rules import flags_of
from services.licences.shapes import boxes_json, contract_of
from services.licences.storage import licences as storage
from services.licences.use_cases.bodies import reference_for
from services.licences.use_cases.for_companies import tell_company
from services.licences.use_cases.guards import held, refused, require_version, said_if_taken, said_in_words
from shared.contracts.licences import LicenceSubmitted
from shared.person import Person
from shared.work import Work


async def check_boxes(work: Work, person: Person, licence_id: UUID) -> Licence:
    """The draft, when Boxes 1 to 18 are in order. Raises WrongContent with everything that is not."""
    licence, taken = await held(work, person, licence_id)
    lodging = licence.lodging(await reference_for(work, licence), at=work.now, number_taken=taken)
    if mistakes := mistakes_of_boxes(lodging) + licence_number_is_used_once(lodging):
        raise refused(mistakes)
    return licence


async def answer(
    work: Work, person: Person, licence_id: UUID, *, typed: Mapping[str, str | None] | None = None, **answers: Any
) -> Licence:
    """Keep what was answered on the way to handing in: fields of `Answers`; the others stay.

    `typed` is what could not be read of an answer, by the field's name; None for a field that is in order now.
    """
    licence, _taken = await held(work, person, licence_id)
    unread = {name: text for name, text in {**licence.typed_answers, **(typed or {})}.items() if text is not None}
    answered = replace(licence.answered(replace(licence.answers, **answers)), typed_answers=unread)
    await storage.save_answers(work.db, answered)
    return answered


async def submit_licence(
    work: Work, person: Person, licence_id: UUID, *, answers: Answers | None = None, version: int | None = None
) -> Licence:
    """Hand it in, for the first time or corrected, with `answers` or what was answered before. From here on only
    validation can move it.

    Raises WrongContent with everything that is wrong.
    """
    draft, taken = await held(work, person, licence_id)
    if version is not None:
        require_version(draft, version)
    with said_in_words():
        answered = draft.answered(answers) if answers else draft
        licence = answered.submitted(await reference_for(work, answered), at=work.now, number_taken=taken)
    with said_if_taken(draft, work):
        if draft.is_draft:
            await storage.submit(work.db, licence, by=person)
        else:
            await storage.submit(work.db, licence, by=person, what="resubmitted", details=_corrections(draft, licence))
    work.tell(LicenceSubmitted(licence=contract_of(licence)))
    if draft.is_draft:
        tell_company(work, licence)
    return licence


def _corrections(returned: Licence, licence: Licence) -> dict[str, Any]:
    """What was corrected, for the timeline: the numbers of the boxes, and all boxes before and after."""
    before = boxes_json(returned.boxes_returned or returned.boxes)
    return {"boxes": list(licence.changed_boxes), "before": before, "after": boxes_json(licence.boxes)}


async def flags_if_submitted(licence: Licence, work: Work) -> list[Flag]:
    """What would be pointed out to the authority if the licence were handed in now."""
    return flags_of(licence.lodging(await reference_for(work, licence), at=work.now))
