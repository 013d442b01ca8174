"""Find a company and ask to act for it; all companies, for support."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.pages.choices import countries
from services.identity.storage.operator_search import Found, Wanted
from services.identity.use_cases import operators as use_cases
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity", include_in_schema=False)
SEARCH = "/identity/roles/operator"
LIST = "/identity/operators"
FIELDS = ("q", "name", "eori", "town", "country")


@router.get("/roles/operator")
async def search(request: Request, service: InService, _person: SignedIn, act: str = "") -> Response:
    """Nothing is listed before somebody searches: at 200,000 companies a first page helps nobody."""
    form = _asked(request)
    if act == "request":
        ticked = form.list("body_id")
        if len(ticked) == 1:
            return see_other(f"/identity/roles/request?{urlencode({'kind': 'importer', 'body_id': ticked[0]})}")
        form.error("body_id", _("Tick one company only.") if ticked else _("Tick your company first."))
    context = await _found(service, request, form, SEARCH)
    return service.pages.render(
        request,
        "find_operator.html",
        status=200 if form.ok else 422,
        form=form,
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Operator"), None)],
        **context,
    )


@router.get("/operators")
async def list_all(request: Request, service: InService, person: SignedIn, cursor: str | None = None) -> Response:
    form = _asked(request)
    async with service.work() as work:
        found, following = await use_cases.list_operators(work, person, _wanted(form), cursor=cursor)
    return service.pages.render(
        request,
        "operators.html",
        form=form,
        found=found,
        countries=countries(),
        breadcrumbs=[(_("Companies"), None)],
        **_neighbours(LIST, form, cursor, following),
    )


async def _found(service: InService, request: Request, form: Form, address: str) -> dict[str, Any]:
    """What the search found; when nothing fits, companies with nearly the same name."""
    wanted, cursor = _wanted(form), request.query_params.get("cursor")
    searched = any(form.text(field) for field in FIELDS)
    found: list[Found] = []
    similar: list[Found] = []
    following = None
    if searched:
        async with service.work() as work:
            found, following = await use_cases.find_operators(work, wanted, cursor=cursor)
            if not found:
                similar = await use_cases.find_similar(work, wanted)
    return {
        "searched": searched,
        "found": found or similar,
        "only_similar": bool(similar),
        "advanced": any(form.text(field) for field in ("name", "eori", "town")),
        "asked": _query(form) | ({"cursor": cursor} if cursor else {}),
        "countries": countries(),
    } | _neighbours(address, form, cursor, following)


def _asked(request: Request) -> Form:
    asked = request.query_params
    return Form.empty({field: asked.get(field, "") for field in FIELDS} | {"body_id": asked.getlist("body_id")})


def _wanted(form: Form) -> Wanted:
    return Wanted(form.text("q"), form.text("name"), form.text("town"), form.text("eori"), form.text("country") or None)


def _query(form: Form) -> dict[str, str]:
    return {field: form.text(field) for field in FIELDS if form.text(field)}


def _neighbours(address: str, form: Form, cursor: str | None, following: str | None) -> dict[str, Any]:
    asked = _query(form)
    return {
        "next_url": f"{address}?{urlencode(asked | {'cursor': following})}" if following else None,
        "first_url": f"{address}?{urlencode(asked)}" if cursor else None,
    }
