"""My licences: the list, and what it is searched by."""

from dataclasses import asdict
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.service import InService
from services.licences.storage.search import Search
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.words import STATES

router = APIRouter(include_in_schema=False)

LISTED = ("draft", "submitted", "validated", "rejected", "awaiting", "cleared", "suspended", "refused")
"""States one can filter by: those that licences can be in today."""
ADVANCED = ("commodity_code", "requester", "description", "point_of_entry")


@router.get("/licences")
async def my_licences(
    request: Request,
    person: SignedIn,
    service: InService,
    number: str = "",
    state: str = "",
    commodity_code: str = "",
    requester: str = "",
    description: str = "",
    point_of_entry: str = "",
    cursor: str | None = None,
) -> Response:
    typed = Search.typed(
        number=number,
        state=state,
        commodity_code=commodity_code,
        requester=requester,
        description=description,
        point_of_entry=point_of_entry,
    )
    async with service.work() as work:
        page = await use_cases.search_licences(work, person, typed, cursor=cursor)
    asked = {name: value for name, value in asdict(typed).items() if value}
    return service.pages.render(
        request,
        "my_licences.html",
        rows=page.rows,
        form=Form.empty(asked),
        is_filtered=bool(asked),
        is_advanced=any(asked.get(name) for name in ADVANCED),
        next_url=f"/licences?{urlencode({**asked, 'cursor': page.next})}" if page.next else None,
        first_url=f"/licences?{urlencode(asked)}" if cursor else None,
        states=_states(),
        breadcrumbs=[(_("My licences"), None)],
    )


def _states() -> list[tuple[str, list[tuple[str, str]]]]:
    groups = ((_("Validation"), "validation"), (_("Clearance"), "clearance"))
    return [
        (title, [(state, _(word.text)) for state, word in STATES[kind].items() if state in LISTED])
        for title, kind in groups
    ]
