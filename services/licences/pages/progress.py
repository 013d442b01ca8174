"""Where a licence stands: what happened, who has it now and what comes next, in words."""

from collections.abc import Mapping
from typing import Any

from services.licences.domain.licence import Licence
from services.licences.domain.timeline import Happening
from services.licences.use_cases import LicenceView
from shared.reference_data import customs_office
from shared.web.formats import country, local_date, local_datetime, local_number, volume, weight
from shared.web.i18n import N_, _
from shared.web.words import reason_name

TITLES = {
    "created": (N_("Draft created"), "neutral"),
    "claimed": (N_("Claimed: the issuing authority had sent it"), "neutral"),
    "entered_by_authority": (N_("Entered by the competent authority"), "neutral"),
    "number_disputed": (N_("Number disputed: another licence with it was handed in"), "attention"),
    "submitted": (N_("Submitted for validation"), "waiting"),
    "resubmitted": (N_("Corrected and submitted again"), "waiting"),
    "taken": (N_("An officer works on it"), "waiting"),
    "released": (N_("Waits for an officer"), "waiting"),
    "overdue": (N_("Has waited for longer than it should"), "attention"),
    "information_requested": (N_("The competent authority asks for information"), "attention"),
    "information_provided": (N_("Answer sent"), "waiting"),
    "information_received": (N_("Question settled"), "waiting"),
    "verification_opened": (N_("A further check began"), "waiting"),
    "verification_reminded": (N_("The issuing authority was reminded"), "waiting"),
    "verification_unanswered": (N_("A further check had no answer in time"), "attention"),
    "verification_ended": (N_("A further check ended"), "waiting"),
    "returned": (N_("Returned for correction"), "attention"),
    "amended": (N_("Corrected by the competent authority"), "attention"),
    "withdrawal_asked": (N_("Withdrawal asked for"), "attention"),
    "withdrawal_declined": (N_("Not withdrawn"), "bad"),
    "withdrawn": (N_("Withdrawn"), "neutral"),
    "validated": (N_("Validated by the competent authority"), "good"),
    "rejected": (N_("Rejected by the competent authority"), "bad"),
    "cancelled": (N_("Validation cancelled by the competent authority"), "bad"),
    "replaced": (N_("Replaced by another licence"), "neutral"),
    "replacing": (N_("Registered as the replacement of another licence"), "neutral"),
    "point_of_entry_changed": (N_("Point of entry changed"), "attention"),
    "handed_over": (N_("Handed over to another Member State"), "attention"),
    "fee_recorded": (N_("Fee recorded"), "neutral"),
    "cleared": (N_("Cleared by customs"), "good"),
    "suspended": (N_("Release suspended by customs"), "attention"),
    "resumed": (N_("Release no longer suspended"), "waiting"),
    "clearance_refused": (N_("Clearance refused"), "bad"),
    "reserved": (N_("A customs declaration refers to it"), "waiting"),
    "freed": (N_("No customs declaration refers to it any more"), "waiting"),
    "declaration_corrected": (N_("Customs declaration corrected"), "attention"),
}
KINDS = {
    "information": N_("Information"),
    "translation": N_("Translation, at your cost (1024/2008 art. 5)"),
    "query": N_("The issuing authority is asked (1024/2008 art. 9)."),
    "physical": N_("The goods are checked (1024/2008 art. 10)."),
}
NEXT = {
    "draft": N_("You have it. Complete the boxes, then submit it to the competent authority."),
    "submitted": N_("%(authority)s has it and decides. You get a mail as soon as it does."),
    "under_verification": N_("%(authority)s has it and waits for the outcome of a further check. You need do nothing."),
    "information_requested": N_(
        "%(authority)s needs something of you before it can decide. Answer its question below."
    ),
    "returned": N_("You have it again. Correct the boxes that %(authority)s named, then submit it once more."),
    "withdrawn": N_("You took it back. Nothing more happens with it; its number can be handed in anew."),
    "rejected": N_("It was not accepted; the reason stands below. Enter a corrected licence as a new one."),
    "cancelled": N_(
        "%(authority)s took its acceptance back, so customs can no longer clear it. The reason stands below."
    ),
    "replaced": N_("Another licence has taken its place. Nothing more happens with this one."),
}
NEXT_OF_CLEARANCE = {
    "awaiting": N_("The licence was accepted. %(customs)s can clear the goods against a customs declaration."),
    "cleared": N_("The goods are released for free circulation. Nothing is left to do."),
    "suspended": N_("%(customs)s has doubts and suspended the release. %(authority)s was told."),
    "refused": N_("The clearance was refused. Nothing more happens here; who refused it and why stands below."),
}
NEXT_FOR_OTHERS = {
    "information_requested": N_("%(authority)s waits for an answer of the company."),
    "under_verification": N_("%(authority)s has it and waits for the outcome of a further check."),
    "submitted": N_("%(authority)s has it and decides."),
    "returned": N_("The company has it again and corrects the boxes that %(authority)s named."),
    "withdrawn": N_("The company took it back. Nothing more happens with it."),
    "rejected": N_("It was not accepted; the reason stands below."),
}
"""For officials, where what the company is told would be wrong."""


