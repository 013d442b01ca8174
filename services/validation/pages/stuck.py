"""What does not move: cases beyond their limits, unsent events, parked messages."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain.waiting import Owner, Stuck
from services.validation.pages.common import InService, address, office_name
from shared.http import SignedIn
from shared.person import Person
from shared.web.formats import country
from shared.web.i18n import N_, _, gettext
from shared.web.words import state_name

router = APIRouter()
STUCK = "/validation/stuck"

ACTS = {
    "submitted": N_("Decide on it, or hand it to a colleague"),
    "under_verification": N_("Remind, or record how the verification ended"),
    "information_requested": N_("Remind the company, or go on without its answer"),
    "returned": N_("Ask the company to correct it and hand it in again"),
    "awaiting": N_("Clear it, suspend it, or take the acceptance back"),
    "suspended": N_("Settle the doubt: resume or refuse"),
}


@dataclass(frozen=True)
class Line:
    """A stuck case in words. `url` is where the act is done; None where this person may not do it."""

    case: Stuck
    state: tuple[str, str]
    owner: str
    act: str
    url: str | None


@router.get(STUCK)
async def stuck(request: Request, service: InService, person: SignedIn, cursor: str | None = None) -> Response:
    """A page of what waits, the longest first."""
    async with service.work() as work:
        page = await use_cases.list_stuck(work, person, cursor=cursor)
        now = work.now
    return service.pages.render(
        request,
        "stuck.html",
        page=page,
        lines=[line_of(case, person) for case in page.items],
        now=now,
        may_operate=person.is_support,
        next_url=address(STUCK, {"cursor": page.next}) if page.next else None,
        first_url=STUCK if cursor else None,
        breadcrumbs=[(_("Cases"), "/validation/cases"), (_("What does not move"), None)],
    )


def line_of(case: Stuck, person: Person | None = None) -> Line:
    """Who owes the next step, and what it is; with the address for whoever may take it."""
    kind = "clearance" if case.state in {"awaiting", "suspended"} else "validation"
    officials = person is not None and person.authority_of(case.country)
    url = f"/validation/cases/{case.licence_id}" if officials else None
    return Line(case, (kind, case.state), owner_name(case), gettext(ACTS[case.state]), url)


def owner_name(case: Stuck) -> str:
    """Who owes the next step, by name where there is one."""
    names = {
        Owner.OFFICER: case.officer_name or "",
        Owner.AUTHORITY: _("The authority of %(country)s: nobody has taken it", country=country(case.country)),
        Owner.COMPANY: case.operator_name,
        Owner.ISSUER: _("The issuing authority in %(country)s", country=country(case.vpa_country)),
        Owner.CUSTOMS: office_name(case.point_of_entry),
    }
    return names[case.owner]


def state_word(case: Stuck) -> str:
    """The state in words."""
    return state_name("clearance" if case.state in {"awaiting", "suspended"} else "validation", case.state)
