"""The authority's queue: its tabs, its search, and who works on what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain.queueing import CRITERIA, ME, NOBODY, Order, Tab
from services.validation.domain.states import ActorKind, ClearanceState, ValidationState
from services.validation.pages.common import InService, address, office_name
from services.validation.risk_words import risk_reasons
from services.validation.storage.queue import COUNTED
from services.validation.use_cases import QueuePage
from shared import reference_data
from shared.http import SignedIn
from shared.paging import LARGEST_PAGE
from shared.person import Person
from shared.problems import Refusal, Unknown, WrongContent
from shared.web.forms import Form
from shared.web.i18n import N_, _, gettext, translated
from shared.web.pages import see_other
from shared.web.words import state_name

router = APIRouter()
QUEUE = "/validation/cases"
LIVE = "/validation/api/v1/queue"

TABS: dict[Tab, tuple[str, str]] = {
    Tab.NEW: (N_("New"), N_("Nobody works on these licences yet.")),
    Tab.MINE: (N_("Mine"), N_("You work on these licences.")),
    Tab.IMPORTER: (
        N_("Waiting for importer"),
        N_("The importer was asked for something, or has the licence back to correct it."),
    ),
    Tab.ISSUER: (
        N_("Waiting for issuing authority"),
        N_("A query to the issuing authority, or a check of the goods, has not ended yet."),
    ),
    Tab.DUE: (N_("Due"), N_("The deadline has passed, or passes within two days.")),
    Tab.CONFIRM: (N_("To confirm"), N_("A first officer has decided, and a second one has to confirm it.")),
    Tab.DECIDED: (N_("Decided"), N_("The authority owes nothing any more, the latest first.")),
    Tab.ALL: (N_("All"), N_("Every licence, the latest first.")),
}
_ORDERS = {Order.SUBMITTED: N_("Submitted"), Order.ARRIVAL: N_("Arrival"), Order.RISK: N_("Risk")}
_MOST_FIELDS = ("commodity_code", "company", "exporter", "partner_country", "officer", "arrival_from", "arrival_to")
"""Criteria that stand in the part of the form that is opened when one of them is used."""


@dataclass(frozen=True)
class Refused:
    """A case for which what was asked was not done, and why."""

    number: str
    case_id: UUID
    why: str


@router.get(QUEUE)
async def queue(request: Request, service: InService, person: SignedIn) -> Response:
    """Cases of the person's Member State; those that nobody works on unless something else is asked for."""
    return await _show(request, service, person)


@router.post(QUEUE)
async def assign(request: Request, service: InService, person: SignedIn) -> Response:
    """Take, take over, hand over or release what was ticked, each case by itself."""
    form = await Form.read(request)
    act, chosen = form.text("act"), _ids(form.list("case"))
    if act not in {"take", "over", "release", "hand"}:
        raise Unknown("There is no such act.")
    if not chosen:
        form.error("case", _("Tick the licences first."))
    colleague = _id(form.text("colleague")) if act == "hand" else None
    if act == "hand" and colleague is None:
        form.error("colleague", _("Choose a colleague."))
    if not form.ok:
        return await _show(request, service, person, acting=form, status=422)
    async with service.work() as work:
        numbers = await use_cases.numbers_of(work, person, chosen)
    refused = []
    for case_id in chosen:
        try:
            async with service.work() as work:
                if act == "release":
                    await use_cases.release_case(work, person, case_id)
                elif colleague is not None:
                    await use_cases.hand_case_to(work, person, case_id, colleague, over=True)
                else:
                    await use_cases.take_case(work, person, case_id, over=act == "over")
        except Refusal as refusal:
            refused.append(Refused(numbers.get(case_id, ""), case_id, _why(refusal)))
    if refused:
        done = len(chosen) - len(refused)
        return await _show(request, service, person, acting=form, status=409, done=done, refused=refused)
    return see_other(_here(request), flash=_told(act, len(chosen)))


def _told(act: str, number: int) -> str:
    if act == "release":
        return _("Cases given back into the queue of all: %(number)s", number=number)
    if act == "hand":
        return _("Cases handed over: %(number)s", number=number)
    return _("Cases that you work on now: %(number)s", number=number)


