"""Drafts: entered, saved, deleted."""

from collections.abc import Sequence
from uuid import UUID

from services.licences.domain.form import Boxes
from services.licences.domain.licence import Licence, Requester
from services.licences.reference import known_authorities
from services.licences.storage import bodies
from services.licences.storage import licences as storage
from services.licences.use_cases.guards import held, require_holder, require_version
from shared.ids import new_id
from shared.person import Person
from shared.problems import NotYours, Unknown, WrongState
from shared.web.i18n import N_
from shared.work import Work


async def create_draft(
    work: Work,
    person: Person,
    *,
    operator_id: UUID | None = None,
    boxes: Boxes | None = None,
    codes: Sequence[str] = (),
) -> Licence:
    """A new draft of a company of this person: the one named, else that of the active role, else the first one."""
    active = person.active_role.body_id if person.active_role else None
    company = operator_id or (active if active in person.companies else next(iter(person.companies), None))
    if company is None or not person.importer_of(company):
        raise NotYours(N_("Only importers can enter licences. Request the role of importer for your company."))
    operator = await bodies.operator(work.db, company)
    if operator is None:
        raise WrongState(N_("Your company was registered a moment ago. Try again in a few seconds."))
    filled = (boxes or Boxes()).filled_in(known_authorities())
    licence = Licence(
        id=new_id(),
        version=1,
        operator=operator,
        requester=Requester(person.account_id, person.name),
        boxes=filled,
        commodity_codes=tuple(dict.fromkeys((*codes, *filled.commodity_codes))),
        created_at=work.now,
        modified_at=work.now,
    )
    await storage.add(work.db, licence)
    return licence


async def save_draft(
    work: Work, person: Person, licence_id: UUID, *, version: int, boxes: Boxes, codes: Sequence[str] = ()
) -> Licence:
    """Keep what the form says now. Raises Stale when somebody saved it since `version`."""
    licence, _taken = await held(work, person, licence_id)
    require_version(licence, version)
    saved = licence.saved(boxes.filled_in(known_authorities()), codes, at=work.now)
    await storage.save_boxes(work.db, saved)
    return saved


async def delete_draft(work: Work, person: Person, licence_id: UUID) -> None:
    """Delete a draft for ever."""
    await held(work, person, licence_id)
    await storage.delete(work.db, licence_id)


async def read_draft(work: Work, person: Person, licence_id: UUID) -> Licence:
    """A draft, for those who may edit it."""
    licence = await storage.load(work.db, licence_id)
    if licence is None:
        raise Unknown
    return require_holder(person, licence)