def next_step(view: LicenceView) -> str:
    """Who has the licence now, and what comes next."""
    licence = view.licence
    if view.is_ours and licence.withdrawal_asked and licence.is_undecided:
        text = N_("You asked for it back. %(authority)s has to answer first; until then nothing can be changed.")
    elif licence.is_draft and licence.entered_by and not view.is_ours:
        text = N_("%(entered_by)s enters it for your company and submits it. You see here what becomes of it.")
    elif licence.is_draft and licence.issued_electronically:
        text = N_("You have it, with its boxes as they were issued. Submit it when you know where and when it arrives.")
    elif licence.validation_state == "validated":
        text = NEXT_OF_CLEARANCE.get(licence.clearance_state, "")
    else:
        told = NEXT if view.is_ours else {**NEXT, **NEXT_FOR_OTHERS}
        text = told.get(licence.validation_state, "")
    if text == NEXT["information_requested"] and not view.questions:
        text = N_("Your answer is on its way to %(authority)s. You need do nothing.")
    office = customs_office(licence.answers.point_of_entry or "")
    customs = f"{office.name} ({office.id})" if office else ""
    authority = view.authority or _("The competent authority of %(country)s", country=_entry_country(licence))
    entered_by = licence.entered_by.name if licence.entered_by else ""
    return _(text, authority=authority, customs=customs, entered_by=entered_by) if text else ""


def entry(happening: Happening, view: LicenceView) -> dict[str, object]:
    """One entry of the timeline, as the shared parts show it; `files` came with it."""
    title, tone = TITLES.get(happening.what, (happening.what, "neutral"))
    named = set(happening.details.get("files") or ())
    return {
        "title": _(title),
        "at": happening.at,
        "by": "" if happening.what == "withdrawal_declined" else happening.by,
        "text": "\n".join(line for line in (*_facts(happening), happening.text) if line),
        "tone": tone,
        "files": [file for file in view.licence.attachments if str(file.id) in named],
    }


def kind_name(kind: str) -> str:
    """A kind of question or check in the present language."""
    return _(KINDS.get(kind, kind))


def boxes_named(boxes: list[int]) -> str:
    """Boxes by their numbers."""
    return _("Boxes: %(boxes)s", boxes=", ".join(map(str, boxes))) if boxes else ""


def _facts(happening: Happening) -> list[str]:  # noqa: C901 - one case for each fact
    """What is known beside the text, line by line."""
    known: Mapping[str, Any] = happening.details
    match happening.what:
        case "cleared" | "declaration_corrected":
            declared = [volume(known.get("volume_m3")), weight(known.get("net_weight_kg"))]
            number = _("Customs declaration %(number)s", number=known["declaration"])
            return [", ".join([number, *filter(None, declared)])]
        case "information_requested":
            due = known.get("due_on")
            return [
                kind_name(known["kind"]),
                boxes_named(known.get("boxes") or []),
                _("Until %(day)s", day=local_date(due)) if due else "",
            ]
        case "verification_opened":
            return [kind_name(known["kind"])]
        case "verification_reminded":
            return [_("Sent on %(day)s", day=local_date(known["sent_on"]))]
        case "returned":
            return [boxes_named([reason["box"] for reason in known["boxes"]])]
        case "rejected":
            return [reason_name(known["reason_code"])] if known.get("reason_code") else []
        case "reserved" | "freed":
            return [_("Customs declaration %(number)s", number=known["declaration"])]
        case "resubmitted":
            return [boxes_named(known["boxes"])]
        case "amended":
            return [boxes_named([known["box"]]), _confirmation(known)]
        case "replaced":
            return [_("Licence %(number)s", number=known["replaced_by_number"])]
        case "replacing":
            return [_("Licence %(number)s", number=known["replaces_number"])]
        case "point_of_entry_changed" | "handed_over":
            before, after = (_office(known[name]) for name in ("point_of_entry_before", "point_of_entry"))
            return [_("From %(before)s to %(after)s", before=before, after=after)]
        case "fee_recorded":
            amount = f"{local_number(known['amount'])} {known['currency']}"
            return [", ".join(filter(None, [amount, known.get("reference")]))]
        case "overdue":
            return [_("Since %(moment)s", moment=local_datetime(known["since"]))]
    return []


def _confirmation(known: Mapping[str, Any]) -> str:
    if not known.get("confirmed_by"):
        return ""
    return _(
        "Confirmed by %(by)s on %(day)s under %(reference)s",
        by=known["confirmed_by"],
        day=local_date(known["confirmed_on"]),
        reference=known["confirmation_reference"],
    )


def _office(col_number: str) -> str:
    office = customs_office(col_number)
    return f"{office.name} ({office.id})" if office else col_number


def _entry_country(licence: Licence) -> str:
    return country((licence.answers.point_of_entry or "")[:2])
