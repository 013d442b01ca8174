"""Once a year somebody confirms that roles are still needed: the list, confirming, the list as a file."""

import csv
import io
from collections.abc import Iterable
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.pages.choices import ids_in, member_states, role_kinds
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Due, Filter
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other
from shared.web.words import role_name

router = APIRouter(prefix="/identity/recertification", include_in_schema=False)
LIST = "/identity/recertification"
FILTERS = ("kind", "country", "q")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t")


@router.get("")
async def show(
    request: Request,
    service: InService,
    person: SignedIn,
    kind: str = "",
    country: str = "",
    q: str = "",
    cursor: str | None = None,
) -> Response:
    form = Form.empty({"kind": kind, "country": country, "q": q})
    return await _page(request, service, person, form, cursor=cursor)


@router.post("")
async def confirm(request: Request, service: InService, person: SignedIn) -> Response:
    form = await Form.read(request)
    try:
        async with service.work() as work:
            confirmed = await use_cases.recertify(work, person, ids_in(form.list("chosen")))
    except WrongContent as refusal:
        return await _page(request, service, person, form.take(refusal))
    back = urlencode({name: form.text(name) for name in FILTERS if form.text(name)})
    done = _("%(number)s roles are confirmed.", number=len(confirmed))
    return see_other(f"{LIST}?{back}" if back else LIST, flash=done)


@router.get("/list.csv")
async def export(service: InService, person: SignedIn, kind: str = "", country: str = "", q: str = "") -> Response:
    """All of the list, for a spreadsheet."""
    wanted = _wanted(Form.empty({"kind": kind, "country": country, "q": q}))
    async with service.work() as work:
        found = await use_cases.export_due(work, person, wanted, days=service.settings.recertification_days)
    headers = {"Content-Disposition": 'attachment; filename="recertification.csv"'}
    return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


async def _page(
    request: Request, service: InService, person: Person, form: Form, *, cursor: str | None = None
) -> Response:
    days = service.settings.recertification_days
    async with service.work() as work:
        found, following = await use_cases.list_due(work, person, _wanted(form), days=days, cursor=cursor)
    asked = {name: form.text(name) for name in FILTERS if form.text(name)}
    return service.pages.render(
        request,
        "recertification.html",
        status=200 if form.ok else 422,
        form=form,
        found=found,
        days=days,
        kinds=role_kinds(),
        countries=member_states(),
        filters=FILTERS,
        next_url=f"{LIST}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{LIST}?{urlencode(asked)}" if cursor else None,
        csv_url=f"{LIST}/list.csv?{urlencode(asked)}",
        breadcrumbs=[(_("Role requests"), "/identity/requests"), (_("Yearly check"), None)],
    )


def _wanted(form: Form) -> Filter:
    return Filter(kind=form.text("kind") or None, country=form.text("country") or None, text=form.text("q"))


def _csv(found: Iterable[Due]) -> str:
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(
        [_("Person"), _("E-mail address"), _("Role"), _("For"), _("Country"), _("Granted"), _("Last confirmed"),
         _("Until"), _("Administrator")]
    )  # fmt: skip
    for due in found:
        role = due.request.role
        dates = [at.date().isoformat() if at else "" for at in (role.decided_at, role.recertified_at, role.ends_at)]
        cells = [due.request.person_name, due.request.email, role_name(role.kind), role.body_name, role.country or ""]
        rows.writerow([_plain(cell) for cell in [*cells, *dates, _("Yes") if role.administrator else ""]])
    return file.getvalue()


def _plain(cell: str) -> str:
    """A spreadsheet must not take what somebody typed for a formula."""
    return f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell
