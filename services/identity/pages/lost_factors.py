"""Support removes the second factors of somebody who lost them all."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService, address_of
from services.identity.use_cases import factors as use_cases
from shared.http import SignedIn
from shared.problems import WrongState
from shared.web.forms import Form
from shared.web.i18n import _, translated
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/people", include_in_schema=False)


@router.post("/{account_id}/second-factor/remove")
async def remove(request: Request, service: InService, person: SignedIn, account_id: UUID) -> Response:
    await Form.read(request)
    there = f"/identity/people/{account_id}"
    try:
        async with service.work() as work:
            await use_cases.remove_lost_factors(work, person, account_id, address=address_of(request))
    except WrongState as refusal:
        return see_other(there, flash=translated(refusal.message, refusal.params), kind="error")
    return see_other(there, flash=_("The second factors are removed; a mail tells the person."))
