"""Many licences at once: sending a file, and what became of each licence in it."""

import csv
import io
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain import bulk as sheets
from services.licences.domain.attachments import clean_name
from services.licences.domain.lines import BOXES
from services.licences.exports import harmless
from services.licences.pages import choices
from services.licences.service import InService, Licences
from services.licences.storage.bulk import ENTERED, KNOWN, OUTCOMES, REFUSED, WAITING, Outcome
from services.licences.uploads import MOST_BYTES_AROUND
from shared.http import SignedIn
from shared.person import Person
from shared.problems import TooMany, WrongContent
from shared.web.formats import byte_size
from shared.web.forms import Form
from shared.web.i18n import N_, _, language_of, speak, translated, zone_of
from shared.web.pages import see_other

router = APIRouter(include_in_schema=False)

RECENT = 10
WORDS = {
    ENTERED: (N_("Entered as draft"), "good"),
    KNOWN: (N_("There already"), "neutral"),
    REFUSED: (N_("Not entered"), "bad"),
    WAITING: (N_("Waiting"), "waiting"),
}
BOX_OF = {
    "licence_number": "3",
    "issuing_authority": "1",
    "issuing_authority_address": "1",
    "issuing_country": "1",
    "issuing_country_use": "2",
    "expiry_date": "4",
    "country_of_export": "5–6",
    "transport_mode": "7",
    "licensee_name": "8",
    "licensee_address": "8",
    "licensee_country": "8",
    "total_volume_m3": "14",
    "total_net_weight_kg": "15",
    "distinguishing_marks": "17",
    "signature_place": "18",
    "signature_date": "18",
    **{column: str(box) for column, box in BOXES.items()},
}
HELP = {
    "licence_number": N_("The same in every row of one licence. Needed."),
    "issuing_authority": N_("The name as in the list of the form."),
    "issuing_country": N_("Two letters, such as ID. Taken from the authority when empty."),
    "expiry_date": N_("Year-month-day, such as 2027-01-31; so is every date."),
    "transport_mode": N_("1 sea, 2 rail, 3 road, 4 air, …"),
    "licensee_country": N_("Two letters."),
    "total_volume_m3": N_("For the whole licence, when it is not given for each line."),
    "total_net_weight_kg": N_("For the whole licence, when it is not given for each line."),
    "species": N_("Several with ; between them."),
    "countries_of_harvest": N_("Two letters each; in the order of the species, with ; between these."),
    "unit": N_("A code of the list of units, such as C62 for pieces."),
}
RESULT_COLUMNS = ("row", "licence_number", "outcome", "column", "what", "licence")


@router.get("/licences/bulk")
async def bulk(request: Request, person: SignedIn, service: InService, cursor: str | None = None) -> Response:
    active = person.active_role.body_id if person.active_role else None
    company = active if active in person.companies else next(iter(person.companies), None)
    return await _show(request, person, service, Form.empty({"operator_id": str(company)}), cursor=cursor)


@router.post("/licences/bulk")
async def send(request: Request, person: SignedIn, service: InService) -> Response:
    largest = service.settings.bulk_max_bytes
    form = await Form.read(request, max_bytes=largest * 2 + MOST_BYTES_AROUND, max_file_bytes=largest)
    company = next((c for c in person.companies if str(c) == form.text("operator_id")), None)
    file = form.file("file")
    content = await file.read(largest + 1) if file else b""
    if file is None:
        form.error("file", _("Choose a file."))
    elif len(content) > largest:
        form.error("file", _("The file is too large: at most %(size)s can be sent at once.", size=byte_size(largest)))
    if file is None or not form.ok:
        return await _show(request, person, service, form, status=422)
    try:
        async with service.work() as work:
            upload = await use_cases.send_bulk(
                work,
                person,
                name=clean_name(file.filename or ""),
                content=content,
                most=service.settings.bulk_max_licences,
                operator_id=company,
            )
    except WrongContent as wrong:
        return await _show(request, person, service, form.take(wrong), status=wrong.status)
    except TooMany as busy:
        form.error("file", translated(busy.message, busy.params))
        return await _show(request, person, service, form, status=busy.status)
    return see_other(f"/licences/bulk/{upload.id}")


