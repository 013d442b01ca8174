"""Requests to decide: the queue, one request, the decision."""

from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.roles import Status
from services.identity.pages.choices import member_states, role_kinds, role_statuses
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Filter
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/requests", include_in_schema=False)
QUEUE = "/identity/requests"
Act = Literal["grant", "refuse", "revoke"]


@router.get("")
async def queue(
    request: Request,
    service: InService,
    person: SignedIn,
    status: str = "",
    kind: str = "",
    country: str = "",
    cursor: str | None = None,
) -> Response:
    wanted = Filter(Status(status) if status in set(Status) else Status.REQUESTED, kind or None, country or None)
    async with service.work() as work:
        found, following = await use_cases.find_requests(work, person, wanted, cursor=cursor)
    asked = {"status": wanted.status.value, "kind": kind, "country": country}
    return service.pages.render(
        request,
        "requests.html",
        form=Form.empty(asked),
        requests=found,
        wanted=wanted,
        next_url=f"{QUEUE}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{QUEUE}?{urlencode(asked)}" if cursor else None,
        statuses=role_statuses(),
        kinds=role_kinds(),
        countries=member_states(),
        breadcrumbs=[(_("Role requests"), None)],
    )


@router.get("/{role_id}")
async def show(request: Request, service: InService, person: SignedIn, role_id: UUID) -> Response:
    return await _page(request, service, person, role_id, Form.empty(), act="")


@router.post("/{role_id}/{act}")
async def decide(request: Request, service: InService, person: SignedIn, role_id: UUID, act: Act) -> Response:
    form = await Form.read(request)
    reason = form.text("reason")
    try:
        async with service.work() as work:
            if act == "revoke":
                await use_cases.revoke_role(work, person, role_id, reason=reason)
            else:
                await use_cases.decide_request(work, person, role_id, granted=act == "grant", reason=reason)
    except WrongContent as refusal:
        return await _page(request, service, person, role_id, form.take(refusal), act=act, status=422)
    done = {
        "grant": _("The role is granted. The person gets a mail and can work in it at once."),
        "refuse": _("The request is refused. The person gets a mail with your reason."),
        "revoke": _("The role is revoked. It stops working in every service within seconds."),
    }
    return see_other(QUEUE if act != "revoke" else f"{QUEUE}/{role_id}", flash=done[act])


async def _page(
    request: Request, service: InService, person: Person, role_id: UUID, form: Form, *, act: str, status: int = 200
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_request(work, person, role_id)
    return service.pages.render(
        request,
        "role_request.html",
        status=status,
        form=form,
        act=act,
        role=view.role,
        view=view,
        is_own=view.role.account_id == person.account_id,
        breadcrumbs=[(_("Role requests"), QUEUE), (view.person_name, None)],
    )
