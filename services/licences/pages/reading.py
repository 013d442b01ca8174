"""The licence as on paper, its states, what happens next, and what happened."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.licences import use_cases
from services.licences.domain.licence import Licence
from services.licences.pages import choices
from services.licences.service import InService
from services.licences.storage.licences import Happening
from services.licences.use_cases import LicenceView
from shared.attachments.serving import first_sheet, sheets_of
from shared.http import SignedIn
from shared.reference_data import customs_office
from shared.web.formats import country
from shared.web.i18n import N_, _

router = APIRouter(include_in_schema=False)

TITLES = {
    "created": (N_("Draft created"), "neutral"),
    "submitted": (N_("Submitted for validation"), "waiting"),
    "validated": (N_("Validated by the competent authority"), "good"),
    "rejected": (N_("Rejected by the competent authority"), "bad"),
    "cleared": (N_("Cleared by customs"), "good"),
    "suspended": (N_("Release suspended by customs"), "attention"),
    "resumed": (N_("Release no longer suspended"), "waiting"),
    "clearance_refused": (N_("Clearance refused by customs"), "bad"),
}


@router.get("/licences/{licence_id:uuid}")
async def licence(request: Request, licence_id: UUID, person: SignedIn, service: InService) -> Response:
    async with service.work() as work:
        view = await use_cases.read_licence(work, person, licence_id)
    shown = view.licence
    return service.pages.render(
        request,
        "licence.html",
        licence=shown,
        files=[first_sheet(f"/licences/{shown.id}", file) for file in shown.attachments],
        sheets=sheets_of(f"/licences/{shown.id}", shown.attachments),
        is_ours=view.is_ours,
        next_step=next_step(view),
        office=customs_office(shown.answers.point_of_entry or ""),
        timeline=[_entry(happening) for happening in view.timeline],
        code_names=choices.code_names(shown.boxes.vpa_country),
        unit_symbols=choices.unit_symbols(),
        transport_modes=dict(choices.transport_modes()),
        breadcrumbs=[(_("My licences"), "/licences"), (shown.boxes.licence_number or _("Draft"), None)],
    )


def next_step(view: LicenceView) -> str:
    """Who has the licence now, and what comes next."""
    licence = view.licence
    authority = view.authority or _("The competent authority of %(country)s", country=_entry_country(licence))
    office = customs_office(licence.answers.point_of_entry or "")
    customs = f"{office.name} ({office.id})" if office else ""
    if licence.validation_state == "validated":
        texts = {
            "awaiting": N_("The licence was accepted. %(customs)s can clear the goods against a customs declaration."),
            "cleared": N_("The goods are released for free circulation. Nothing is left to do."),
            "suspended": N_("%(customs)s has doubts and suspended the release. %(authority)s was told."),
            "refused": N_("%(customs)s refused the release. Nothing more happens here; the reason stands below."),
        }
        text = texts.get(licence.clearance_state, "")
    else:
        text = {
            "draft": N_("You have it. Complete the boxes, then submit it to the competent authority."),
            "submitted": N_("%(authority)s has it and decides. You get a mail as soon as it does."),
            "rejected": N_("It was not accepted; the reason stands below. Enter a corrected licence as a new one."),
        }.get(licence.validation_state, "")
    return _(text, authority=authority, customs=customs) if text else ""


def _entry_country(licence: Licence) -> str:
    office = customs_office(licence.answers.point_of_entry or "")
    return country(office.country) if office else ""


def _entry(happening: Happening) -> dict[str, object]:
    title, tone = TITLES[happening.what]
    text = happening.text
    if happening.what == "cleared" and text:
        text = _("Customs declaration %(number)s", number=text)
    return {"title": _(title), "at": happening.at, "by": happening.by, "text": text, "tone": tone}
