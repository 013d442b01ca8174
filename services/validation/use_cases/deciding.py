"""The competent authority's decision, and what may become of it. All raise NotYours, Unknown, WrongState and Stale."""

from decimal import Decimal
from uuid import UUID

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.proceedings import Actor
from services.validation.domain.states import Act, ValidationState
from services.validation.domain.texts import words
from services.validation.storage import StoredCase
from services.validation.use_cases.assessing import risk_of
from services.validation.use_cases.permissions import case_of_authority, rules
from services.validation.use_cases.recording import record
from shared.contracts.validation import (
    CaseEvent,
    DecisionDeclined,
    DecisionProposed,
    FeeRecorded,
    LicenceRejected,
    LicenceValidated,
    ValidationCancelled,
)
from shared.person import Person
from shared.work import Work

_FACTS: dict[Act, type[CaseEvent]] = {
    Act.VALIDATE: LicenceValidated,
    Act.REJECT: LicenceRejected,
    Act.PROPOSE: DecisionProposed,
}


async def validate_licence(
    work: Work, person: Person, case_id: UUID, *, remark: str = "", version: int | None = None
) -> Case:
    """Accept the licence, so that customs may clear it. `version` is the one that was looked at.

    Where the authority wants four eyes, the first officer only proposes it. Raises WrongState too when a verification
    has not ended well, or the licence was lodged after its expiry.
    """
    stored, actor, case = await _to_decide(work, person, case_id)
    with rules():
        act = case.validate(actor, work.now, remark)
    return await _record_decision(work, stored, case, act, actor, version)


async def reject_licence(
    work: Work, person: Person, case_id: UUID, *, reason_code: str, reason: str, version: int | None = None
) -> Case:
    """Do not accept the licence; with four eyes only proposed at first. Raises WrongContent without code and text."""
    stored, actor, case = await _to_decide(work, person, case_id)
    with rules():
        act = case.reject(actor, work.now, reason_code, reason)
    return await _record_decision(work, stored, case, act, actor, version)


async def confirm_decision(work: Work, person: Person, case_id: UUID, *, version: int | None = None) -> Case:
    """The second officer agrees with what the first one proposed: it is decided."""
    stored, actor, case = await _to_decide(work, person, case_id)
    with rules():
        act = case.confirm(actor, work.now)
    return await _record_decision(work, stored, case, act, actor, version)


async def decline_decision(
    work: Work, person: Person, case_id: UUID, *, reason: str, version: int | None = None
) -> Case:
    """The second officer does not agree, or the first one takes it back: the case is undecided as before."""
    stored, actor, case = await _to_decide(work, person, case_id)
    with rules():
        case.decline(actor, reason)
    told = {"officer_id": str(actor.account_id)}
    return await record(
        work, stored, case, Act.DECLINE, actor, DecisionDeclined, seen=version, text=words(reason), details=told
    )


async def cancel_validation(
    work: Work, person: Person, case_id: UUID, *, reason: str, version: int | None = None
) -> Case:
    """Take the acceptance back, as long as customs has not cleared the licence."""
    stored, actor, case = await _to_decide(work, person, case_id)
    with rules():
        case.cancel(actor, reason)
    told = {"reason": words(reason)}
    return await record(
        work, stored, case, Act.CANCEL, actor, ValidationCancelled, seen=version, text=words(reason), details=told
    )


async def record_fee(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    amount: Decimal | None,
    currency: str = "",
    reference: str = "",
    version: int | None = None,
) -> Case:
    """Note what the authority charged for this licence, where its policy says that it does; in its currency if none is
    said."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    policy, _version = await storage.policy_of(work.db, stored.country)
    case, currency = stored.to_decide(), currency or policy.fee_currency
    case.fees = policy.fees
    with rules():
        case.record_fee(actor, amount, currency)
    told = {"amount": str(amount), "currency": currency, "reference": words(reference)}
    return await record(work, stored, case, Act.RECORD_FEE, actor, FeeRecorded, seen=version, details=told)


async def _to_decide(work: Work, person: Person, case_id: UUID) -> tuple[StoredCase, Actor, Case]:
    """The case, held until the transaction ends, with what the authority's policy says of it."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    policy, _version = await storage.policy_of(work.db, stored.country)
    case.four_eyes = policy.needs_second_officer(await risk_of(work, stored))
    return stored, actor, case


async def _record_decision(
    work: Work, stored: StoredCase, case: Case, act: Act, actor: Actor, version: int | None
) -> Case:
    details, text = {"officer_id": str(actor.account_id)}, ""
    if case.decision and act is not Act.PROPOSE:
        text = case.decision.text
        details = {"remark": text}
        if case.validation_state is ValidationState.REJECTED:
            details = {"reason_code": str(case.decision.reason_code), "reason": text}
    elif case.proposal:
        text = case.proposal.text
    return await record(work, stored, case, act, actor, _FACTS[act], seen=version, text=text, details=details)
