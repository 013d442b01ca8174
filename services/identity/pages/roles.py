"""My roles and requests; what is asked before a request is sent."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.roles import LIVING, Application, Kind
from services.identity.pages.choices import uuid_in
from services.identity.use_cases import roles as use_cases
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Refusal, TooMany, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/roles", include_in_schema=False)


@router.get("")
async def show(request: Request, service: InService, person: SignedIn) -> Response:
    async with service.work() as work:
        own = await use_cases.list_own_roles(work, person)
    return service.pages.render(
        request,
        "roles.html",
        living=[role for role in own if role.status in LIVING],
        earlier=[role for role in own if role.status not in LIVING],
        locked={role.id for role in person.locked},
        breadcrumbs=[(_("My roles"), None)],
    )


@router.get("/request")
async def show_request(
    request: Request, service: InService, person: SignedIn, kind: Kind = Kind.IMPORTER, body_id: str = ""
) -> Response:
    """The pop-up of the guide: a page of its own, so that it can be read, printed and sent to a colleague."""
    chosen = uuid_in(body_id)
    if chosen is None:
        search = "/identity/roles/operator" if kind is Kind.IMPORTER else "/identity/roles/authority"
        return see_other(search, flash=_("Tick one in the list first, then request the authorisation."), kind="warning")
    refusal: Refusal | None = None
    try:
        async with service.work() as work:
            await use_cases.check_may_ask(work, person, kind=kind, body_id=chosen)
    except (WrongState, TooMany) as refused:
        refusal = refused
    return await _page(request, service, person, kind, chosen, Form.empty({"acting": "self"}), refusal=refusal)


@router.post("/request")
async def send_request(request: Request, service: InService, person: SignedIn, kind: Kind, body_id: UUID) -> Response:
    form = await Form.read(request)
    application = Application(
        form.text("function"), form.text("phone"), form.text("reason"), as_agent=form.text("acting") == "agent"
    )
    try:
        async with service.work() as work:
            role = await use_cases.request_role(
                work,
                person,
                kind=kind,
                body_id=body_id,
                application=application,
                support_mailbox=service.settings.support_mailbox,
            )
    except WrongContent as refusal:
        return await _page(request, service, person, kind, body_id, form.take(refusal))
    sent = _("Your request for %(name)s was sent. You get a mail when it is decided.", name=role.body_name)
    return see_other("/identity/roles", flash=sent)


@router.post("/{role_id:uuid}/withdraw")
async def withdraw(request: Request, service: InService, person: SignedIn, role_id: UUID) -> Response:
    await Form.read(request)
    async with service.work() as work:
        role = await use_cases.withdraw_request(work, person, role_id)
    return see_other("/identity/roles", flash=_("Your request for %(name)s is withdrawn.", name=role.body_name))


async def _page(
    request: Request,
    service: InService,
    person: Person,
    kind: Kind,
    body_id: UUID,
    form: Form,
    *,
    refusal: Refusal | None = None,
) -> Response:
    """What is asked; or why nothing can be asked now, before somebody fills it in for nothing."""
    async with service.work() as work:
        body = await use_cases.read_body(work, kind, body_id)
    status = refusal.status if refusal else 200
    return service.pages.render(
        request,
        "request_role.html",
        status=status if form.ok else 422,
        form=form,
        body=body,
        name=person.name,
        support_mailbox=service.settings.support_mailbox,
        refused=translated(refusal.message, refusal.params) if refusal else None,
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Request authorisation"), None)],
    )
