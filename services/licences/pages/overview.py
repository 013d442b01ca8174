"""The boxes of the form at a glance: their titles as on the paper, and which are filled, empty or wrong."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from services.licences.domain.attachments import Attachment
from shared.web.forms import Form
from shared.web.i18n import N_, _

TITLES = {
    1: N_("Issuing authority"),
    2: N_("For use by the issuing country"),
    3: N_("Licence number"),
    4: N_("Date of expiry"),
    5: N_("Country of export"),
    6: N_("ISO code"),
    7: N_("Means of transport"),
    8: N_("Licensee"),
    9: N_("Commercial description"),
    10: N_("HS heading"),
    11: N_("Common or scientific names"),
    12: N_("Countries of harvest"),
    13: N_("ISO codes"),
    14: N_("Volume (m³)"),
    15: N_("Net weight (kg)"),
    16: N_("Number of units"),
    17: N_("Distinguishing marks"),
    18: N_("Signature and stamp"),
}
_FIELDS = {
    1: r"boxes\.issuing_authority\..*",
    2: r"boxes\.issuing_country_use|attachments\.box2",
    3: r"boxes\.licence_number",
    4: r"boxes\.expiry_date",
    5: r"boxes\.country_of_export",
    6: r"boxes\.country_of_export",
    7: r"boxes\.transport_mode",
    8: r"boxes\.licensee\..*",
    9: r"boxes\.commodities(\.\d+\.description)?",
    10: r"boxes\.commodities\.\d+\.commodity_code",
    11: r"boxes\.commodities\.\d+\.species(\.\d+\.name)?",
    12: r"boxes\.commodities\.\d+\.species\.\d+\.countries_of_harvest",
    13: r"boxes\.commodities\.\d+\.species\.\d+\.countries_of_harvest",
    14: r"boxes\.(commodities\.\d+|global_measure)\.volume_m3",
    15: r"boxes\.(commodities\.\d+|global_measure)\.net_weight_kg",
    16: r"boxes\.(commodities\.\d+|global_measure)\.units(\..*)?",
    17: r"boxes\.distinguishing_marks|attachments\.box17",
    18: r"boxes\.signature\..*|attachments\.box18",
}
_PATTERNS = {box: re.compile(pattern) for box, pattern in _FIELDS.items()}
FIRST_FIELDS = {
    1: "boxes.issuing_authority.name",
    2: "boxes.issuing_country_use",
    3: "boxes.licence_number",
    4: "boxes.expiry_date",
    5: "boxes.country_of_export",
    6: "boxes.country_of_export",
    7: "boxes.transport_mode",
    8: "boxes.licensee.name",
    9: "boxes.commodities.0.description",
    10: "boxes.commodities.0.commodity_code",
    11: "boxes.commodities.0.species.0.name",
    12: "boxes.commodities.0.species.0.countries_of_harvest",
    13: "boxes.commodities.0.species.0.countries_of_harvest",
    14: "boxes.commodities.0.volume_m3",
    15: "boxes.commodities.0.net_weight_kg",
    16: "boxes.commodities.0.units.0.count",
    17: "boxes.distinguishing_marks",
    18: "boxes.signature.place",
}
EMPTY, FILLED, WRONG = "empty", "filled", "wrong"


@dataclass(frozen=True)
class BoxState:
    """One box: its number and title, whether it is empty, filled or wrong, and the field to go to."""

    number: int
    title: str
    state: str
    field: str


def overview(form: Form, files: Collection[Attachment], aside: Collection[str] = ()) -> list[BoxState]:
    """All eighteen boxes; fields `aside` do not count."""
    whole = any(name.startswith("boxes.commodities.") for name in aside) or form.text("measured") == "whole"
    states = []
    for box, pattern in _PATTERNS.items():
        wrong = next((name for name in form.errors if pattern.fullmatch(name)), None)
        filled = any(form.text(name) for name in form.values if pattern.fullmatch(name) and name not in aside)
        first = FIRST_FIELDS[box].replace("commodities.0", "global_measure") if whole and box in {14, 15, 16} else ""
        state = WRONG if wrong else FILLED if filled or any(file.box == box for file in files) else EMPTY
        states.append(BoxState(box, _(TITLES[box]), state, wrong or first or FIRST_FIELDS[box]))
    return states


def boxes_of(name: str) -> list[int]:
    """The boxes to which a field belongs."""
    return [box for box, pattern in _PATTERNS.items() if pattern.fullmatch(name)]


def label_of(name: str) -> str:
    """What a field is called, with its line: for where both versions of a draft stand side by side."""
    box = next(iter(boxes_of(name)), 0)
    title = _(TITLES[box]) if box else name
    part = _(_PARTS.get(name.rpartition(".")[2], ""))
    words = f"{title}: {part.lower()}" if part else title
    line = re.match(r"boxes\.commodities\.(\d+)", name)
    if line is None:
        return words
    return _("Commodity %(line)s, %(field)s", line=int(line[1]) + 1, field=words)


_PARTS = {
    "address": N_("Address"),
    "country": N_("Country"),
    "place": N_("Place"),
    "date": N_("Date"),
    "unit": N_("Unit"),
}