@router.get("/licences/bulk/example.csv")
async def example(_person: SignedIn) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="licences.csv"'}
    return Response(sheets.example().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/licences/bulk/{upload_id:uuid}")
async def result(
    request: Request,
    upload_id: UUID,
    person: SignedIn,
    service: InService,
    outcome: str = "",
    cursor: str | None = None,
) -> Response:
    async with service.work() as work:
        results = await use_cases.read_bulk(work, person, upload_id, only=outcome, cursor=cursor)
    upload, here = results.upload, f"/licences/bulk/{upload_id}"
    asked = {"outcome": outcome} if outcome in OUTCOMES else {}
    done = upload.licences - upload.counts.get(WAITING, 0)
    return service.pages.render(
        request,
        "bulk_result.html",
        upload=upload,
        done=done,
        words=WORDS,
        only=asked.get("outcome", ""),
        rows=[_row(found) for found in results.outcomes],
        here=here,
        next_url=f"{here}?{urlencode({**asked, 'cursor': results.next})}" if results.next else None,
        first_url=f"{here}?{urlencode(asked)}" if cursor else None,
        breadcrumbs=[
            (_("My licences"), "/licences"),
            (_("Many licences at once"), "/licences/bulk"),
            (upload.file_name or _("File"), None),
        ],
    )


@router.get("/licences/bulk/{upload_id:uuid}/result.csv")
async def download(request: Request, upload_id: UUID, person: SignedIn, service: InService) -> Response:
    speak(language_of(request), zone_of(request))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(RESULT_COLUMNS)
    async with service.work() as work:
        async for outcomes in use_cases.all_results(work, person, upload_id):
            table.writerows(_result_rows(outcomes))
    headers = {"Content-Disposition": 'attachment; filename="result.csv"'}
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)


def _result_rows(outcomes: Iterable[Outcome]) -> Iterable[list[str]]:
    """One for each remark, or one for a licence without any."""
    for outcome in outcomes:
        found = [(r.row, r.column, translated(r.message, r.params)) for r in outcome.remarks]
        for row, column, what in found or [(outcome.rows[0], "", "")]:
            licence = str(outcome.licence_id or "")
            cells = (str(row), outcome.licence_number, outcome.outcome, column, what, licence)
            yield [harmless(cell) for cell in cells]


def _row(outcome: Outcome) -> dict[str, Any]:
    word, tone = WORDS[outcome.outcome]
    return {
        "rows": _from_to(outcome.rows),
        "number": outcome.licence_number,
        "word": _(word),
        "tone": tone,
        "licence_id": outcome.licence_id,
        "is_incomplete": outcome.outcome == ENTERED and bool(outcome.remarks),
        "remarks": [(r.row, r.column, translated(r.message, r.params)) for r in outcome.remarks],
    }


def _from_to(rows: Iterable[int]) -> str:
    """Rows as a person would write them: 2–4, 7."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


async def _show(
    request: Request,
    person: Person,
    service: Licences,
    form: Form,
    *,
    status: int = 200,
    cursor: str | None = None,
) -> Response:
    async with service.work() as work:
        uploads, after = await use_cases.list_bulk(work, person, cursor=cursor, limit=RECENT)
    return service.pages.render(
        request,
        "bulk.html",
        status=status,
        form=form,
        companies=choices.companies(person),
        columns=[(column, BOX_OF[column], _(HELP[column]) if column in HELP else "") for column in sheets.COLUMNS],
        most=service.settings.bulk_max_licences,
        largest=service.settings.bulk_max_bytes,
        uploads=uploads,
        next_url=f"/licences/bulk?{urlencode({'cursor': after})}" if after else None,
        first_url="/licences/bulk" if cursor else None,
        breadcrumbs=[(_("My licences"), "/licences"), (_("Many licences at once"), None)],
    )
