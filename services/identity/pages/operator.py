"""One company: create it, look at it, change it, close it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.operators import ACTIVITIES, SECTION_CHAPTERS, TIMBER, OperatorDetails
from services.identity.pages.choices import countries
from services.identity.pages.history import entries
from services.identity.pages.operators import LIST, SEARCH
from services.identity.storage.operators import Operator
from services.identity.use_cases import operators as use_cases
from services.identity.use_cases.refusals import EoriTaken
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Stale, WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/operators", include_in_schema=False)
TEXTS = (
    "name", "eori", "address", "postal_code", "town", "country", "activity", "vat", "national_number", "phone",
    "email", "website",
)  # fmt: skip


@router.get("/new")
async def show_new(request: Request, service: InService, _person: SignedIn) -> Response:
    return _new_page(request, service, Form.empty({"section_chapters": [TIMBER], "activity": "importer"}))


@router.post("/new")
async def create(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            operator = await use_cases.create_operator(
                work, person, _details(form), eori_confirmed=form.checked("eori_confirmed")
            )
    except WrongContent as refusal:
        return _new_page(request, service, form.take(refusal), status=422)
    except EoriTaken as taken:
        known = _("This EORI number is registered already. Here is its company; you can ask to act for it.")
        return see_other(f"{LIST}/{taken.operator_id}", flash=known, kind="info")
    created = _("%(name)s is created. Now ask to act for it.", name=operator.details.name)
    return see_other(f"/identity/roles/request?kind=importer&body_id={operator.id}", flash=created)


@router.get("/{operator_id}")
async def show(request: Request, service: InService, person: SignedIn, operator_id: UUID) -> Response:
    return await _page(request, service, person, operator_id, Form.empty())


@router.get("/{operator_id}/edit")
async def show_edit(request: Request, service: InService, person: SignedIn, operator_id: UUID) -> Response:
    async with service.work() as work:
        operator = await use_cases.read_for_editing(work, person, operator_id)
    details = operator.details
    values = {name: getattr(details, name) for name in (*TEXTS, "section_chapters")}
    return _edit_page(request, service, person, operator, Form.empty(values | {"version": operator.version}))


@router.post("/{operator_id}/edit")
async def edit(request: Request, service: InService, person: SignedIn, operator_id: UUID) -> Response:
    form = await Form.read(request)
    async with service.work() as work:
        operator = await use_cases.read_for_editing(work, person, operator_id)
    version = _version(form)
    if not person.is_support:
        form.values |= {"eori": [operator.details.eori], "country": [operator.details.country]}
    try:
        async with service.work() as work:
            await use_cases.edit_operator(
                work,
                person,
                operator_id,
                _details(form),
                version=version,
                eori_confirmed=form.checked("eori_confirmed"),
            )
    except WrongContent as refusal:
        return _edit_page(request, service, person, operator, form.take(refusal), status=422)
    except EoriTaken as taken:
        form.error("eori", _("This is the EORI number of %(name)s.", **taken.params))
        return _edit_page(request, service, person, operator, form, status=422)
    except Stale:
        async with service.work() as work:
            operator = await use_cases.read_for_editing(work, person, operator_id)
            since = await use_cases.changes_since(work, person, operator_id, version)
        form.values["version"] = [str(operator.version)]
        return _edit_page(request, service, person, operator, form, overtaken=entries(since), status=409)
    return see_other(f"{LIST}/{operator_id}", flash=_("The changes are kept."))


@router.post("/{operator_id}/close")
async def close(request: Request, service: InService, person: SignedIn, operator_id: UUID) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.close_operator(
                work, person, operator_id, reason=form.text("reason"), version=_version(form)
            )
    except WrongContent as refusal:
        return await _page(request, service, person, operator_id, form.take(refusal), status=422)
    except Stale:
        return _looked_at_old_page(operator_id)
    return see_other(f"{LIST}/{operator_id}", flash=_("The company is closed."))


@router.post("/{operator_id}/reopen")
async def reopen(request: Request, service: InService, person: SignedIn, operator_id: UUID) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.reopen_operator(work, person, operator_id, version=_version(form))
    except Stale:
        return _looked_at_old_page(operator_id)
    return see_other(f"{LIST}/{operator_id}", flash=_("The company is open again."))


async def _page(
    request: Request, service: InService, person: Person, operator_id: UUID, form: Form, *, status: int = 200
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_operator(work, person, operator_id)
    details = view.operator.details
    is_mine = person.importer_of(operator_id) is not None
    return service.pages.render(
        request,
        "operator.html",
        status=status,
        form=form,
        operator=view.operator,
        details=details,
        people=view.people,
        history=None if view.history is None else entries(view.history),
        may_edit=view.may_edit,
        activity=_(ACTIVITIES[details.activity]),
        chapters=[_(SECTION_CHAPTERS[chapter]) for chapter in details.section_chapters],
        may_request=not is_mine and view.operator.closed_at is None,
        breadcrumbs=[*_way(person), (details.name, None)],
    )


def _details(form: Form) -> OperatorDetails:
    texts: dict[str, Any] = {name: form.text(name) for name in TEXTS}
    return OperatorDetails(**texts, section_chapters=tuple(form.list("section_chapters")))


def _version(form: Form) -> int:
    """The version that the person saw; one that never was when somebody tampered with the form."""
    return int(text) if (text := form.text("version")).isdecimal() else 0


def _looked_at_old_page(operator_id: UUID) -> Response:
    changed = _("Somebody changed this company in the meantime. Look at it again before you decide.")
    return see_other(f"{LIST}/{operator_id}", flash=changed, kind="warning")


def _new_page(request: Request, service: InService, form: Form, *, status: int = 200) -> Response:
    crumbs = [(_("My roles"), "/identity/roles"), (_("Operator"), SEARCH), (_("Create operator"), None)]
    return _form_page(request, service, form, status=status, operator=None, fixed=False, breadcrumbs=crumbs)


def _edit_page(
    request: Request,
    service: InService,
    person: Person,
    operator: Operator,
    form: Form,
    *,
    overtaken: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    own_page = (operator.details.name, f"{LIST}/{operator.id}")
    return _form_page(
        request,
        service,
        form,
        status=status,
        operator=operator,
        fixed=not person.is_support,
        overtaken=overtaken,
        breadcrumbs=[*_way(person), own_page, (_("Edit"), None)],
    )


def _form_page(
    request: Request,
    service: InService,
    form: Form,
    *,
    status: int,
    overtaken: list[dict[str, Any]] | None = None,
    **context: Any,
) -> Response:
    return service.pages.render(
        request,
        "operator_form.html",
        status=status,
        form=form,
        overtaken=overtaken,
        countries=countries(),
        activities=[(value, _(label)) for value, label in ACTIVITIES.items()],
        chapters=[(value, _(label)) for value, label in SECTION_CHAPTERS.items()],
        **context,
    )


def _way(person: Person) -> list[tuple[str, str | None]]:
    if person.is_support:
        return [(_("Companies"), LIST)]
    return [(_("My roles"), "/identity/roles"), (_("Operator"), SEARCH)]
