"""The letter with which an issuing authority is asked about a licence, to be printed or saved and sent."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.boxes import all_boxes, party_text
from services.validation.domain.proceedings import VerificationKind
from services.validation.pages.common import InService, office_name
from services.validation.pages.review import QUEUE
from shared import reference_data
from shared.http import SignedIn
from shared.problems import Unknown
from shared.web.i18n import _

router = APIRouter()


@router.get(QUEUE + "/{case_id}/verifications/{verification_id}/letter")
async def letter(
    request: Request, service: InService, person: SignedIn, case_id: UUID, verification_id: UUID
) -> Response:
    """The query with a copy of the licence's data and what tells its scans apart; as a reminder once one was recorded,
    or the answer is overdue."""
    async with service.work() as work:
        view = await use_cases.read_case(work, person, case_id)
        today = work.now.date()
    case = view.case
    query = next((v for v in case.verifications if v.id == verification_id), None)
    if query is None or query.kind is not VerificationKind.QUERY:
        raise Unknown("This case has no such query.")
    role = person.authority_of(case.country)
    authorities = {authority.country: authority for authority in reference_data.competent_authorities()}
    return service.pages.render(
        request,
        "query_letter.html",
        case=case,
        query=query,
        reminder=query.is_open and (bool(query.reminders) or query.due_on < today),
        reference=f"{case.country}-{str(case.licence_id)[-12:]}-{str(query.id)[-6:]}".upper(),
        sender=role.body_name if role else "",
        known=authorities.get(case.country),
        recipient=party_text(case.licence.boxes.issuing_authority),
        boxes=all_boxes(case.licence.boxes),
        scans=[file for file in case.licence.attachments if file.box],
        office_name=office_name,
        breadcrumbs=[(_("Cases"), QUEUE), (case.licence_number, f"{QUEUE}/{case_id}"), (_("Letter"), None)],
    )
