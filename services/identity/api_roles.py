"""The JSON API of roles: ask, decide, look after. An own request is withdrawn, another person's decided."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel
from starlette.responses import JSONResponse

from services.identity.access import InService
from services.identity.domain.roles import Application, Kind, Role, Status, Terms
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Filter
from shared.http import IdempotencyKey, IfMatch, SignedIn, etag, version_in
from shared.idempotency import Answer, answer_once
from shared.paging import LARGEST_PAGE, PAGE
from shared.work import Work

router = APIRouter(prefix="/identity/api/v1/role-requests", tags=["roles"])
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


class RoleRequestIn(BaseModel):
    """`body_id` is the operator (importer) or the authority (msca, customs)."""

    kind: Literal["importer", "msca", "customs"]
    body_id: UUID
    function: str
    phone: str = ""
    reason: str = ""
    as_agent: bool = False


class DecisionIn(BaseModel):
    """A refusal needs its reason. `ends_at` and `administrator` are terms of a granted role."""

    outcome: Literal["granted", "refused"]
    reason: str = ""
    ends_at: AwareDatetime | None = None
    administrator: bool = False


class ReasonIn(BaseModel):
    reason: str = ""


@router.get("")
async def find_requests(
    service: InService,
    person: SignedIn,
    status: Status | None = None,
    kind: Kind | None = None,
    country: str | None = None,
    body_id: UUID | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """With `status`: what the caller may decide, the oldest first. Without: one's own roles and requests."""
    async with service.work() as work:
        if status is None:
            own = await use_cases.list_own_roles(work, person)
            return {"items": [_role(role) for role in own], "next": None}
        wanted = Filter(status, kind, country, body_id, q)
        found, following = await use_cases.find_requests(work, person, wanted, cursor=cursor, limit=limit)
    return {"items": [_role(f.role) | {"person_name": f.person_name} for f in found], "next": following}


@router.post("", status_code=201)
async def request_role(
    request: Request, service: InService, person: SignedIn, body: RoleRequestIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Ask to act for a company or authority; the mail to the support team goes out with it."""
    application = Application(body.function, body.phone, body.reason, body.as_agent)

    async def act(work: Work) -> Role:
        return await use_cases.request_role(
            work,
            person,
            kind=Kind(body.kind),
            body_id=body.body_id,
            application=application,
            support_mailbox=service.settings.support_mailbox,
        )

    return await _answer_once(request, person.account_id, key, act, status=201)


@router.get("/{role_id}")
async def read_request(service: InService, person: SignedIn, role_id: UUID) -> JSONResponse:
    """One's own, with the mail that was sent; or, for those who decide, another person's with what was asked."""
    async with service.work() as work:
        own = await use_cases.read_own_role(work, person, role_id)
        if own is not None:
            return JSONResponse(_role(own) | _mail(own), headers={"ETag": etag(own.version)})
        view = await use_cases.read_request(work, person, role_id)
    asked = {
        "person_name": view.request.person_name,
        "email": view.request.email,
        "function": view.role.application.function,
        "phone": view.role.application.phone,
        "reason": view.role.application.reason,
        "as_agent": view.role.application.as_agent,
    }
    return JSONResponse(_role(view.role) | asked, headers={"ETag": etag(view.role.version)})


@router.post("/{role_id}/decision")
async def decide(
    request: Request,
    person: SignedIn,
    role_id: UUID,
    body: DecisionIn,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> JSONResponse:
    """Grant or refuse. With If-Match only the version that was read is acted on."""
    version = version_in(if_match) if if_match else None
    granted = body.outcome == "granted"
    terms = Terms(body.ends_at, body.administrator) if granted else None

    async def act(work: Work) -> Role:
        return await use_cases.decide_request(
            work, person, role_id, granted=granted, reason=body.reason, terms=terms, version=version
        )

    return await _answer_once(request, person.account_id, key, act)


@router.post("/{role_id}/{act_name}")
async def change(
    request: Request,
    person: SignedIn,
    role_id: UUID,
    act_name: Literal["revocation", "suspension", "resumption", "withdrawal"],
    body: ReasonIn,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> JSONResponse:
    """Revoke, suspend or resume another person's role, or withdraw one's own request. If-Match as for a decision."""
    version = version_in(if_match) if if_match else None

    async def act(work: Work) -> Role:
        match act_name:
            case "revocation":
                return await use_cases.revoke_role(work, person, role_id, reason=body.reason, version=version)
            case "suspension":
                return await use_cases.suspend_role(work, person, role_id, reason=body.reason, version=version)
            case "resumption":
                return await use_cases.resume_role(work, person, role_id, reason=body.reason, version=version)
            case "withdrawal":
                return await use_cases.withdraw_request(work, person, role_id, version=version)

    return await _answer_once(request, person.account_id, key, act)


async def _answer_once(
    request: Request,
    by: UUID,
    key: str | None,
    act: Callable[[Work], Awaitable[Role]],
    *,
    status: int = 200,
) -> JSONResponse:
    async def answer(work: Work) -> Answer:
        role = await act(work)
        return Answer(status, _role(role), {"ETag": etag(role.version)})

    return await answer_once(request, key=key, by=by, act=answer)


def _mail(role: Role) -> dict[str, Any]:
    if role.mail is None:
        return {"mail": None}
    mail = role.mail
    sent = {"from": mail.sender, "to": mail.to, "cc": mail.copy_to, "subject": mail.subject, "body": mail.body}
    return {"mail": sent | {"mailto": mail.mailto}}


def _role(role: Role) -> dict[str, Any]:
    return {
        "id": str(role.id),
        "version": role.version,
        "kind": role.kind.value,
        "body_id": str(role.body_id) if role.body_id else None,
        "body_name": role.body_name,
        "country": role.country,
        "office": role.office,
        "partner_country": role.partner_country,
        "status": role.status.value,
        "additional": role.additional,
        "requested_at": role.requested_at.isoformat(),
        "decided_at": role.decided_at.isoformat() if role.decided_at else None,
        "decision_reason": role.decision_reason,
        "administrator": role.administrator,
        "ends_at": role.ends_at.isoformat() if role.ends_at else None,
        "recertified_at": role.recertified_at.isoformat() if role.recertified_at else None,
    }
