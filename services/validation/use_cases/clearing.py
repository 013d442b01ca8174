"""What customs does with an accepted licence. All raise NotYours, Unknown, WrongState, WrongContent and Stale."""

from uuid import UUID

from services.validation.domain.case import Case
from services.validation.domain.quantities import Quantities
from services.validation.domain.states import Act, ActorKind
from services.validation.domain.texts import words
from services.validation.use_cases.permissions import case_of_either, case_of_office, rules
from services.validation.use_cases.recording import record
from shared.contracts.validation import (
    CaseEvent,
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    LicenceCleared,
)
from shared.person import Person
from shared.work import Work


async def clear_licence(
    work: Work, person: Person, case_id: UUID, *, declaration: str, declared: Quantities, version: int | None = None
) -> Case:
    """Release the goods against a declaration (MRN) when the declared volume or weight conforms within 10 %."""
    stored, actor = await case_of_office(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.clear(actor, declaration, declared)
    details = {
        "declaration": case.declaration.number if case.declaration else "",
        "volume_m3": _number(declared.volume_m3),
        "net_weight_kg": _number(declared.net_weight_kg),
    }
    return await record(work, stored, case, Act.CLEAR, actor, LicenceCleared, seen=version, details=details)


async def suspend_clearance(
    work: Work, person: Person, case_id: UUID, *, reason: str, version: int | None = None
) -> Case:
    """Hold the goods because of doubt; the competent authority is told."""
    return await _with_reason(work, person, case_id, Act.SUSPEND, reason, version)


async def resume_clearance(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    reason: str,
    version: int | None = None,
    acting: ActorKind = ActorKind.CUSTOMS,
) -> Case:
    """The doubt is settled: the licence awaits clearance again. The office says so, or the authority (`acting`)."""
    return await _with_reason(work, person, case_id, Act.RESUME, reason, version, acting)


async def refuse_clearance(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    reason: str,
    version: int | None = None,
    acting: ActorKind = ActorKind.CUSTOMS,
) -> Case:
    """Refuse the release, finally. The office does so, or the authority (`acting`)."""
    return await _with_reason(work, person, case_id, Act.REFUSE, reason, version, acting)


async def _with_reason(
    work: Work,
    person: Person,
    case_id: UUID,
    act: Act,
    reason: str,
    version: int | None,
    acting: ActorKind = ActorKind.CUSTOMS,
) -> Case:
    stored, actor = await case_of_either(work, person, case_id, acting)
    case = stored.to_decide()
    with rules():
        {Act.SUSPEND: case.suspend, Act.RESUME: case.resume, Act.REFUSE: case.refuse}[act](actor, reason)
    text = words(reason)
    fact = _FACTS[act]
    return await record(work, stored, case, act, actor, fact, seen=version, text=text, details={"reason": text})


_FACTS: dict[Act, type[CaseEvent]] = {
    Act.SUSPEND: ClearanceSuspended,
    Act.RESUME: ClearanceResumed,
    Act.REFUSE: ClearanceRefused,
}


def _number(value: object) -> str | None:
    """Decimals are kept as text where JSON would round them."""
    return None if value is None else str(value)
