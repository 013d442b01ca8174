"""Find a company and ask to act for it; create one that is not there yet."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.operators import ACTIVITIES, SECTION_CHAPTERS, TIMBER, OperatorDetails
from services.identity.pages.choices import countries
from services.identity.storage.operators import Found
from services.identity.use_cases import operators as use_cases
from services.identity.use_cases.refusals import EoriTaken
from shared.http import SignedIn
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity", include_in_schema=False)
SEARCH = "/identity/roles/operator"


@router.get("/roles/operator")
async def search(
    request: Request,
    service: InService,
    _person: SignedIn,
    q: str | None = None,
    country: str | None = None,
    cursor: str | None = None,
) -> Response:
    """Nothing is listed before somebody searches: at 200,000 companies a first page helps nobody."""
    found: list[Found] = []
    following = None
    if q is not None or country:
        async with service.work() as work:
            found, following = await use_cases.find_operators(work, q or "", country or None, cursor=cursor)
    asked = {"q": q or "", "country": country or ""}
    return service.pages.render(
        request,
        "find_operator.html",
        form=Form.empty(asked),
        searched=q is not None,
        found=found,
        next_url=f"{SEARCH}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{SEARCH}?{urlencode(asked)}" if cursor else None,
        countries=countries(),
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Operator"), None)],
    )


@router.get("/operators/new")
async def show_new(request: Request, service: InService, _person: SignedIn) -> Response:
    return _new_page(request, service, Form.empty({"section_chapters": [TIMBER], "activity": "importer"}))


@router.post("/operators/new")
async def create(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            operator = await use_cases.create_operator(work, person, _details(form))
    except WrongContent as refusal:
        return _new_page(request, service, form.take(refusal), status=422)
    except EoriTaken as taken:
        known = _("This EORI number is registered already. Here is its company; you can ask to act for it.")
        return see_other(f"/identity/operators/{taken.operator_id}", flash=known, kind="info")
    created = _("%(name)s is created. Now ask to act for it.", name=operator.details.name)
    return see_other(f"/identity/roles/request?kind=importer&body_id={operator.id}", flash=created)


@router.get("/operators/{operator_id}")
async def show(request: Request, service: InService, person: SignedIn, operator_id: UUID) -> Response:
    async with service.work() as work:
        view = await use_cases.read_operator(work, person, operator_id)
    return service.pages.render(
        request,
        "operator.html",
        operator=view.operator,
        details=view.operator.details,
        people=view.people,
        activity=_(ACTIVITIES[view.operator.details.activity]),
        chapters=[_(SECTION_CHAPTERS[chapter]) for chapter in view.operator.details.section_chapters],
        is_mine=person.importer_of(operator_id) is not None,
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Operator"), SEARCH), (view.operator.details.name, None)],
    )


def _details(form: Form) -> OperatorDetails:
    names = ("name", "eori", "address", "postal_code", "town", "country", "activity", "vat", "national_number")
    texts: dict[str, Any] = {name: form.text(name) for name in (*names, "phone", "email", "website")}
    return OperatorDetails(**texts, section_chapters=tuple(form.list("section_chapters")))


def _new_page(request: Request, service: InService, form: Form, *, status: int = 200) -> Response:
    return service.pages.render(
        request,
        "create_operator.html",
        status=status,
        form=form,
        countries=countries(),
        activities=[(value, _(label)) for value, label in ACTIVITIES.items()],
        chapters=[(value, _(label)) for value, label in SECTION_CHAPTERS.items()],
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Operator"), SEARCH), (_("Create operator"), None)],
    )
