"""The list of licences: what it is searched by, sorted by and paged through, all of it in the address bar."""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.licences import use_cases
from services.licences.domain.searching import CLEARANCE_STATES, CRITERIA, VALIDATION_STATES, Order, Sorting
from services.licences.service import InService, Licences
from services.licences.use_cases.listing import MOST_EXPORTED, Page, Wanted, asked
from shared import reference_data
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.formats import country as country_name
from shared.web.forms import Form
from shared.web.i18n import N_, _
from shared.web.words import STATES

router = APIRouter(include_in_schema=False)

SIMPLE = ("number", "state", "company")
COLUMNS: tuple[tuple[str, Order | None], ...] = (
    (N_("FLEGT licence number"), Order.NUMBER),
    (N_("VPA country"), None),
    (N_("Requester"), None),
    (N_("Validation state"), None),
    (N_("Clearance state"), None),
    (N_("Last modification"), Order.MODIFIED),
    (N_("Arrival"), Order.ARRIVAL),
)
OFFICIALS = ("msca", "customs", "monitor")
Context = dict[str, Any]


@router.get("/licences")
async def my_licences(request: Request, person: SignedIn, service: InService) -> Response:
    return await show(request, service, person, request.query_params)


@router.get("/licences/rows")
async def rows(request: Request, person: SignedIn, service: InService) -> Response:
    """The found licences of the same address as they are now, for a script that puts them into the page."""
    typed = request.query_params
    wanted = use_cases.read_wanted(person, typed)
    async with service.work() as work:
        page = await use_cases.search_licences(work, person, wanted, cursor=typed.get("cursor"))
        behind = await use_cases.minutes_behind(work)
    html = service.pages.render(request, "found_licences.html", **_found(person, typed, wanted, page, behind)).body
    etag = f'"{hashlib.sha256(html).hexdigest()[:20]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return JSONResponse({"html": bytes(html).decode()}, headers={"ETag": etag, "Cache-Control": "no-cache"})


async def show(
    request: Request, service: Licences, person: Person, typed: Mapping[str, str], *, naming: Form | None = None
) -> Response:
    """The list. Where something in the address is wrong, it is said beside the field and nothing is listed. `naming`
    is the form with the name of a saved search that was refused."""
    form = Form.empty({name: typed.get(name, "") for name in (*CRITERIA, "company")})
    wanted, page = Wanted(), Page([])
    async with service.work() as work:
        try:
            wanted = use_cases.read_wanted(person, typed)
            page = await use_cases.search_licences(work, person, wanted, cursor=typed.get("cursor"))
        except WrongContent as wrong:
            form.take(wrong)
        behind = await use_cases.minutes_behind(work)
        saved = await use_cases.saved_searches(work, person)
    texts = asked(typed)
    names = Form.empty({f"name-{search.id}": search.name for search in saved})
    if naming is not None:
        names.values |= naming.values
        names.errors = naming.errors
    role = person.active_role
    return service.pages.render(
        request,
        "my_licences.html",
        status=200 if form.ok and names.ok else 422,
        form=form,
        naming=names,
        saved=saved,
        texts=texts,
        is_advanced=any(name in texts or form.errors_of(name) for name in CRITERIA if name not in SIMPLE),
        states=_states(),
        companies=_companies(person),
        partner_countries=_partner_countries(),
        kind=role.kind if role else "",
        is_official=bool(role and role.kind in OFFICIALS),
        place=country_name(role.country) if role and role.country else role.body_name if role else "",
        has_list=use_cases.scope_of(person) is not None,
        breadcrumbs=[(_("Licences") if role and role.kind in OFFICIALS else _("My licences"), None)],
        **_found(person, typed, wanted, page, behind),
    )


def _found(person: Person, typed: Mapping[str, str], wanted: Wanted, page: Page, behind: int) -> Context:
    """What the table of found licences is made of."""
    texts = asked(typed)
    scope = use_cases.scope_of(person)
    return {
        "rows": page.rows,
        "here": urlencode(texts),
        "is_filtered": bool(set(texts) - {"sort"}),
        "is_ours": bool(scope and scope.is_of_companies),
        "most_exported": MOST_EXPORTED,
        "behind": behind,
        "columns": [
            _column(title, order if scope and order in scope.orders else None, wanted.sorting, texts)
            for title, order in COLUMNS
            if order is not Order.ARRIVAL or _shows_arrival(wanted)
        ],
        "shows_arrival": _shows_arrival(wanted),
        "shows_company": bool(scope and (len(scope.parts) > 1 or not scope.is_of_companies)),
        "next_url": _address(texts, cursor=page.next) if page.next else None,
        "previous_url": _address(texts, cursor=page.previous) if page.previous else None,
        "first_url": _address(texts) if page.previous or typed.get("cursor") else None,
    }


def _shows_arrival(wanted: Wanted) -> bool:
    search = wanted.search
    return wanted.sorting.order is Order.ARRIVAL or bool(search.arrival_from or search.arrival_to)


def _column(title: str, order: Order | None, sorting: Sorting, texts: Mapping[str, str]) -> Context:
    """A heading, and where a press on it leads: the other way round when the list is sorted by it already."""
    if order is None:
        return {"title": title, "url": None, "sorted": None}
    is_sorted = order is sorting.order
    descending = not sorting.descending if is_sorted else order is Order.MODIFIED
    way = ("descending" if sorting.descending else "ascending") if is_sorted else None
    return {"title": title, "url": _address(texts, sort=str(Sorting(order, descending))), "sorted": way}


def _address(texts: Mapping[str, str], **more: str) -> str:
    query = urlencode({**texts, **more})
    return f"/licences?{query}" if query else "/licences"


def _states() -> list[tuple[str, list[tuple[str, str]]]]:
    groups = ((_("Validation"), "validation", VALIDATION_STATES), (_("Clearance"), "clearance", CLEARANCE_STATES))
    return [
        (title, [(state, _(word.text)) for state, word in STATES[kind].items() if state in sought])
        for title, kind, sought in groups
    ]


def _companies(person: Person) -> list[tuple[str, str]]:
    names = {str(role.body_id): role.body_name for role in person.roles if role.kind == "importer" and role.body_id}
    return sorted(names.items(), key=lambda company: company[1].casefold())


def _partner_countries() -> list[tuple[str, str]]:
    return sorted(
        ((country.code, country_name(country.code)) for country in reference_data.vpa_countries()),
        key=lambda named: named[1],
    )
