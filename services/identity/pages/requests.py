"""Requests to decide: the queue, one request, the decision; several for the same company at once."""

from datetime import datetime
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.roles import Status, Terms
from services.identity.pages import reasons
from services.identity.pages.act_words import act_word
from services.identity.pages.choices import (
    end_of_day,
    ids_in,
    last_day,
    member_states,
    role_kinds,
    role_statuses,
    uuid_in,
)
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Filter
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import N_, _
from shared.web.pages import see_other
from shared.work import Work

router = APIRouter(prefix="/identity/requests", include_in_schema=False)
QUEUE = "/identity/requests"
FILTERS = ("status", "kind", "country", "body_id", "q")
Act = Literal["grant", "refuse", "revoke", "suspend", "resume", "appoint", "dismiss", "move-end"]
DONE: dict[str, str] = {
    "grant": N_("The role is granted. The person gets a mail and can work in it at once."),
    "refuse": N_("The request is refused. The person gets a mail with your reason."),
    "revoke": N_("The role is revoked. It stops working in every service within seconds."),
    "suspend": N_("The role is suspended. It stops working in every service within seconds."),
    "resume": N_("The role works again."),
    "appoint": N_("The person is an administrator now."),
    "dismiss": N_("The person is no administrator any more."),
    "move-end": N_("The end of the role is changed."),
}


@router.get("")
async def queue(
    request: Request,
    service: InService,
    person: SignedIn,
    status: str = "",
    kind: str = "",
    country: str = "",
    body_id: str = "",
    q: str = "",
    cursor: str | None = None,
) -> Response:
    asked = {"status": status, "kind": kind, "country": country, "body_id": body_id, "q": q}
    return await _queue_page(request, service, person, Form.empty(asked), cursor=cursor)


@router.post("")
async def decide_together(request: Request, service: InService, person: SignedIn) -> Response:
    """One decision on all ticked requests of one company or authority."""
    form = await Form.read(request)
    granted = form.text("act") == "grant"
    reason = "" if granted else form.text("reason") or reasons.ready(form.text("ready"))
    try:
        async with service.work() as work:
            decided = await use_cases.decide_together(
                work, person, ids_in(form.list("chosen")), granted=granted, reason=reason
            )
    except WrongContent as refusal:
        return await _queue_page(request, service, person, form.take(refusal))
    word = _("%(number)s requests are granted.") if granted else _("%(number)s requests are refused.")
    back = urlencode({name: form.text(name) for name in FILTERS if form.text(name)})
    return see_other(f"{QUEUE}?{back}" if back else QUEUE, flash=word % {"number": len(decided)})


async def _queue_page(
    request: Request, service: InService, person: Person, form: Form, *, cursor: str | None = None
) -> Response:
    status = form.text("status")
    wanted = Filter(
        Status(status) if status in set(Status) else Status.REQUESTED,
        form.text("kind") or None,
        form.text("country") or None,
        uuid_in(form.text("body_id")),
        form.text("q"),
    )
    async with service.work() as work:
        found, following = await use_cases.find_requests(work, person, wanted, cursor=cursor)
    form.values["status"] = [wanted.status.value]
    asked = {name: form.text(name) for name in FILTERS if form.text(name)}
    return service.pages.render(
        request,
        "requests.html",
        status=200 if form.ok else 422,
        form=form,
        requests=found,
        wanted=wanted,
        next_url=f"{QUEUE}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{QUEUE}?{urlencode(asked)}" if cursor else None,
        statuses=role_statuses(),
        kinds=role_kinds(),
        countries=member_states(),
        ready_reasons=reasons.refusals(),
        filters=FILTERS,
        breadcrumbs=[(_("Role requests"), None)],
    )


@router.get("/{role_id:uuid}")
async def show(
    request: Request, service: InService, person: SignedIn, role_id: UUID, act: str = "", ready: str = ""
) -> Response:
    """With `ready` a reason stands in the form that `act` opens."""
    return await _page(request, service, person, role_id, Form.empty({"reason": reasons.ready(ready)}), act=act)


@router.post("/{role_id:uuid}/{act}")
async def decide(request: Request, service: InService, person: SignedIn, role_id: UUID, act: Act) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await _do(work, person, role_id, act, form)
    except WrongContent as refusal:
        return await _page(request, service, person, role_id, form.take(refusal), act=act)
    return see_other(QUEUE if act in ("grant", "refuse") else f"{QUEUE}/{role_id}", flash=_(DONE[act]))


async def _do(work: Work, person: Person, role_id: UUID, act: Act, form: Form) -> None:
    reason = form.text("reason")
    version = int(form.text("version")) if form.text("version").isdecimal() else None
    match act:
        case "grant" | "refuse":
            granted = act == "grant"
            terms = Terms(_end(form, person), form.checked("administrator")) if granted else None
            await use_cases.decide_request(
                work, person, role_id, granted=granted, reason=reason, terms=terms, version=version
            )
        case "revoke":
            await use_cases.revoke_role(work, person, role_id, reason=reason, version=version)
        case "suspend":
            await use_cases.suspend_role(work, person, role_id, reason=reason, version=version)
        case "resume":
            await use_cases.resume_role(work, person, role_id, reason=reason, version=version)
        case "appoint" | "dismiss":
            await use_cases.appoint(work, person, role_id, administrator=act == "appoint", version=version)
        case "move-end":
            await use_cases.move_end(work, person, role_id, ends_at=_end(form, person), version=version)


def _end(form: Form, person: Person) -> datetime | None:
    return end_of_day(form.text("ends_at"), person.time_zone)


async def _page(
    request: Request, service: InService, person: Person, role_id: UUID, form: Form, *, act: str
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_request(work, person, role_id)
    role = view.role
    administered = any(one.role.administrator for one in view.colleagues)
    if role.status is Status.REQUESTED and form.ok and role.body_id is not None and not administered:
        form.values["administrator"] = ["true"]
    if form.ok and role.ends_at is not None:
        form.values["ends_at"] = [last_day(role.ends_at, person.time_zone)]
    return service.pages.render(
        request,
        "role_request.html",
        status=200 if form.ok else 422,
        form=form,
        act=act,
        role=role,
        view=view,
        history=[{"title": act_word(one.act), "at": one.at, "by": one.by} for one in view.history],
        refusals=reasons.refusals(),
        ends=reasons.ends(),
        breadcrumbs=[(_("Role requests"), QUEUE), (view.request.person_name, None)],
    )
