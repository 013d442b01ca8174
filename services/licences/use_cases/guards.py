"""Who may do what with a licence, and the rules' words as refusals.

A licence belongs to a company: its importers see and edit all of its drafts, everybody else does not know of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from services.licences.domain.licence import Licence
from services.licences.domain.problems import Mistake, NotADraft, NotInOrder
from services.licences.reference import reference
from services.licences.storage import licences as storage
from shared.person import Person
from shared.problems import FieldError, NotYours, Stale, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work


def refused(mistakes: Sequence[Mistake]) -> WrongContent:
    """What the rules found, as a refusal."""
    return WrongContent([FieldError(m.field, m.code, m.message, m.box, m.params) for m in mistakes])


async def held(work: Work, person: Person, licence_id: UUID) -> tuple[Licence, bool]:
    """A draft of this person's company, held until the transaction ends; and whether its number is taken."""
    found = await storage.lock(work.db, licence_id)
    if found is None:
        raise Unknown
    require_holder(person, found[0])
    return found


def require_holder(person: Person, licence: Licence) -> Licence:
    """Drafts are held by the importers of their company. Others do not know of it, or may only look."""
    if not may_see(person, licence):
        raise Unknown
    if not person.importer_of(licence.operator.id):
        raise NotYours
    with said_in_words():
        licence.require_draft()
    return licence


def may_see(person: Person, licence: Licence) -> bool:
    """Its company; once handed in also the authority of its point of entry and monitors whose scope it is in, and once
    validated the customs office."""
    if person.importer_of(licence.operator.id):
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
