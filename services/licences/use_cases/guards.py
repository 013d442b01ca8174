"""Who may do what with a licence, and the rules' words as refusals.

A licence belongs to a company: its importers see and edit all of its drafts, and correct what is returned; everybody
else does not know of drafts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import asyncpg

from services.licences.domain.correcting import LOCKED
from services.licences.domain.licence import Licence, takes_files
from services.licences.domain.lodging_rules import licence_number_is_used_once
from services.licences.domain.problems import Mistake, NotADraft, NotInOrder
from services.licences.reference import reference
from services.licences.storage import licences as storage
from shared.person import Person
from shared.problems import FieldError, NotYours, Stale, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work


def refused(mistakes: Sequence[Mistake]) -> WrongContent:
    """What the rules found, as a refusal."""
    return WrongContent([FieldError(m.field, m.code, m.message, m.box, m.params, m.article) for m in mistakes])


async def held(work: Work, person: Person, licence_id: UUID) -> tuple[Licence, bool]:
    """What this person's company may change, held until the transaction ends; and whether its number is taken."""
    found = await storage.lock(work.db, licence_id)
    if found is None:
        raise Unknown
    require_holder(person, found[0])
    return found


def require_holder(person: Person, licence: Licence) -> Licence:
    """Drafts, and what was returned, are held by the importers of their company. Others may at most look."""
    if not may_see(person, licence):
        raise Unknown
    if not holds(person, licence):
        raise NotYours
    with said_in_words():
        licence.require_held()
    return licence


async def ours(work: Work, person: Person, licence_id: UUID) -> tuple[Licence, bool]:
    """A licence of this person's company, whoever has the baton, held until the transaction ends; and whether its
    number is taken."""
    found = await storage.lock(work.db, licence_id)
    if found is None or not may_see(person, found[0]):
        raise Unknown
    if not holds(person, found[0]):
        raise NotYours
    return found


def holds(person: Person, licence: Licence) -> bool:
    """Whether it is this person's to edit and to hand in: of the company's importers, or, when a competent authority
    entered it for the company, of that authority's officers."""
    if licence.entered_by is None:
        return person.importer_of(licence.operator.id) is not None
    return any(role.kind == "msca" and role.body_id == licence.entered_by.id for role in person.roles)


def require_open(licence: Licence, box: int) -> None:
    """Raises WrongContent when files of this box cannot be changed now."""
    if not takes_files(licence, box):
        raise WrongContent([FieldError(f"attachments.box{box}", "box_locked", LOCKED, box, {"box": box})])


def may_see(person: Person, licence: Licence) -> bool:
    """Its company, and the authority that entered it for the company; once handed in also the authority of its point of
    entry and monitors whose scope it is in, and once validated the customs office."""
    if person.importer_of(licence.operator.id) or holds(person, licence):
        return True
    office = licence.answers.point_of_entry
    if licence.is_draft or office is None:
        return False
    country = reference().offices.get(office, "")
    if person.authority_of(country) or person.monitor_of(country, licence.boxes.vpa_country):
        return True
    return licence.clearance_state != "not_ready" and person.customs_at(office) is not None


def require_version(licence: Licence, version: int) -> None:
    """Raises Stale when somebody saved the draft since this version."""
    if licence.version != version:
        raise Stale(N_("Somebody saved this draft since you opened it."))


@contextmanager
def said_if_taken(licence: Licence, work: Work) -> Iterator[None]:
    """What the database raises when another licence of this number was handed in, as a refusal."""
    try:
        yield
    except asyncpg.UniqueViolationError:
        lodging = licence.lodging(reference(), at=work.now, number_taken=True)
        raise refused(licence_number_is_used_once(lodging)) from None


@contextmanager
def said_in_words() -> Iterator[None]:
    """What the rules raise, as refusals that a person understands."""
    try:
        yield
    except NotADraft:
        raise WrongState(
            N_("This licence was handed in. It can no longer be changed here; the competent authority has it.")
        ) from None
    except NotInOrder as found:
        raise refused(found.mistakes) from None
