"""The port for national customs systems, shaped like the EU customs single window's certificate exchange.

A system is a machine client of its customs office (scopes validation:read and validation:write). It names licences by
the number written in the declaration, and writes with an Idempotency-Key, so that a call can be repeated at will.
"""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from services.validation.api import answer_with_case
from services.validation.domain.case import Case
from services.validation.domain.proceedings import DeclaredLine
from services.validation.domain.quantities import Quantities
from services.validation.pages.common import InService
from services.validation.use_cases import single_window as port
from shared.http import IdempotencyKey, SignedIn
from shared.paging import LARGEST_PAGE, PAGE
from shared.work import Work

router = APIRouter(prefix="/validation/api/v1/single-window/{office}", tags=["single window"])


class Call(BaseModel):
    """A licence, by its number as the declaration has it, and the declaration (MRN)."""

    model_config = ConfigDict(extra="forbid")
    licence_number: str
    declaration: str


class Item(BaseModel):
    """One item of a declaration. Cubic metres and kilograms."""

    model_config = ConfigDict(extra="forbid")
    commodity_code: str
    volume_m3: Decimal | None = None
    net_weight_kg: Decimal | None = None


class Consumption(Call):
    """What is released: in all, or item by item (then the sum counts). `override_reason` passes differences."""

    volume_m3: Decimal | None = None
    net_weight_kg: Decimal | None = None
    items: list[Item] = []
    override_reason: str = ""


class Amendment(BaseModel):
    """A declaration amended after clearance: its number now (empty: the same), what it declares, and why."""

    model_config = ConfigDict(extra="forbid")
    declaration: str
    corrected: str = ""
    volume_m3: Decimal | None = None
    net_weight_kg: Decimal | None = None
    reason: str


@router.get("/availability")
async def check_availability(service: InService, person: SignedIn, office: str, licence_number: str) -> dict[str, Any]:
    """Whether a licence can be declared on now: accepted for this office, neither cleared, held nor reserved."""
    async with service.work() as work:
        found = await port.check_availability(work, person, office=office, number=licence_number)
    case = found.case
    return _states(case.to_decide()) | {
        "licence_number": case.licence_number,
        "vpa_country": case.vpa_country,
        "available": found.available,
        "headings": list(found.headings),
        "volume_m3": _float(case.licensed.volume_m3),
        "net_weight_kg": _float(case.licensed.net_weight_kg),
        "expiry_date": case.expiry_date.isoformat() if case.expiry_date else None,
    }


@router.get("/changes")
async def list_changes(
    service: InService,
    person: SignedIn,
    office: str,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> dict[str, Any]:
    """Licences accepted for this office in the order of their last change. Ask again with `next` to hear what changed
    since; a licence comes again each time its states change."""
    async with service.work() as work:
        found, following = await port.list_changes(work, person, office=office, cursor=cursor, limit=limit)
    items = [vars(change) | {"licence_id": str(change.licence_id), "modified_at": change.modified_at.isoformat()}
             for change in found]  # fmt: skip
    return {"items": items, "next": following}


@router.post("/reservations")
async def reserve(request: Request, person: SignedIn, office: str, call: Call, key: IdempotencyKey = None) -> Response:
    """Keep a licence for a declaration until it is consumed or freed."""
    asked = {"office": office, "number": call.licence_number, "declaration": call.declaration}
    return await answer_with_case(request, person, key, lambda work: port.reserve(work, person, **asked), _states)


@router.post("/releases")
async def free(request: Request, person: SignedIn, office: str, call: Call, key: IdempotencyKey = None) -> Response:
    """Free a reserved licence: the declaration does not need it any more."""
    asked = {"office": office, "number": call.licence_number, "declaration": call.declaration}
    return await answer_with_case(request, person, key, lambda work: port.free(work, person, **asked), _states)


@router.post("/consumptions")
async def consume(
    request: Request, person: SignedIn, office: str, call: Consumption, key: IdempotencyKey = None
) -> Response:
    """The goods are released for free circulation against the declaration: the licence is cleared."""

    async def act(work: Work) -> Case:
        return await port.consume(
            work,
            person,
            office=office,
            number=call.licence_number,
            declaration=call.declaration,
            declared=Quantities(call.volume_m3, call.net_weight_kg),
            lines=[DeclaredLine(i.commodity_code, Quantities(i.volume_m3, i.net_weight_kg)) for i in call.items],
            override_reason=call.override_reason,
        )

    return await answer_with_case(request, person, key, act, _states)


@router.post("/amendments")
async def amend(
    request: Request, person: SignedIn, office: str, call: Amendment, key: IdempotencyKey = None
) -> Response:
    """The declaration was amended after clearance: recorded with its reason, what stood there before stays."""

    async def act(work: Work) -> Case:
        return await port.amend(
            work,
            person,
            office=office,
            declaration=call.declaration,
            corrected=call.corrected,
            declared=Quantities(call.volume_m3, call.net_weight_kg),
            reason=call.reason,
        )

    return await answer_with_case(request, person, key, act, _states)


def _states(case: Case) -> dict[str, Any]:
    return {
        "licence_id": str(case.licence_id),
        "version": case.version,
        "validation_state": case.validation_state,
        "clearance_state": case.clearance_state,
        "reserved_for": case.reserved_for,
        "declaration": case.declaration.number if case.declaration else None,
    }


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
