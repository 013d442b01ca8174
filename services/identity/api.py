"""The JSON API of identity."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from services.identity.access import InService, address_of, browser_of
from services.identity.domain.accounts import Registration
from services.identity.domain.operators import TIMBER, OperatorDetails
from services.identity.domain.roles import Application, Kind, Role, Status
from services.identity.storage.operators import Operator
from services.identity.use_cases import accounts, authorities, operators, roles, sessions
from services.identity.use_cases.refusals import SecondFactorMissing
from services.identity.use_cases.roles import Filter
from shared.http import IdempotencyKey, SignedIn, etag
from shared.idempotency import Answer, once
from shared.paging import LARGEST_PAGE, PAGE
from shared.web.i18n import DEFAULT_ZONE, SOURCE_LANGUAGE
from shared.work import Work

router = APIRouter(prefix="/identity/api/v1", tags=["identity"])
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


class AccountIn(BaseModel):
    """What a person fills in to register. The rules say what is wrong, not the types."""

    first_name: str
    last_name: str
    email: str
    password: str
    language: str = SOURCE_LANGUAGE
    time_zone: str = DEFAULT_ZONE
    privacy_accepted: bool = False


class SessionIn(BaseModel):
    email: str
    password: str


class OperatorIn(BaseModel):
    """A company. EORI is mandatory; FLEGT needs the section chapter `imported-timber-products`."""

    name: str
    eori: str
    address: str
    town: str
    country: str
    postal_code: str = ""
    activity: str = "importer"
    section_chapters: list[str] = Field(default_factory=lambda: [TIMBER])
    vat: str = ""
    national_number: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""


class RoleRequestIn(BaseModel):
    """`body_id` is the operator (importer) or the authority (msca, customs)."""

    kind: Literal["importer", "msca", "customs"]
    body_id: UUID
    function: str
    phone: str = ""
    reason: str = ""
    as_agent: bool = False


class DecisionIn(BaseModel):
    outcome: Literal["granted", "refused"]
    reason: str = ""


@router.post("/accounts", status_code=202)
async def register(request: Request, service: InService, body: AccountIn) -> dict[str, str]:
    """Register; a mail follows. The answer is the same whether or not the address has an account."""
    registration = accounts.check_registration(Registration(**body.model_dump()))
    password_hash = await service.passwords.hash(registration.password)
    async with service.work() as work:
        await accounts.register_account(work, registration, password_hash=password_hash, address=address_of(request))
    return {"status": "confirmation_requested"}


@router.post("/sessions", status_code=201)
async def sign_in(request: Request, service: InService, body: SessionIn) -> dict[str, Any]:
    """Sign in as a person: a bearer token for a short while."""
    signed_in = await sessions.sign_in(
        service.work,
        service.passwords,
        email=body.email,
        password=body.password,
        address=address_of(request),
        browser=browser_of(request),
    )
    if isinstance(signed_in, sessions.SecondStep):
        raise SecondFactorMissing
    return {
        "access_token": service.keyring.sign(signed_in.person, now=service.clock()),
        "token_type": "Bearer",
        "expires_in": int(service.token_lives.total_seconds()),
    }


@router.get("/operators")
async def find_operators(
    service: InService,
    _person: SignedIn,
    q: str = "",
    country: str | None = None,
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """Companies by the beginnings of words in name, EORI or town."""
    async with service.work() as work:
        found, following = await operators.find_operators(work, q, country, cursor=cursor, limit=limit)
    items = [
        {"id": f.id, "name": f.name, "eori": f.eori, "address": f.address, "town": f.town, "country": f.country}
        for f in found
    ]
    return {"items": items, "next": following}


@router.post("/operators", status_code=201)
async def create_operator(
    request: Request, service: InService, person: SignedIn, body: OperatorIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Enter a company. An EORI that is there already is a 409 with the code `eori_taken`."""
    details = OperatorDetails(**body.model_dump() | {"section_chapters": tuple(body.section_chapters)})

    async def act(work: Work) -> Answer:
        operator = await operators.create_operator(work, person, details)
        location = f"/identity/api/v1/operators/{operator.id}"
        return Answer(201, _operator(operator), {"Location": location, "ETag": etag(operator.version)})

    return await _once(request, service, person.account_id, key, act)


