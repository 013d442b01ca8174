"""Find a competent authority or customs office and ask to act for it."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.pages.choices import authority_kinds, member_states
from services.identity.storage.authorities import Kept
from services.identity.use_cases import authorities as use_cases
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _

router = APIRouter(prefix="/identity/roles/authority", include_in_schema=False)
SEARCH = "/identity/roles/authority"


@router.get("")
async def search(
    request: Request,
    service: InService,
    _person: SignedIn,
    country: str = "",
    kind: str = "",
    cursor: str | None = None,
) -> Response:
    """By country and kind, as the guide has it."""
    form = Form.empty({"country": country, "kind": kind})
    searched = "kind" in request.query_params
    if searched and not country:
        form.error("country", _("Choose the country."))
    if searched and kind not in dict(authority_kinds()):
        form.error("kind", _("Choose the kind of authority."))
    found: list[Kept] = []
    following = None
    if searched and form.ok:
        async with service.work() as work:
            found, following = await use_cases.find_authorities(work, kind=kind, country=country, cursor=cursor)
    asked = {"country": country, "kind": kind}
    return service.pages.render(
        request,
        "find_authority.html",
        status=200 if form.ok else 422,
        form=form,
        searched=searched and form.ok,
        found=[kept.authority for kept in found],
        next_url=f"{SEARCH}?{urlencode(asked | {'cursor': following})}" if following else None,
        first_url=f"{SEARCH}?{urlencode(asked)}" if cursor else None,
        countries=member_states(),
        kinds=authority_kinds(),
        breadcrumbs=[(_("My roles"), "/identity/roles"), (_("Authority"), None)],
    )
