"""Looking at one case. Every look by an official is kept in its history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.validation import storage
from services.validation.domain.checks import Check
from services.validation.domain.proceedings import Actor
from services.validation.domain.states import ActorKind, ValidationState
from services.validation.storage import Entry, StoredCase
from services.validation.storage.history import READ
from services.validation.use_cases.checking import check_case
from services.validation.use_cases.permissions import MONITOR, case_of_authority, case_of_monitor, case_of_office
from shared.contracts.licence import Attachment
from shared.person import Person
from shared.problems import NotYours, Unknown
from shared.work import Work


@dataclass(frozen=True)
class CaseView:
    """A case as an official sees it. `own` is a licence that the person entered and so may not decide on; a monitor
    decides on none (`may_decide`)."""

    case: StoredCase
    checks: Sequence[Check]
    acts: Sequence[Entry]
    reads: Sequence[Entry]
    own: bool
    may_decide: bool = True


async def read_case(work: Work, person: Person, case_id: UUID) -> CaseView:
    """A case of the person's Member State or scope, with checks and history. Raises NotYours, Unknown."""
    watched = await case_of_monitor(work, person, case_id)
    if watched is not None:
        return replace(await _view(work, *watched), may_decide=False)
    case, actor = await case_of_authority(work, person, case_id)
    return await _view(work, case, actor)


async def read_clearance(work: Work, person: Person, case_id: UUID) -> CaseView:
    """A validated licence of the person's customs office. Raises NotYours, Unknown."""
    case, actor = await case_of_office(work, person, case_id)
    return await _view(work, case, actor)


async def find_attachment(work: Work, person: Person, case_id: UUID, attachment_id: UUID) -> Attachment:
    """A file of a case that the person may see. Raises NotYours, Unknown."""
    case = await storage.find(work.db, case_id)
    if not any(role.kind in {*ActorKind, MONITOR} for role in person.roles):
        raise NotYours("Scans are for competent authorities and customs offices.")
    if case is None or not _may_see(person, case):
        raise Unknown("There is no such case.")
    found = [attachment for attachment in case.licence.attachments if attachment.id == attachment_id]
    if not found:
        raise Unknown("This case has no such attachment.")
    return found[0]


def _may_see(person: Person, case: StoredCase) -> bool:
    accepted = case.validation_state is ValidationState.VALIDATED
    official = person.authority_of(case.country) or (accepted and person.customs_at(case.point_of_entry))
    return bool(official or person.monitor_of(case.country, case.vpa_country))


async def _view(work: Work, case: StoredCase, actor: Actor) -> CaseView:
    view = CaseView(
        case=case,
        checks=await check_case(work, case),
        acts=await storage.acts_of(work.db, case.licence_id),
        reads=await storage.reads_of(work.db, case.licence_id),
        own=actor.account_id == case.requester_id,
    )
    read = Entry(work.now, READ, actor.account_id, actor.name, actor.body, "", {})
    await storage.note(work.db, case.licence_id, read)
    return view
