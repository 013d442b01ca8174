"""The JSON API of validation: the same cases and acts as the pages. The queue is in api_queue.py."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter

from services.validation import use_cases
from services.validation.domain.case import Case
from services.validation.domain.checks import Check
from services.validation.domain.marks import Mark
from services.validation.domain.proceedings import Question, Verification
from services.validation.domain.quantities import Quantities, compare
from services.validation.domain.states import ActorKind
from services.validation.pages.common import InService
from services.validation.storage import Amendment, Entry, StoredCase
from services.validation.use_cases import CaseView
from services.validation.words import sentence, title
from shared.http import IdempotencyKey, IfMatch, SignedIn, etag, version_in
from shared.idempotency import Answer, answer_once
from shared.person import Person
from shared.work import Work

router = APIRouter(prefix="/validation/api/v1", tags=["cases"])


class DecisionCall(BaseModel):
    """What the authority decides. A rejection needs a reason code and a reason; `reason` may be a remark otherwise."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["validated", "rejected"]
    reason_code: str = ""
    reason: str = ""


class ClearanceCall(BaseModel):
    """What customs does. Clearing needs the declaration (MRN) and a declared quantity, all else a reason."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["cleared", "suspended", "resumed", "refused"]
    declaration: str = ""
    volume_m3: Decimal | None = None
    net_weight_kg: Decimal | None = None
    reason: str = ""


@router.get("/cases/{case_id}")
async def read_case(service: InService, person: SignedIn, case_id: UUID) -> Response:
    """A case with its checks, for the authority or, once it is validated, for the customs office."""
    as_authority = any(role.kind == ActorKind.MSCA for role in person.roles)
    as_customs = any(role.kind == ActorKind.CUSTOMS for role in person.roles)
    async with service.work() as work:
        if as_customs and not as_authority:
            view = await use_cases.read_clearance(work, person, case_id)
        else:
            view = await use_cases.read_case(work, person, case_id)
    return JSONResponse(_whole(view), headers={"ETag": etag(view.case.version)})


@router.post("/cases/{case_id}/decision")
async def decide(
    request: Request,
    person: SignedIn,
    case_id: UUID,
    call: DecisionCall,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Validate or reject. With If-Match only the version that was read is decided on."""
    version = version_in(if_match) if if_match else None

    async def act(work: Work) -> Case:
        if call.outcome == "validated":
            return await use_cases.validate_licence(work, person, case_id, remark=call.reason, version=version)
        return await use_cases.reject_licence(
            work, person, case_id, reason_code=call.reason_code, reason=call.reason, version=version
        )

    return await answer_with_case(request, person, key, act)


@router.post("/cases/{case_id}/clearance")
async def clear(
    request: Request,
    person: SignedIn,
    case_id: UUID,
    call: ClearanceCall,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Clear, suspend, resume or refuse. With If-Match only the version that was read is acted on."""
    version = version_in(if_match) if if_match else None

    async def act(work: Work) -> Case:
        if call.outcome == "cleared":
            declared = Quantities(call.volume_m3, call.net_weight_kg)
            return await use_cases.clear_licence(
                work, person, case_id, declaration=call.declaration, declared=declared, version=version
            )
        with_reason = {
            "suspended": use_cases.suspend_clearance,
            "resumed": use_cases.resume_clearance,
            "refused": use_cases.refuse_clearance,
        }[call.outcome]
        as_authority = call.outcome != "suspended" and not any(role.kind == ActorKind.CUSTOMS for role in person.roles)
        how = {"acting": ActorKind.MSCA} if as_authority else {}
        return await with_reason(work, person, case_id, reason=call.reason, version=version, **how)

    return await answer_with_case(request, person, key, act)


async def answer_with_case(
    request: Request,
    person: Person,
    key: str | None,
    act: Callable[[Work], Awaitable[Case]],
    shown: Callable[[Case], dict[str, Any]] | None = None,
) -> Response:
    """Act once, and answer with the case as it is then (`shown`: its states)."""

    async def answer(work: Work) -> Answer:
        case = await act(work)
        return Answer(200, (shown or _states)(case), {"ETag": etag(case.version)})

    return await answer_once(request, key=key, by=person.account_id, act=answer)


def _states(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.licence_id),
        "version": case.version,
        "validation_state": case.validation_state,
        "clearance_state": case.clearance_state,
        "decision": _decision(case),
        "clearance": _clearance(case),
    }


def _whole(view: CaseView) -> dict[str, Any]:
    case: StoredCase = view.case
    return _states(case.to_decide()) | {
        "country": case.country,
        "point_of_entry": case.point_of_entry,
        "licence_number": case.licence_number,
        "arrival": case.arrival.isoformat(),
        "submitted_at": case.submitted_at.isoformat(),
        "modified_at": case.modified_at.isoformat(),
        "licence": case.licence.model_dump(mode="json"),
        "checks": [_check(check) for check in view.checks],
        "history": [_act(entry) for entry in view.acts],
        **_around(view),
    }


def _around(view: CaseView) -> dict[str, Any]:
    """What is going on around a case, for its authority: empty for others."""
    case = view.case
    return {
        "officer": case.officer.name if case.officer else None,
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "risk": {
            "score": case.risk if case.assessed_at else None,
            "reasons": [{"code": reason.code, "points": reason.points} for reason in case.risk_reasons],
            "sampled": case.sampled,
        },
        "questions": _QUESTIONS.dump_python(case.questions, mode="json"),
        "verifications": _VERIFICATIONS.dump_python(case.verifications, mode="json"),
        "proposal": {
            "outcome": case.proposal.outcome,
            "reason_code": case.proposal.reason_code,
            "text": case.proposal.text,
            "by": case.proposal.by.body,
            "at": case.proposal.at.isoformat(),
        }
        if case.proposal
        else None,
        "amendments": _AMENDMENTS.dump_python(list(view.amendments), mode="json"),
        "marks": _MARKS.dump_python(list(view.marks), mode="json"),
        "replaces": str(view.replaces.licence_id) if view.replaces else None,
        "replaced_by": str(view.replaced_by.licence_id) if view.replaced_by else None,
        "may": sorted(view.may),
    }


_QUESTIONS = TypeAdapter(tuple[Question, ...])
_VERIFICATIONS = TypeAdapter(tuple[Verification, ...])
_AMENDMENTS = TypeAdapter(list[Amendment])
_MARKS = TypeAdapter(list[Mark])


def _decision(case: Case) -> dict[str, Any] | None:
    if case.decision is None:
        return None
    return {
        "outcome": case.validation_state,
        "reason_code": case.decision.reason_code,
        "reason": case.decision.text,
        "by": case.decision.by.body,
        "at": case.decision.at.isoformat(),
    }


def _clearance(case: Case) -> dict[str, Any] | None:
    if case.declaration is None:
        return None
    return {
        "declaration": case.declaration.number,
        "comparison": [
            {
                "measure": c.measure,
                "licensed": float(c.licensed),
                "declared": float(c.declared),
                "percent": float(c.percent),
                "conforms": c.conforms,
            }
            for c in compare(case.licensed, case.declaration.quantities)
            if c.declared is not None and c.percent is not None
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "title": title(check),
        "article": check.article,
        "outcome": check.outcome,
        "detail": "\n".join(sentence(finding) for finding in check.findings),
    }


def _act(entry: Entry) -> dict[str, Any]:
    return {"act": entry.act, "at": entry.at.isoformat(), "by": entry.body, "text": entry.text}
