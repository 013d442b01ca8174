"""Machine clients: the list, a new one, and one with its secrets."""

from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.clients import MOST_SECRETS, SCOPES, Wish
from services.identity.storage.clients import Body
from services.identity.use_cases import clients as use_cases
from services.identity.use_cases.clients import View
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.formats import country as country_name
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other
from shared.web.words import role_name

router = APIRouter(prefix="/identity/clients", include_in_schema=False)
LIST = "/identity/clients"
ACTS = {
    "disable": use_cases.disable_client,
    "enable": use_cases.enable_client,
    "delete": use_cases.delete_client,
}


@router.get("")
async def show_all(request: Request, service: InService, person: SignedIn, cursor: str | None = None) -> Response:
    async with service.work() as work:
        found, following = await use_cases.list_clients(work, person, cursor=cursor)
    return service.pages.render(
        request,
        "clients.html",
        clients=found,
        now=service.clock(),
        scopes=_scope_names(),
        next_url=f"{LIST}?{urlencode({'cursor': following})}" if following else None,
        first_url=LIST if cursor else None,
        breadcrumbs=[(_("Clients"), None)],
    )


@router.get("/new")
async def show_new(
    request: Request, service: InService, person: SignedIn, q: str = "", body_id: UUID | None = None
) -> Response:
    form = Form.empty({"q": q, "body_id": str(body_id) if body_id else None, "scopes": ["identity:read"]})
    return await _new_page(request, service, person, form)


@router.post("/new")
async def create(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    wish = Wish(_uuid(form.text("body_id")), form.text("name"), form.list("scopes"), form.text("last_day"))
    try:
        async with service.work() as work:
            client = await use_cases.create_client(work, person, wish)
    except WrongContent as refusal:
        return await _new_page(request, service, person, form.take(refusal), status=422)
    created = _("%(name)s is created. Make its first secret now.", name=client.name)
    return see_other(f"{LIST}/{client.id}", flash=created)


@router.get("/{client_id}")
async def show(request: Request, service: InService, person: SignedIn, client_id: UUID) -> Response:
    async with service.work() as work:
        view = await use_cases.read_client(work, person, client_id)
    return _page(request, service, view, Form.empty())


@router.post("/{client_id}/secrets")
async def make_secret(request: Request, service: InService, person: SignedIn, client_id: UUID) -> Response:
    """The answer is the page itself, not a redirect to it: the secret must not lie anywhere to be fetched again."""
    form = await Form.read(request)
    try:
        async with service.work() as work:
            view = await use_cases.make_secret(
                work, person, client_id, seen=form.list("seen"), last_day=form.text("last_day")
            )
    except WrongContent as refusal:
        async with service.work() as work:
            view = await use_cases.read_client(work, person, client_id)
        return _page(request, service, view, form.take(refusal), status=422)
    return _page(request, service, view, Form.empty())


@router.post("/{client_id}/secrets/{secret_id}/end")
async def end_secret(
    request: Request, service: InService, person: SignedIn, client_id: UUID, secret_id: UUID
) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.end_secret(work, person, client_id, secret_id)
    return see_other(f"{LIST}/{client_id}", flash=_("The secret has ended. It gives no token any more."))


@router.post("/{client_id}/{act}")
async def act_on(
    request: Request,
    service: InService,
    person: SignedIn,
    client_id: UUID,
    act: Literal["disable", "enable", "delete"],
) -> Response:
    await Form.read(request)
    async with service.work() as work:
        client = await ACTS[act](work, person, client_id)
    done = {
        "disable": _("%(name)s is disabled. It stops working in every service within seconds.", name=client.name),
        "enable": _("%(name)s works again.", name=client.name),
        "delete": _("%(name)s is deleted. It stops working in every service within seconds.", name=client.name),
    }
    return see_other(LIST if act == "delete" else f"{LIST}/{client_id}", flash=done[act])


def _page(request: Request, service: InService, view: View, form: Form, *, status: int = 200) -> Response:
    now = service.clock()
    return service.pages.render(
        request,
        "client.html",
        status=status,
        form=form,
        view=view,
        client=view.client,
        now=now,
        may_have_another=view.client.works(now) and sum(s.is_valid(now) for s in view.secrets) < MOST_SECRETS,
        scopes=_scope_names(),
        origin=service.settings.origin,
        breadcrumbs=[(_("Clients"), LIST), (view.client.name, None)],
    )


async def _new_page(request: Request, service: InService, person: Person, form: Form, *, status: int = 200) -> Response:
    chosen = _uuid(form.text("body_id"))
    async with service.work() as work:
        bodies = await use_cases.find_bodies(work, person, form.text("q"), chosen=chosen)
    if len(bodies) == 1 and not form.list("body_id"):
        form.values["body_id"] = [str(bodies[0].id)]
    return service.pages.render(
        request,
        "new_client.html",
        status=status,
        form=form,
        bodies=[(str(body.id), body.name, _described(body)) for body in bodies],
        searches=person.is_support,
        scopes=list(_scope_names().items()),
        breadcrumbs=[(_("Clients"), LIST), (_("New client"), None)],
    )


def _described(body: Body) -> str:
    return " · ".join(filter(None, (role_name(body.kind), body.office, country_name(body.country))))


def _scope_names() -> dict[str, str]:
    return {scope: _(text) for scope, text in SCOPES.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
