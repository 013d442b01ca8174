"""Who works on a case. All raise NotYours, Unknown and WrongState."""

from uuid import UUID

from services.validation.domain.case import Case
from services.validation.domain.proceedings import Officer
from services.validation.domain.states import Act
from services.validation.use_cases.permissions import case_of_authority, rules
from services.validation.use_cases.recording import record
from shared.contracts.validation import CaseReleased, CaseTaken
from shared.person import Person
from shared.work import Work


async def take_case(work: Work, person: Person, case_id: UUID, *, over: bool = False) -> Case:
    """Work on the case; `over` takes it from the colleague who has it."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.take(actor, over=over)
    told = {"officer_id": str(actor.account_id)}
    return await record(work, stored, case, Act.TAKE, actor, CaseTaken, seen=None, details=told)


async def hand_case_to(work: Work, person: Person, case_id: UUID, colleague: Officer) -> Case:
    """Let a colleague of the same authority work on the case."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.take(actor, for_colleague=colleague)
    told = {"officer_id": str(colleague.account_id)}
    return await record(work, stored, case, Act.TAKE, actor, CaseTaken, seen=None, text=colleague.name, details=told)


async def release_case(work: Work, person: Person, case_id: UUID) -> Case:
    """Give the case back into the queue of all."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.release(actor)
    return await record(work, stored, case, Act.RELEASE, actor, CaseReleased, seen=None)
