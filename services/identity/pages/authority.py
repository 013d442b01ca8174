"""One authority or office: look at it; for support, add and correct it, and settle it with the packaged data."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.authorities import Authority, Packaged
from services.identity.pages.authorities import LIST, SEARCH
from services.identity.pages.choices import all_authority_kinds, countries
from services.identity.pages.history import FIELDS, entries
from services.identity.storage.authorities import Kept
from services.identity.use_cases import authorities as use_cases
from shared.http import SignedIn
from shared.person import Person
from shared.problems import Stale, Unknown, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/authorities", include_in_schema=False)
EDITED = ("name", "mailbox", "address", "phone", "valid_from", "valid_until", "closed_reason")


@router.get("/new")
async def show_new(request: Request, service: InService, person: SignedIn) -> Response:
    if not person.is_support:
        raise Unknown
    return _form_page(request, service, Form.empty(), None)


@router.post("/new")
async def add(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    authority = _authority(form)
    if not form.ok:
        return _form_page(request, service, form, None, status=422)
    try:
        async with service.work() as work:
            record = await use_cases.add_authority(work, person, authority)
    except WrongContent as refusal:
        return _form_page(request, service, form.take(refusal), None, status=422)
    except WrongState as known:
        form.error("code", translated(known.message, known.params))
        return _form_page(request, service, form, None, status=422)
    return see_other(f"{LIST}/{record.authority.id}", flash=_("The authority is added."))


@router.get("/{authority_id}")
async def show(request: Request, service: InService, person: SignedIn, authority_id: UUID) -> Response:
    async with service.work() as work:
        view = await use_cases.read_authority(work, person, authority_id)
    kept = view.kept
    search = (_("Authorities"), LIST) if person.is_support else (_("Authority"), SEARCH)
    return service.pages.render(
        request,
        "authority.html",
        kept=kept,
        authority=kept.authority,
        kind=dict(all_authority_kinds())[kept.authority.kind],
        is_open=view.is_open,
        offered=_offered(kept.record.authority.packaged, kept.record.offered),
        history=None if view.history is None else entries(view.history),
        may_request=view.is_open and kept.authority.kind in ("msca", "customs"),
        breadcrumbs=[search, (kept.authority.name, None)],
    )


@router.get("/{authority_id}/edit")
async def show_edit(request: Request, service: InService, person: SignedIn, authority_id: UUID) -> Response:
    kept = await _for_editing(service, person, authority_id)
    values = {field: getattr(kept.authority, field) for field in EDITED}
    return _form_page(request, service, Form.empty(values | {"version": kept.version}), kept)


@router.post("/{authority_id}/edit")
async def correct(request: Request, service: InService, person: SignedIn, authority_id: UUID) -> Response:
    form = await Form.read(request)
    kept = await _for_editing(service, person, authority_id)
    wanted, version = _authority(form), _version(form)
    if not form.ok:
        return _form_page(request, service, form, kept, status=422)
    try:
        async with service.work() as work:
            await use_cases.correct_authority(work, person, authority_id, wanted, version=version)
    except WrongContent as refusal:
        return _form_page(request, service, form.take(refusal), kept, status=422)
    except Stale:
        async with service.work() as work:
            view = await use_cases.read_authority(work, person, authority_id)
        since = [change for change in view.history or [] if change.version > version]
        form.values["version"] = [str(view.kept.version)]
        return _form_page(request, service, form, view.kept, overtaken=entries(since), status=409)
    return see_other(f"{LIST}/{authority_id}", flash=_("The correction is kept."))


@router.post("/{authority_id}/settle")
async def settle(request: Request, service: InService, person: SignedIn, authority_id: UUID) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.settle_conflict(
                work, person, authority_id, take_offered=form.text("keep") == "packaged", version=_version(form)
            )
    except Stale:
        changed = _("Somebody changed this authority in the meantime. Look at it again before you decide.")
        return see_other(f"{LIST}/{authority_id}", flash=changed, kind="warning")
    return see_other(f"{LIST}/{authority_id}", flash=_("This is settled."))


async def _for_editing(service: InService, person: Person, authority_id: UUID) -> Kept:
    """Others than support learn nothing of this page."""
    if not person.is_support:
        raise Unknown
    async with service.work() as work:
        return (await use_cases.read_authority(work, person, authority_id)).kept


def _authority(form: Form) -> Authority:
    """What was typed. A date that is none is an error of the form."""
    return Authority(
        kind=form.text("kind"),
        code=form.text("code"),
        name=form.text("name"),
        country=form.text("country"),
        mailbox=form.text("mailbox") or None,
        address=form.text("address"),
        phone=form.text("phone"),
        valid_from=_day(form, "valid_from"),
        valid_until=_day(form, "valid_until"),
        closed_reason=form.text("closed_reason"),
    )


def _day(form: Form, field: str) -> date | None:
    text = form.text(field)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        form.error(field, _("Enter a date such as 2027-01-31."))
        return None


def _version(form: Form) -> int:
    """The version that the person saw; one that never was when somebody tampered with the form."""
    return int(text) if (text := form.text("version")).isdecimal() else 0


def _offered(ours: Packaged, offered: Packaged | None) -> list[tuple[str, str | None, str | None]]:
    """Field, what stands here, what the packaged data say; only where they differ."""
    return [(_(FIELDS[field]), ours[field], value) for field, value in (offered or {}).items() if value != ours[field]]


def _form_page(
    request: Request,
    service: InService,
    form: Form,
    kept: Kept | None,
    *,
    overtaken: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    own = [(kept.authority.name, f"{LIST}/{kept.authority.id}"), (_("Edit"), None)] if kept else [(_("Add"), None)]
    return service.pages.render(
        request,
        "authority_form.html",
        status=status,
        form=form,
        kept=kept,
        overtaken=overtaken,
        kinds=all_authority_kinds(),
        countries=countries(),
        breadcrumbs=[(_("Authorities"), LIST), *own],
    )
