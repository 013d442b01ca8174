"""The history of a company or authority in words: who changed what, when."""

from collections.abc import Sequence
from typing import Any

from services.identity.domain.operators import ACTIVITIES, SECTION_CHAPTERS
from services.identity.storage.changes import Change
from shared.web.formats import country, local_date
from shared.web.i18n import N_, _

FIELDS = {
    "name": N_("Name"),
    "eori": N_("EORI number"),
    "address": N_("Address"),
    "postal_code": N_("Postal code"),
    "town": N_("Town"),
    "country": N_("Country"),
    "activity": N_("Activity"),
    "section_chapters": N_("Section chapters"),
    "vat": N_("VAT number"),
    "national_number": N_("National company number"),
    "phone": N_("Phone"),
    "email": N_("E-mail address"),
    "website": N_("Website"),
    "mailbox": N_("Official mailbox"),
    "valid_from": N_("First day"),
    "valid_until": N_("Last day"),
    "closed_reason": N_("Reason for closing"),
    "state": N_("State"),
}
SOURCES = {
    "command": N_("by command"),
    "packaged data": N_("with the packaged data"),
    "calendar": N_("by its dates"),
}


def entries(history: Sequence[Change]) -> list[dict[str, Any]]:
    """As the timeline shows them."""
    return [
        {
            "title": _("Changed") if change.changes else _("Entered") if change.version == 1 else _("Settled"),
            "at": change.at,
            "by": _(SOURCES[change.source]) if change.source in SOURCES else change.by_name,
            "text": "; ".join(_line(field, *values) for field, values in change.changes.items()),
            "tone": "neutral",
        }
        for change in history
    ]


def _line(field: str, old: str, new: str) -> str:
    name = _(FIELDS.get(field, field))
    return f"{name}: {_value(field, old) or '–'} → {_value(field, new) or '–'}"


def _value(field: str, value: str) -> str:
    if field == "country":
        return country(value)
    if field == "activity":
        return _(ACTIVITIES.get(value, value))
    if field == "section_chapters":
        return ", ".join(_(SECTION_CHAPTERS.get(chapter, chapter)) for chapter in value.split(", "))
    if field in ("valid_from", "valid_until"):
        return local_date(value)
    return value
