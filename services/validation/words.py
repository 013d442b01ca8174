"""What people read: names for codes, and values as the person being answered writes them."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.validation.domain.checks import Check, Finding
from services.validation.domain.reasons import RejectionReason
from shared.web import words
from shared.web.formats import country, local_date, local_number, volume, weight
from shared.web.i18n import N_, _, gettext, translated
from shared.web.words import state_name

_COUNTRIES = {"country", "named", "here"}

REASONS: dict[RejectionReason, str] = {code: words.REASONS[code] for code in RejectionReason}


def reason_name(code: RejectionReason | str) -> str:
    """A reason code in the present language."""
    return gettext(REASONS[RejectionReason(code)])


def reason_choices() -> list[tuple[str, str]]:
    """All reason codes for a form, in the order of the list."""
    return [(code.value, gettext(name)) for code, name in REASONS.items()]


def shown(params: Mapping[str, object]) -> dict[str, object]:
    """Values as they are filled into a sentence."""
    return {name: _shown(name, value) for name, value in params.items()}


def _shown(name: str, value: object) -> object:
    if isinstance(value, date):
        return local_date(value)
    if isinstance(value, Decimal):
        return local_number(value)
    if name in _COUNTRIES:
        return country(str(value))
    return state_name("validation", str(value)) if name == "state" else value


def sentence(finding: Finding) -> str:
    """What was found, in the present language."""
    return translated(finding.message, shown(finding.params))


def title(check: Check) -> str:
    """What was checked, in the present language."""
    return gettext(check.title)


ACTS: dict[str, tuple[str, str]] = {
    "take": (N_("Taken to work on"), "neutral"),
    "release": (N_("Released"), "neutral"),
    "ask": (N_("Information requested"), "attention"),
    "answer": (N_("Answer received"), "waiting"),
    "waive": (N_("Answer no longer needed"), "neutral"),
    "open_verification": (N_("Verification opened"), "waiting"),
    "remind": (N_("Issuing authority reminded"), "waiting"),
    "end_verification": (N_("Verification ended"), "neutral"),
    "amend": (N_("Box corrected"), "attention"),
    "return": (N_("Returned for correction"), "attention"),
    "propose": (N_("Decision proposed"), "waiting"),
    "decline": (N_("Proposed decision declined"), "attention"),
    "withdraw": (N_("Withdrawal"), "neutral"),
    "cancel": (N_("Validation cancelled"), "bad"),
    "replace": (N_("Replaced by another licence"), "neutral"),
    "take_place": (N_("Registered as replacement or duplicate"), "neutral"),
    "reroute": (N_("Point of entry changed"), "neutral"),
    "hand_over": (N_("Handed over to another Member State"), "neutral"),
    "record_fee": (N_("Fee recorded"), "neutral"),
    "correct_declaration": (N_("Declaration corrected"), "attention"),
    "reserve": (N_("Reserved for a declaration"), "waiting"),
    "free": (N_("Reservation ended"), "neutral"),
    "validate": (N_("Validated"), "good"),
    "reject": (N_("Rejected"), "bad"),
    "clear": (N_("Cleared"), "good"),
    "suspend": (N_("Release suspended"), "attention"),
    "resume": (N_("Suspension ended"), "waiting"),
    "refuse": (N_("Clearance refused"), "bad"),
    "disputed": (N_("Another company says that it holds the licence of this number"), "attention"),
}
"""What stands in the history for each act, and its tone."""

KINDS = {
    "information": N_("Information"),
    "translation": N_("Translation"),
    "query": N_("Query to the issuing authority"),
    "physical": N_("Check of the goods"),
}
OUTCOMES = {
    "confirmed": N_("Confirmed"),
    "not_confirmed": N_("Not confirmed"),
    "silent": N_("No answer in time"),
    "withdrawn": N_("Opened by mistake"),
}
ALTERATIONS = {
    "copying": N_("Copied wrongly from the paper"),
    "alteration": N_("The paper was altered"),
    "extension": N_("The licence was extended"),
}


def act_name(act: str) -> str:
    """An act in the present language; one that is not known is shown as it is."""
    return gettext(ACTS.get(act, (act, ""))[0])


def act_tone(act: str) -> str:
    """In which tone the history shows an act."""
    return ACTS.get(act, ("", "neutral"))[1]


def act_text(text: str, details: Mapping[str, Any]) -> str:
    """What stands beside an act in the history: its details in words, then what the person wrote."""
    return "\n".join(filter(None, [*_detail_lines(details), text]))


def _detail_lines(details: Mapping[str, Any]) -> Iterator[str]:
    if kind := details.get("kind"):
        yield gettext(KINDS.get(kind, kind))
    if outcome := details.get("outcome"):
        yield gettext(OUTCOMES.get(outcome, outcome))
    yield from (
        gettext(label) % {"day": local_date(details[name])} for name, label in _DAYS.items() if details.get(name)
    )
    if details.get("reason_code"):
        yield reason_name(details["reason_code"])
    if details.get("declaration"):
        declared = [volume(details.get("volume_m3")), weight(details.get("net_weight_kg"))]
        number = _("Declaration %(number)s", number=details["declaration"])
        yield ", ".join([number, *filter(None, declared)])
    if details.get("override_reason"):
        yield _("Beyond 10 %%, released because: %(reason)s", reason=details["override_reason"])
    yield from _lines_on_boxes(details)
    if details.get("point_of_entry_before"):
        yield f"{details['point_of_entry_before']} → {details['point_of_entry']}"
    if details.get("amount"):
        amount = local_number(details["amount"])
        yield " ".join(filter(None, (amount, details.get("currency"), details.get("reference"))))
    if details.get("replaces_number"):
        yield _("In the place of %(number)s", number=details["replaces_number"])


_DAYS = {"sent_on": N_("Sent on %(day)s"), "due_on": N_("Due on %(day)s")}


def _lines_on_boxes(details: Mapping[str, Any]) -> Iterator[str]:
    if details.get("confirmation_reference"):
        yield _(
            "Confirmed by %(who)s on %(day)s, %(reference)s",
            who=details["confirmed_by"],
            day=local_date(details["confirmed_on"]),
            reference=details["confirmation_reference"],
        )
    for box in details.get("boxes") or []:
        if isinstance(box, Mapping):
            line = _("Box %(box)s: %(reason)s", box=box["box"], reason=reason_name(box["reason_code"]))
            yield f"{line} – {box['text']}" if box.get("text") else line
        else:
            yield _("Box %(box)s", box=box)
