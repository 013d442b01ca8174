"""Handing in: what would block it, what is asked on the way, and the one step that cannot be undone."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg

from services.licences.domain.licence import Answers, Licence, mistakes_of_boxes
from services.licences.domain.lodging_rules import licence_number_is_used_once
from services.licences.domain.problems import Flag
from services.licences.domain.soft_rules import flags_of
from services.licences.reference import reference
from services.licences.shapes import contract_of
from services.licences.storage import licences as storage
from services.licences.use_cases.guards import held, refused, require_version, said_in_words
from shared.contracts.licences import LicenceSubmitted
from shared.person import Person
from shared.work import Work


async def check_boxes(work: Work, person: Person, licence_id: UUID) -> Licence:
    """The draft, when Boxes 1 to 18 are in order. Raises WrongContent with everything that is not."""
    licence, taken = await held(work, person, licence_id)
    lodging = licence.lodging(reference(), at=work.now, number_taken=taken)
    if mistakes := mistakes_of_boxes(lodging) + licence_number_is_used_once(lodging):
        raise refused(mistakes)
    return licence


async def answer(work: Work, person: Person, licence_id: UUID, **answers: Any) -> Licence:
    """Keep what was answered on the way to handing in: fields of `Answers`; the others stay."""
    licence, _taken = await held(work, person, licence_id)
    answered = licence.answered(replace(licence.answers, **answers))
    await storage.save_answers(work.db, answered)
    return answered


async def submit_licence(
    work: Work, person: Person, licence_id: UUID, *, answers: Answers | None = None, version: int | None = None
) -> Licence:
    """Hand a draft in, with `answers` or what was answered before. From here on only validation can move it.

    Raises WrongContent with everything that is wrong.
    """
    draft, taken = await held(work, person, licence_id)
    if version is not None:
        require_version(draft, version)
    with said_in_words():
        answered = draft.answered(answers) if answers else draft
        licence = answered.submitted(reference(), at=work.now, number_taken=taken)
    try:
        await storage.submit(work.db, licence, by=person)
    except asyncpg.UniqueViolationError:
        lodging = draft.lodging(reference(), at=work.now, number_taken=True)
        raise refused(licence_number_is_used_once(lodging)) from None
    work.tell(LicenceSubmitted(licence=contract_of(licence)))
    return licence


def flags_if_submitted(licence: Licence, work: Work) -> list[Flag]:
    """What would be pointed out to the authority if the licence were handed in now."""
    return flags_of(licence.lodging(reference(), at=work.now))
