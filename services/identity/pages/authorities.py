"""Find a competent authority or customs office and ask to act for it; all of them, for support."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.pages.choices import all_authority_kinds, authority_kinds, countries, member_states
from services.identity.storage.authorities import Kept, Wanted
from services.identity.use_cases import authorities as use_cases
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity", include_in_schema=False)
SEARCH = "/identity/roles/authority"
LIST = "/identity/authorities"


@router.get("/roles/authority")
async def search(
    request: Request,
    service: InService,
    _person: SignedIn,
    country: str = "",
    kind: str = "",
    cursor: str | None = None,
    act: str = "",
) -> Response:
    """By country and kind, as the guide has it."""
    ticked = request.query_params.getlist("body_id")
    form = Form.empty({"country": country, "kind": kind, "body_id": ticked})
    searched = "kind" in request.query_params
    if searched and not country:
        form.error("country", _("Choose the country."))
    if searched and kind not in dict(authority_kinds()):
        form.error("kind", _("Choose the kind of authority."))
    found: list[Kept] = []
    following = None
    if searched and form.ok:
        if act == "request" and len(ticked) == 1:
            return see_other(f"/identity/roles/request?{urlencode({'kind': kind, 'body_id': ticked[0]})}")
        async with service.work() as work:
            found, following = await use_cases.find_authorities(work, kind=kind, country=country, cursor=cursor)
        if act == "request":
            form.error("body_id", _("Tick one authority only.") if ticked else _("Tick your authority first."))
    asked = {"country": country, "kind": kind}
    return service.pages.render(
        request,
        "find_authority.html",
        status=200 if form.ok else 422,
        form=form,
        searched=searched and not {"country", "kind"} & set(form.errors),
        found=[kept.authority for kept in found],
        asked=asked | ({"cursor": cursor} if cursor else {}),
        next_url=f"{SEARCH}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{SEARCH}?{urlencode(asked)}" if cursor else None,
        countries=member_states(),
        kinds=authority_kinds(),
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Authority"), None)],
    )


@router.get("/authorities")
async def list_all(
    request: Request,
    service: InService,
    person: SignedIn,
    kind: str = "",
    country: str = "",
    q: str = "",
    conflicts: bool = False,
    cursor: str | None = None,
) -> Response:
    wanted = Wanted(kind or None, country or None, q, conflicts=conflicts)
    async with service.work() as work:
        found, following = await use_cases.list_authorities(work, person, wanted, cursor=cursor)
        waiting = await use_cases.count_conflicts(work, person)
    asked = {"kind": kind, "country": country, "q": q} | ({"conflicts": "true"} if conflicts else {})
    return service.pages.render(
        request,
        "authorities.html",
        form=Form.empty(asked),
        found=found,
        today=service.clock().date(),
        conflicts=waiting,
        next_url=f"{LIST}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{LIST}?{urlencode(asked)}" if cursor else None,
        countries=countries(),
        kinds=all_authority_kinds(),
        breadcrumbs=[(_("Authorities"), None)],
    )
