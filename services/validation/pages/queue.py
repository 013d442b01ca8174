"""The authority's queue."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain.states import ValidationState
from services.validation.pages.common import InService, address, office_name
from services.validation.storage.lists import COUNTED
from shared import reference_data
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.words import state_name

router = APIRouter()
QUEUE = "/validation/cases"


@router.get(QUEUE)
async def queue(
    request: Request,
    service: InService,
    person: SignedIn,
    state: str = "submitted",
    number: str = "",
    point_of_entry: str = "",
    cursor: str | None = None,
) -> Response:
    """Cases of the person's Member State; those that wait for a decision unless another state is asked for."""
    wanted = state if state in set(ValidationState) else None
    async with service.work() as work:
        page = await use_cases.list_cases(
            work, person, state=wanted, number=number, point_of_entry=point_of_entry, cursor=cursor
        )
    filters = {"state": state, "number": number, "point_of_entry": point_of_entry}
    offices = reference_data.customs_offices(page.role.country)
    return service.pages.render(
        request,
        "cases.html",
        page=page,
        stats=_stats(page.counts),
        form=Form.empty(filters),
        filtered=bool(number.strip() or point_of_entry),
        states=[(value, state_name("validation", value)) for value in ValidationState],
        everywhere_url=address(QUEUE, {**filters, "state": "all"}),
        offices=[(office.id, f"{office.name} ({office.id})") for office in offices],
        office_name=office_name,
        next_url=address(QUEUE, {**filters, "cursor": page.next}) if page.next else None,
        first_url=address(QUEUE, filters) if cursor else None,
        breadcrumbs=[(_("Cases"), None)],
    )


def _stats(counts: Mapping[str, int]) -> list[tuple[str, int, str, str | None]]:
    names = {"submitted": _("Waiting for a decision"), "validated": _("Validated"), "rejected": _("Rejected")}
    return [
        (name, counts[state], address(QUEUE, {"state": state}), _("or more") if counts[state] >= COUNTED else None)
        for state, name in names.items()
    ]
