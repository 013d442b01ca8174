"""The JSON API of companies and authorities."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from services.identity.access import InService
from services.identity.domain.operators import TIMBER, OperatorDetails
from services.identity.storage.authorities import Kept
from services.identity.storage.operator_search import Found, Wanted
from services.identity.storage.operators import Operator
from services.identity.use_cases import authorities, operators
from services.identity.use_cases.refusals import EoriTaken
from shared.http import IdempotencyKey, IfMatch, SignedIn, etag, problem, version_in
from shared.idempotency import Answer, answer_once
from shared.paging import LARGEST_PAGE, PAGE
from shared.work import Work

API = "/identity/api/v1"
router = APIRouter(prefix=API, tags=["companies and authorities"])
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


class OperatorIn(BaseModel):
    """A company. EORI is mandatory; FLEGT needs the section chapter `imported-timber-products`.

    `eori_confirmed`: an EORI number that differs from the habit of its country (`unusual_eori`) is right all the same.
    """

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
    eori_confirmed: bool = False

    @property
    def details(self) -> OperatorDetails:
        values = self.model_dump(exclude={"eori_confirmed"})
        return OperatorDetails(**values | {"section_chapters": tuple(self.section_chapters)})


@router.get("/operators")
async def find_operators(
    service: InService,
    _person: SignedIn,
    q: str = "",
    name: str = "",
    eori: str = "",
    town: str = "",
    country: str | None = None,
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """Companies by the beginnings of words: `q` looks into name, town and EORI number, the others into one of them."""
    wanted = Wanted(q, name, town, eori, country)
    async with service.work() as work:
        found, following = await operators.find_operators(work, wanted, cursor=cursor, limit=limit)
    return {"items": [_found(one) for one in found], "next": following}


@router.post("/operators", status_code=201)
async def create_operator(
    request: Request, person: SignedIn, body: OperatorIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Enter a company. An EORI number that is there already is a 409 `eori_taken`; Location is its company."""

    async def act(work: Work) -> Answer:
        operator = await operators.create_operator(work, person, body.details, eori_confirmed=body.eori_confirmed)
        return Answer(201, _operator(operator), {"Location": _address(operator.id), "ETag": etag(operator.version)})

    try:
        return await answer_once(request, key=key, by=person.account_id, act=act)
    except EoriTaken as taken:
        return _taken(request, taken)


@router.get("/operators/{operator_id}")
async def read_operator(service: InService, person: SignedIn, operator_id: UUID) -> JSONResponse:
    """One company, and the version to change it by."""
    async with service.work() as work:
        view = await operators.read_operator(work, person, operator_id)
    return _answer(view.operator)


@router.put("/operators/{operator_id}")
async def edit_operator(
    request: Request,
    service: InService,
    person: SignedIn,
    operator_id: UUID,
    body: OperatorIn,
    if_match: IfMatch = None,
) -> JSONResponse:
    """Replace its details: for its administrators and support. EORI number and country are support's to change."""
    version = version_in(if_match)
    try:
        async with service.work() as work:
            operator = await operators.edit_operator(
                work, person, operator_id, body.details, version=version, eori_confirmed=body.eori_confirmed
            )
    except EoriTaken as taken:
        return _taken(request, taken)
    return _answer(operator)


@router.get("/authorities")
async def find_authorities(
    service: InService,
    _person: SignedIn,
    kind: Literal["msca", "customs", "issuer"] | None = None,
    country: str | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: Limit = PAGE,
) -> dict[str, Any]:
    """Those that can be chosen today, by name. `q`: beginnings of words of the name, or of the COL number."""
    async with service.work() as work:
        found, following = await authorities.find_authorities(
            work, kind=kind, country=country, text=q, cursor=cursor, limit=limit
        )
    return {"items": [_authority(kept) for kept in found], "next": following}


@router.get("/authorities/{authority_id}")
async def read_authority(service: InService, person: SignedIn, authority_id: UUID) -> dict[str, Any]:
    """One authority; closed ones can be read too."""
    async with service.work() as work:
        view = await authorities.read_authority(work, person, authority_id)
    return _authority(view.kept) | {"closed": not view.is_open}


def _taken(request: Request, taken: EoriTaken) -> JSONResponse:
    answer = problem(request, taken)
    answer.headers["Location"] = _address(taken.operator_id)
    return answer


def _answer(operator: Operator) -> JSONResponse:
    return JSONResponse(_operator(operator), headers={"ETag": etag(operator.version)})


def _address(operator_id: UUID) -> str:
    return f"{API}/operators/{operator_id}"


def _found(found: Found) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "eori": found.eori,
        "address": found.address,
        "town": found.town,
        "country": found.country,
        "closed": found.closed,
    }


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
        "closed": operator.closed_at is not None,
    }


def _authority(kept: Kept) -> dict[str, Any]:
    authority = kept.authority
    return {
        "id": authority.id,
        "version": kept.version,
        "kind": authority.kind,
        "code": authority.code,
        "name": authority.name,
        "country": authority.country,
        "office": authority.office,
        "mailbox": authority.mailbox,
        "address": authority.address,
        "phone": authority.phone,
        "valid_from": authority.valid_from,
        "valid_until": authority.valid_until,
    }