@router.get("/operators/{operator_id}")
async def read_operator(service: InService, person: SignedIn, operator_id: UUID) -> JSONResponse:
    async with service.work() as work:
        view = await operators.read_operator(work, person, operator_id)
    return JSONResponse(_operator(view.operator), headers={"ETag": etag(view.operator.version)})


@router.get("/authorities")
async def find_authorities(
    service: InService,
    _person: SignedIn,
    kind: Literal["msca", "customs"] | None = None,
    country: str | None = None,
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """Competent authorities and customs offices, by name."""
    async with service.work() as work:
        found, following = await authorities.find_authorities(
            work, kind=kind, country=country, cursor=cursor, limit=limit
        )
    items = [
        {
            "id": kept.authority.id,
            "kind": kept.authority.kind,
            "name": kept.authority.name,
            "country": kept.authority.country,
            "office": kept.authority.office,
            "mailbox": kept.authority.mailbox,
        }
        for kept in found
    ]
    return {"items": items, "next": following}


@router.get("/role-requests")
async def find_requests(
    service: InService,
    person: SignedIn,
    status: Status | None = None,
    kind: Kind | None = None,
    country: str | None = None,
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """With `status`: the queue, for those who decide. Without: one's own roles and requests."""
    async with service.work() as work:
        if status is None:
            own = await roles.list_own_roles(work, person)
            return {"items": [_role(role) for role in own], "next": None}
        wanted = Filter(status, kind, country)
        found, following = await roles.find_requests(work, person, wanted, cursor=cursor, limit=limit)
    return {"items": [_role(f.role) | {"person_name": f.person_name} for f in found], "next": following}


@router.post("/role-requests", status_code=201)
async def request_role(
    request: Request, service: InService, person: SignedIn, body: RoleRequestIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Ask to act for a company or authority."""
    application = Application(body.function, body.phone, body.reason, body.as_agent)

    async def act(work: Work) -> Answer:
        role = await roles.request_role(
            work, person, kind=Kind(body.kind), body_id=body.body_id, application=application
        )
        return Answer(201, _role(role), {"ETag": etag(role.version)})

    return await _once(request, service, person.account_id, key, act)


@router.post("/role-requests/{role_id}/decision")
async def decide(
    request: Request, service: InService, person: SignedIn, role_id: UUID, body: DecisionIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Grant or refuse; a refusal needs its reason."""

    async def act(work: Work) -> Answer:
        role = await roles.decide_request(work, person, role_id, granted=body.outcome == "granted", reason=body.reason)
        return Answer(200, _role(role), {"ETag": etag(role.version)})

    return await _once(request, service, person.account_id, key, act)


async def _once(
    request: Request,
    service: InService,
    by: UUID,
    key: str | None,
    act: Callable[[Work], Awaitable[Answer]],
) -> JSONResponse:
    asked = request.url.path.encode() + b"\n" + json.dumps(await request.json(), sort_keys=True).encode()
    async with service.work() as work:
        answer = await once(work, key=key, by=by, request=asked, act=lambda: act(work))
    return JSONResponse(answer.body, answer.status, answer.headers)


def _operator(operator: Operator) -> dict[str, Any]:
    details = operator.details
    return {
        "id": str(operator.id),
        "version": operator.version,
        "name": details.name,
        "eori": details.eori,
        "address": details.address,
        "postal_code": details.postal_code,
        "town": details.town,
        "country": details.country,
        "activity": details.activity,
        "section_chapters": list(details.section_chapters),
        "vat": details.vat,
        "national_number": details.national_number,
        "phone": details.phone,
        "email": details.email,
        "website": details.website,
    }


def _role(role: Role) -> dict[str, Any]:
    return {
        "id": str(role.id),
        "version": role.version,
        "kind": role.kind.value,
        "body_id": str(role.body_id) if role.body_id else None,
        "body_name": role.body_name,
        "country": role.country,
        "office": role.office,
        "status": role.status.value,
        "requested_at": role.requested_at.isoformat(),
        "decided_at": role.decided_at.isoformat() if role.decided_at else None,
        "decision_reason": role.decision_reason,
    }
