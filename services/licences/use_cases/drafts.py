"""Drafts: entered, saved, deleted; and what is returned for correction, saved in the same way."""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.licences.domain.form import Boxes, Commodity, Typed
from services.licences.domain.licence import Licence, Requester, is_open, mistakes_of_boxes
from services.licences.domain.problems import Mistake
from services.licences.domain.reading import TOO_LONG
from services.licences.storage import bodies
from services.licences.storage import licences as storage
from services.licences.use_cases.bodies import issuers_named, reference_for
from services.licences.use_cases.for_companies import entering, role_to_enter_for
from services.licences.use_cases.guards import (
    held,
    may_see,
    require_holder,
    require_version,
    said_if_taken,
    said_in_words,
)
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

MOST_TYPED = 200_000
"""Characters of a form that are kept beside the boxes."""


async def create_draft(
    work: Work,
    person: Person,
    *,
    operator_id: UUID | None = None,
    boxes: Boxes | None = None,
    codes: Sequence[str] = (),
) -> Licence:
    """A new draft of a company of this person: the one named, else that of the active role, else the first one.

    An officer of a competent authority names a company of the own country.
    """
    active = person.active_role.body_id if person.active_role else None
    company = operator_id or (active if active in person.companies else next(iter(person.companies), None))
    official = None if company and person.importer_of(company) else await role_to_enter_for(work, person, company)
    operator = await bodies.operator(work.db, company) if company else None
    if operator is None:
        raise WrongState(N_("Your company was registered a moment ago. Try again in a few seconds."))
    boxes = boxes or Boxes()
    filled = boxes.filled_in(await issuers_named(work, boxes.issuing_authority.name))
    licence = Licence(
        id=new_id(),
        version=1,
        operator=operator,
        requester=Requester(person.account_id, person.name),
        boxes=filled,
        commodity_codes=tuple(dict.fromkeys((*codes, *filled.commodity_codes))),
        entered_by=entering(official),
        created_at=work.now,
        modified_at=work.now,
    )
    await storage.add(work.db, licence)
    return licence


async def save_draft(
    work: Work,
    person: Person,
    licence_id: UUID,
    *,
    version: int,
    boxes: Boxes,
    codes: Sequence[str] = (),
    typed: Typed | None = None,
) -> Licence:
    """Keep what the form says now, and what is `typed` in it beside the boxes. Raises Stale when somebody saved it
    since `version`, and WrongContent when a locked box of a returned licence differs, or its number is that of another
    licence that was handed in."""
    licence, _taken = await held(work, person, licence_id)
    require_version(licence, version)
    if typed is not None and typed.size > MOST_TYPED:
        raise WrongContent([FieldError("boxes", "too_long", TOO_LONG, params={"most": MOST_TYPED})])
    if is_open(licence, 1):
        boxes = boxes.filled_in(await issuers_named(work, boxes.issuing_authority.name))
    with said_in_words():
        saved = licence.saved(boxes, codes, at=work.now, typed=typed)
    with said_if_taken(saved, work):
        await storage.save_boxes(work.db, saved)
    return saved


async def copy_licence(work: Work, person: Person, licence_id: UUID) -> Licence:
    """A new draft with what a licence of this person's company says, also of one handed in long ago. Number, dates and
    files are the paper's own and stay behind."""
    licence = await storage.load(work.db, licence_id)
    if licence is None or not may_see(person, licence):
        raise Unknown
    return await create_draft(work, person, operator_id=licence.operator.id, boxes=licence.boxes.as_new())


async def delete_draft(work: Work, person: Person, licence_id: UUID) -> None:
    """Delete a draft for ever."""
    licence, _taken = await held(work, person, licence_id)
    if not licence.is_draft:
        raise WrongState(N_("Only a draft can be deleted. You can ask for this licence to be withdrawn."))
    await storage.delete(work.db, licence_id)


async def read_draft(work: Work, person: Person, licence_id: UUID) -> Licence:
    """A draft or returned licence, for those who may edit it."""
    licence = await storage.load(work.db, licence_id)
    if licence is None:
        raise Unknown
    return require_holder(person, licence)


async def remarks_on_lines(work: Work, licence: Licence, commodities: Sequence[Commodity]) -> dict[int, list[Mistake]]:
    """What the rules would say of these lines if they were the licence's, by their place."""
    looked_at = replace(licence, boxes=replace(licence.boxes, commodities=tuple(commodities)), typed=Typed())
    found: dict[int, list[Mistake]] = {}
    for mistake in mistakes_of_boxes(looked_at.lodging(await reference_for(work, licence), at=work.now)):
        if place := re.match(r"boxes\.commodities\.(\d+)\.", mistake.field):
            found.setdefault(int(place[1]), []).append(mistake)
    return found
