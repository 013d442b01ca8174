"""Who works on a case. All raise NotYours, Unknown and WrongState."""

from collections.abc import Sequence
from uuid import UUID

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.proceedings import Officer
from services.validation.domain.states import Act
from services.validation.use_cases.permissions import case_of_authority, rules
from services.validation.use_cases.recording import record
from shared.contracts.validation import CaseReleased, CaseTaken
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.work import Work


async def take_case(work: Work, person: Person, case_id: UUID, *, over: bool = False) -> Case:
    """Work on the case; `over` takes it from the colleague who has it."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.take(actor, over=over)
    await meet_officer(work, person)
    told = {"officer_id": str(actor.account_id)}
    return await record(work, stored, case, Act.TAKE, actor, CaseTaken, seen=None, details=told)


async def hand_case_to(work: Work, person: Person, case_id: UUID, colleague_id: UUID, *, over: bool = False) -> Case:
    """Let a colleague of the same authority work on the case. Raises WrongContent for anybody else.

    The name stands in the case alone, not in its history, which keeps names only of those who acted.
    """
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    colleague = await _colleague(work, stored.country, colleague_id)
    case = stored.to_decide()
    with rules():
        case.take(actor, over=over, for_colleague=colleague)
    told = {"officer_id": str(colleague.account_id)}
    return await record(work, stored, case, Act.TAKE, actor, CaseTaken, seen=None, details=told)


async def release_case(work: Work, person: Person, case_id: UUID) -> Case:
    """Give the case back into the queue of all."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.release(actor)
    return await record(work, stored, case, Act.RELEASE, actor, CaseReleased, seen=None)


async def colleagues(work: Work, country: str | None) -> Sequence[Officer]:
    """Officers of the authority of this Member State who can be handed a case: those who have been at its queue."""
    return await storage.officers_of(work.db, country, at=work.now) if country else []


async def meet_officer(work: Work, person: Person) -> None:
    """Know the name of whoever works here, so that colleagues can hand them cases."""
    if not person.is_machine:
        await storage.meet(work.db, Officer(person.account_id, person.name))


async def _colleague(work: Work, country: str, account_id: UUID) -> Officer:
    for officer in await colleagues(work, country):
        if officer.account_id == account_id:
            return officer
    message = "This is no officer of your authority, or one who has not opened the queue yet."
    raise WrongContent([FieldError("officer", "unknown_officer", message)])
