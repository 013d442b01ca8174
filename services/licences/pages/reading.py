"""The licence as on paper, its states, what happens next, and what happened; on a page, for print, and as PDF."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import anyio
from anyio import CapacityLimiter
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.licences import pdf, use_cases
from services.licences.domain.attachments import MESSAGE
from services.licences.domain.reading import read_boxes
from services.licences.domain.timeline import disputed_at
from services.licences.pages.paper import Change, changes, paper_of
from services.licences.pages.progress import boxes_named, entry, kind_name, next_step
from services.licences.service import InService, Licences
from services.licences.use_cases import LicenceView
from shared.attachments.serving import first_sheet, sheets_of
from shared.http import SignedIn
from shared.reference_data import customs_office
from shared.web.forms import Form
from shared.web.i18n import _

router = APIRouter(include_in_schema=False)
PDFS_AT_ONCE = CapacityLimiter(2)


@router.get("/licences/{licence_id:uuid}")
async def licence(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    async with service.work() as work:
        view = await use_cases.read_licence(work, person, licence_id)
    return show(request, service, view)


@router.get("/licences/{licence_id:uuid}/mark")
async def mark(licence_id: UUID, person: SignedIn, service: InService) -> Response:
    """For a script that looks whether something happened to the licence."""
    async with service.work() as work:
        now = await use_cases.read_mark(work, person, licence_id)
    return JSONResponse({"mark": now}, headers={"Cache-Control": "no-store"})


@router.get("/licences/{licence_id:uuid}.pdf")
async def as_pdf(licence_id: UUID, person: SignedIn, service: InService) -> Response:
    async with service.work() as work:
        view = await use_cases.read_licence(work, person, licence_id)
    draw = pdf.Print(view, paper_of(view.licence, view.handed_in), next_step(view), printed_at=service.clock())
    content = await anyio.to_thread.run_sync(draw.drawn, limiter=PDFS_AT_ONCE)
    name = view.licence.boxes.licence_number or _("Draft")
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf", "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def show(request: Request, service: Licences, view: LicenceView, form: Form | None = None) -> Response:
    """The page; `form` came back with mistakes."""
    shown = view.licence
    files = [file for file in shown.attachments if file.box != MESSAGE]
    form = form or Form.empty()
    context: dict[str, Any] = {
        "licence": shown,
        "view": view,
        "mark": view.mark,
        "paper": paper_of(shown, view.handed_in),
        "files": [first_sheet(f"/licences/{shown.id}", file) for file in files],
        "sheets": sheets_of(f"/licences/{shown.id}", files),
        "is_ours": view.is_ours,
        "next_step": next_step(view),
        "office": customs_office(shown.answers.point_of_entry or ""),
        "timeline": [entry(happening, view) for happening in view.timeline],
        "corrections": _corrections(view),
        "disputed_at": disputed_at(view.timeline, shown.boxes.licence_number),
        "kind_name": kind_name,
        "boxes_named": boxes_named,
        "form": form,
        "largest_file": service.settings.attachment_max_bytes,
        "breadcrumbs": [(_("My licences"), "/licences"), (shown.boxes.licence_number or _("Draft"), None)],
    }
    return service.pages.render(request, "licence.html", status=200 if form.ok else 422, **context)


def _corrections(view: LicenceView) -> list[Change]:
    """What the company corrected when it handed the licence in again, the last time that it did."""
    last = next((happening for happening in view.timeline if happening.what == "resubmitted"), None)
    if last is None:
        return []
    before, _nothing_wrong = read_boxes(last.details["before"])
    after, _nothing_wrong = read_boxes(last.details["after"])
    return changes(before, after, last.details["boxes"])