def _why(refusal: Refusal) -> str:
    if isinstance(refusal, WrongContent):
        return " ".join(translated(error.message, error.params) for error in refusal.errors)
    return translated(refusal.message, refusal.params)


async def _show(
    request: Request,
    service: InService,
    person: Person,
    *,
    acting: Form | None = None,
    status: int = 200,
    done: int = 0,
    refused: Sequence[Refused] = (),
) -> Response:
    query = request.query_params
    typed = {name: query.get(name, "").strip() for name in CRITERIA}
    async with service.work() as work:
        page = await use_cases.list_cases(
            work, person, typed, tab=query.get("tab", ""), sort=query.get("sort", ""), cursor=query.get("cursor")
        )
        now = work.now
    form = Form.empty(typed).take(WrongContent(list(page.mistakes)))
    asked = {"tab": page.tab, **typed, "sort": query.get("sort")}
    served, country = service.settings.served, page.role.country
    kept_elsewhere = bool(served and country and country not in served)
    return service.pages.render(
        request,
        "cases.html",
        status=422 if page.mistakes else status,
        page=page,
        tabs=_tabs(page),
        about=gettext(TABS[page.tab][1]),
        live=LIVE,
        most=COUNTED,
        form=form,
        acting=acting or Form.empty(),
        done=done,
        refused=refused,
        here=_here(request),
        is_filtered=any(typed.values()),
        is_advanced=any(typed[name] for name in _MOST_FIELDS),
        kept_elsewhere=kept_elsewhere,
        may_act=page.role.kind == ActorKind.MSCA and not kept_elsewhere,
        me=person.account_id,
        now=now,
        arriving_soon=now + timedelta(days=3),
        states=_states(),
        offices=[(o.id, f"{o.name} ({o.id})") for o in use_cases.points_of_entry(page.role)],
        partner_countries=[(country.code, country.name) for country in reference_data.vpa_countries()],
        officers=[(ME, _("Me")), (NOBODY, _("Nobody")), *((str(o.account_id), o.name) for o in page.colleagues)],
        colleagues=[(str(o.account_id), o.name) for o in page.colleagues if o.account_id != person.account_id],
        orders=_orders(page, asked),
        office_name=office_name,
        risk_reasons=risk_reasons,
        all_url=address(QUEUE, {**asked, "tab": Tab.ALL, "sort": None}),
        plain_url=address(QUEUE, {"tab": page.tab}),
        next_url=address(QUEUE, {**asked, "cursor": page.next}) if page.next else None,
        first_url=address(QUEUE, asked) if query.get("cursor") else None,
        policy_url="/validation/policy" if page.role.administrator and page.role.kind == ActorKind.MSCA else None,
        breadcrumbs=[(_("Cases"), None)],
    )


def _here(request: Request) -> str:
    """This list again: only with what it knows, whatever else stands in the address."""
    known = {name: request.query_params.get(name) for name in ("tab", *CRITERIA, "sort", "cursor")}
    return address(QUEUE, known)


def _tabs(page: QueuePage) -> list[tuple[Tab, str, str, int]]:
    return [(tab, address(QUEUE, {"tab": tab}), gettext(TABS[tab][0]), page.counts[tab]) for tab in page.tabs]


def _orders(page: QueuePage, asked: Mapping[str, str | None]) -> dict[str, tuple[str, str | None]]:
    """For each order its name and address: the other way round where the list is sorted by it; None where it cannot."""
    found: dict[str, tuple[str, str | None]] = {}
    for order, name in _ORDERS.items():
        is_present = page.sorting.order is order
        descending = not page.sorting.descending if is_present else order is Order.RISK
        url = address(QUEUE, {**asked, "sort": ("-" if descending else "") + order})
        found[order] = gettext(name), url if order in page.orders else None
    return found


def _states() -> list[tuple[str, list[tuple[str, str]]]]:
    customs = [state for state in ClearanceState if state is not ClearanceState.NOT_READY]
    return [
        (_("Validation"), [(state, state_name("validation", state)) for state in ValidationState]),
        (_("Clearance"), [(state, state_name("clearance", state)) for state in customs]),
    ]


def _ids(texts: Sequence[str]) -> list[UUID]:
    found = [_id(text) for text in texts[:LARGEST_PAGE]]
    return list(dict.fromkeys(one for one in found if one is not None))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
