"""The competent authority's decision."""

from uuid import UUID

from services.validation.domain.case import Case
from services.validation.domain.states import Act
from services.validation.domain.texts import words
from services.validation.use_cases.permissions import case_of_authority, rules
from services.validation.use_cases.recording import record
from shared.contracts.validation import LicenceRejected, LicenceValidated
from shared.person import Person
from shared.work import Work


async def validate_licence(
    work: Work, person: Person, case_id: UUID, *, remark: str = "", version: int | None = None
) -> Case:
    """Accept the licence, so that customs may clear it. `version` is the one that was looked at.

    Raises NotYours, Unknown, WrongState (already decided, or lodged after its expiry), Stale.
    """
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.validate(actor, work.now, remark)
    text = words(remark)
    return await record(
        work, stored, case, Act.VALIDATE, actor, LicenceValidated, seen=version, text=text, details={"remark": text}
    )


async def reject_licence(
    work: Work, person: Person, case_id: UUID, *, reason_code: str, reason: str, version: int | None = None
) -> Case:
    """Do not accept the licence. Raises NotYours, Unknown, WrongState, WrongContent without code and text, Stale."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.reject(actor, work.now, reason_code, reason)
    text = words(reason)
    details = {"reason_code": reason_code, "reason": text}
    return await record(
        work, stored, case, Act.REJECT, actor, LicenceRejected, seen=version, text=text, details=details
    )
