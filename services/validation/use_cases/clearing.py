"""What customs does with an accepted licence. All raise NotYours, Unknown, WrongState, WrongContent and Stale."""

from collections.abc import Sequence
from uuid import UUID

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.proceedings import Declaration, DeclaredLine
from services.validation.domain.quantities import Quantities
from services.validation.domain.states import Act, ActorKind
from services.validation.domain.texts import words
from services.validation.storage import StoredCase
from services.validation.use_cases.permissions import case_of_either, case_of_office, rules
from services.validation.use_cases.recording import record
from shared.contracts.validation import (
    CaseEvent,
    ClearanceFreed,
    ClearanceRefused,
    ClearanceReserved,
    ClearanceResumed,
    ClearanceSuspended,
    DeclarationCorrected,
    LicenceCleared,
)
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.work import Work


async def clear_licence(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    declaration: str,
    declared: Quantities,
    lines: Sequence[DeclaredLine] = (),
    override_reason: str = "",
    version: int | None = None,
) -> Case:
    """Release the goods against a declaration (MRN) when the declared volume or weight conforms within 10 %.

    `lines` are the declaration's items; they count by their sum. `override_reason` releases all the same, where the
    authority's policy allows that.
    """
    stored, actor = await case_of_office(work, person, case_id, to_change=True)
    if words(override_reason):
        policy, _version = await storage.policy_of(work.db, stored.country)
        if not policy.customs_override:
            message = "The competent authority does not let customs release goods that differ. Suspend the release."
            raise WrongContent([FieldError("override_reason", "override_not_allowed", message)])
    case = stored.to_decide()
    with rules():
        case.clear(actor, declaration, declared, override_reason, lines)
    details = _declared(case)
    if case.declaration and case.declaration.override_reason:
        details["override_reason"] = case.declaration.override_reason
    text = case.declaration.override_reason if case.declaration else ""
    return await record(work, stored, case, Act.CLEAR, actor, LicenceCleared, seen=version, text=text, details=details)


async def may_override(work: Work, case: StoredCase) -> bool:
    """Whether the authority lets its customs offices release goods that differ, with a reason."""
    return (await storage.policy_of(work.db, case.country))[0].customs_override


async def correct_declaration(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    declaration: str,
    declared: Quantities,
    reason: str,
    version: int | None = None,
) -> Case:
    """Correct what was declared, after clearance. The declaration as it was stays in the history."""
    stored, actor = await case_of_office(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.correct_declaration(actor, declaration, declared, reason)
    details = _declared(case) | {"reason": words(reason)}
    return await record(
        work,
        stored,
        case,
        Act.CORRECT_DECLARATION,
        actor,
        DeclarationCorrected,
        seen=version,
        text=words(reason),
        details=details,
    )


async def reserve_licence(
    work: Work, person: Person, case_id: UUID, *, declaration: str, version: int | None = None
) -> Case:
    """Keep the licence for one declaration: no other one can clear it until it is freed."""
    stored, actor = await case_of_office(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.reserve(actor, declaration)
    told = {"declaration": case.reserved_for or ""}
    return await record(work, stored, case, Act.RESERVE, actor, ClearanceReserved, seen=version, details=told)


async def free_licence(
    work: Work, person: Person, case_id: UUID, *, declaration: str, version: int | None = None
) -> Case:
    """The declaration that kept the licence does not need it any more."""
    stored, actor = await case_of_office(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.free(actor, declaration)
    told = {"declaration": stored.reserved_for or ""}
    return await record(work, stored, case, Act.FREE, actor, ClearanceFreed, seen=version, details=told)


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


def _declared(case: Case) -> dict[str, str | None]:
    declaration = case.declaration or Declaration("")
    return {
        "declaration": declaration.number,
        "volume_m3": _number(declaration.quantities.volume_m3),
        "net_weight_kg": _number(declaration.quantities.net_weight_kg),
    }


def _number(value: object) -> str | None:
    """Decimals are kept as text where JSON would round them."""
    return None if value is None else str(value)
