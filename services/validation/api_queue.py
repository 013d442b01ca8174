"""The JSON API of the queue: lists, counts, and who works on a case."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.validation import use_cases
from services.validation.api import answer_with_case
from services.validation.domain.case import Case
from services.validation.domain.queueing import CRITERIA
from services.validation.domain.states import ActorKind
from services.validation.pages.common import InService
from services.validation.storage import ListedCase, QueuedCase
from services.validation.storage.queue import COUNTED
from services.validation.use_cases import QueuePage
from shared.http import IdempotencyKey, SignedIn
from shared.paging import LARGEST_PAGE, PAGE
from shared.problems import WrongContent
from shared.work import Work

router = APIRouter(prefix="/validation/api/v1", tags=["queue"])


class QueueCall(BaseModel):
    """What of the queue is wanted. `number`, `company` and `exporter` may be parts, `commodity_code` a beginning;
    `officer` is an account, `me` or `none`; days of arrival are like 2027-03-31. `sort` is `submitted`, `arrival` or
    `risk`, with `-` before it the other way round."""

    tab: str = "all"
    state: str = ""
    number: str = ""
    commodity_code: str = ""
    company: str = ""
    exporter: str = ""
    point_of_entry: str = ""
    partner_country: str = ""
    officer: str = ""
    arrival_from: str = ""
    arrival_to: str = ""
    sort: str = ""
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE


class AssignmentCall(BaseModel):
    """Who works on the case: `me`, a colleague's account, or null for nobody. `over` takes it from whoever has it."""

    model_config = ConfigDict(extra="forbid")
    officer: Literal["me"] | UUID | None
    over: bool = False


@router.get("/cases")
async def list_cases(service: InService, person: SignedIn, call: Annotated[QueueCall, Query()]) -> dict[str, Any]:
    """The authority's queue, or a monitor's scope; a customs office's list, by state and number.

    Without a tab everything is listed, the latest first, or with `state=submitted` the oldest first.
    """
    async with service.work() as work:
        if not any(role.kind in (ActorKind.MSCA, "monitor") for role in person.roles):
            listed = await use_cases.list_clearances(
                work, person, state=call.state or None, number=call.number, cursor=call.cursor, limit=call.limit
            )
            return {"items": [_row(case) for case in listed.items], "next": listed.next}
        typed = {name: getattr(call, name) for name in CRITERIA}
        page = await use_cases.list_cases(
            work, person, typed, tab=call.tab, sort=call.sort, cursor=call.cursor, limit=call.limit
        )
    if page.mistakes:
        raise WrongContent(list(page.mistakes))
    return {"items": [_queued(case, page) for case in page.items], "next": page.next}


@router.get("/queue")
async def read_queue(service: InService, person: SignedIn) -> dict[str, Any]:
    """How many cases are in each tab; `most` means that many or more."""
    async with service.work() as work:
        counts = await use_cases.count_cases(work, person)
    return {"counts": counts, "most": COUNTED}


@router.post("/cases/{case_id}/assignment")
async def assign(
    request: Request,
    person: SignedIn,
    case_id: UUID,
    call: AssignmentCall,
    key: IdempotencyKey = None,
) -> Response:
    """Take, take over, hand over or release."""

    async def act(work: Work) -> Case:
        if call.officer is None:
            return await use_cases.release_case(work, person, case_id)
        if call.officer == "me" or call.officer == person.account_id:
            return await use_cases.take_case(work, person, case_id, over=call.over)
        return await use_cases.hand_case_to(work, person, case_id, call.officer, over=call.over)

    return await answer_with_case(request, person, key, act)


def _row(case: ListedCase | QueuedCase) -> dict[str, Any]:
    return {
        "id": str(case.licence_id),
        "version": case.version,
        "licence_number": case.licence_number,
        "vpa_country": case.vpa_country,
        "operator_name": case.operator_name,
        "point_of_entry": case.point_of_entry,
        "arrival": case.arrival.isoformat(),
        "submitted_at": case.submitted_at.isoformat(),
        "modified_at": case.modified_at.isoformat(),
        "flags": case.flags,
        "validation_state": case.validation_state,
        "clearance_state": case.clearance_state,
        "declaration": case.declaration,
    }


def _queued(case: QueuedCase, page: QueuePage) -> dict[str, Any]:
    deadline = page.deadlines.get(case.licence_id)
    return _row(case) | {
        "exporter": case.licensee_name,
        "officer": {"id": str(case.officer_id), "name": case.officer_name} if case.officer_id else None,
        "state_since": case.state_since.isoformat(),
        "deadline": {"on": deadline.on.isoformat(), "passed": deadline.late} if deadline else None,
        "risk": case.risk if case.is_assessed else None,
        "risk_reasons": [{"code": reason.code, "points": reason.points} for reason in case.risk_reasons],
        "sampled": case.sampled,
        "proposed_by": case.proposed_by,
    }
