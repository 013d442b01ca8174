"""Correcting one box of a licence to what its paper, or its issuing authority, says."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from babel import Locale

from services.validation import storage
from services.validation.boxes import places_of
from services.validation.domain.case import Case
from services.validation.domain.marks import Place
from services.validation.domain.proceedings import Alteration, Confirmation
from services.validation.domain.refusals import Incomplete, Mistake
from services.validation.domain.typed import LONGEST_NAME, Typed
from services.validation.use_cases.examining import amend_box
from services.validation.use_cases.permissions import case_of_authority, chosen, rules
from shared import reference_data
from shared.contracts.licence import Boxes, Measure, Party, Signature, Species, Units
from shared.person import Person
from shared.problems import Unknown
from shared.work import Work

_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


async def correct_box(
    work: Work,
    person: Person,
    case_id: UUID,
    place: Place,
    *,
    value: Mapping[str, Any],
    why: str,
    reason: str,
    confirmation: Confirmation | None = None,
    version: int | None = None,
) -> Case:
    """Correct the box in this place to `value`, whose names are those of the JSON of a licence.

    Raises NotYours, Unknown, WrongState, WrongContent (everything wrong at once) and Stale. What officers had marked on
    the box counts no more.
    """
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    boxes = stored.licence.boxes
    if place not in places_of(boxes):
        raise Unknown("This licence has no such box.")
    corrected, mistakes = read_box(boxes, place, value, day=stored.lodged_on)
    if not mistakes and corrected == boxes:
        message = "The box reads like this already."
        mistakes.append(Mistake(f"value.{first_field(place[0])}", "unchanged", message))
    with rules():
        try:
            stored.to_decide().amend(
                actor, place[0], chosen(Alteration, why, "why"), reason, confirmation or Confirmation()
            )
        except Incomplete as incomplete:
            mistakes += incomplete.mistakes
        if mistakes:
            raise Incomplete(mistakes)
    case = await amend_box(
        work,
        person,
        case_id,
        box=place[0],
        boxes=corrected,
        why=why,
        reason=reason,
        confirmation=confirmation,
        version=version,
    )
    await storage.void_marks(work.db, [(case_id, case.version, place[0])])
    return case


def read_box(boxes: Boxes, place: Place, value: Mapping[str, Any], *, day: date) -> tuple[Boxes, list[Mistake]]:
    """All boxes with this one as it was typed, and what is wrong with that. `day` is that of lodging."""
    number, line = place
    typed = Typed(value)
    part: dict[str, Any]
    if line:
        lines = list(boxes.commodities)
        lines[line - 1] = lines[line - 1].model_copy(update=_GOODS[number](typed))
        part = {"commodities": lines}
    elif number in _MEASURES:
        whole = boxes.global_measure or Measure()
        part = {"global_measure": whole.model_copy(update=_MEASURES[number](typed))}
    else:
        part = _WHOLE[number](typed)
    corrected: Boxes = boxes.model_copy(update=part)
    if not typed.mistakes:
        _together(corrected, place, typed, day)
    return corrected, typed.mistakes


def first_field(number: int) -> str:
    """The first field of a box: where a mistake about the whole box is shown."""
    return FIELDS[number][0]


@cache
def country_codes() -> frozenset[str]:
    """Every two-letter code of a country."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if re.fullmatch(r"[A-Z]{2}", code)) - _NO_COUNTRIES


def _issuing_authority(typed: Typed) -> dict[str, Any]:
    issuing = frozenset(country.code for country in reference_data.vpa_countries() if country.issuing)
    party = Party(
        name=typed.text("name", missing="Name the issuing authority."),
        address=typed.text("address"),
        country=typed.code("country", issuing, "Choose a partner country that issues FLEGT licences."),
    )
    return {"issuing_authority": party}


def _licensee(typed: Typed) -> dict[str, Any]:
    party = Party(
        name=typed.text("name", missing="Enter the licensee's name."),
        address=typed.text("address", missing="Enter the licensee's address."),
        country=typed.code("country", country_codes(), "Choose the licensee's country."),
    )
    return {"licensee": party}


def _transport(typed: Typed) -> dict[str, Any]:
    modes = frozenset(mode.code for mode in reference_data.transport_modes())
    return {"transport_mode": typed.code("transport_mode", modes, "Choose the means of transport.")}


def _signature(typed: Typed) -> dict[str, Any]:
    place = typed.text("place", missing="Enter the place of signature.")
    return {"signature": Signature(place=place, date=typed.day("date", "Enter the date of signature."))}


def _code(typed: Typed) -> dict[str, Any]:
    code = re.sub(r"[\s.]", "", typed.text("commodity_code", missing="Enter the commodity code.", longest=LONGEST_NAME))
    listed = any(code.startswith(entry.code) for entry in reference_data.commodity_codes())
    if code and not (re.fullmatch(r"\d{4}(\d{2}){0,3}", code) and listed):
        message = "%(code)s is not a code for which FLEGT licences are issued."
        typed.wrong("commodity_code", "unknown", message, code=code)
    return {"commodity_code": code}


def _species(typed: Typed) -> dict[str, Any]:
    rows = typed.rows("species")
    if not rows:
        typed.wrong("species.0.name", "missing", "Name the species.")
    return {
        "species": [
            Species(
                name=row.text("name", missing="Name the species."),
                countries_of_harvest=row.countries("countries_of_harvest", country_codes()),
            )
            for row in rows
        ]
    }


def _units(typed: Typed) -> dict[str, Any]:
    known = frozenset(unit.code for unit in reference_data.units())
    units = []
    for row in typed.rows("units"):
        count, unit = row.quantity("count"), row.code("unit", known, "Choose what the number counts.")
        if count is not None:
            units.append(Units(count=count, unit=unit))
        elif not str(row.values.get("count") or "").strip():
            row.wrong("count", "missing", "Enter how many, or take the unit away.")
    return {"units": units}


_Read = Callable[[Typed], dict[str, Any]]
_WHOLE: dict[int, _Read] = {
    1: _issuing_authority,
    2: lambda typed: {"issuing_country_use": typed.text("issuing_country_use")},
    3: lambda typed: {"licence_number": typed.number_of_licence("licence_number", "Enter the licence number.")},
    4: lambda typed: {"expiry_date": typed.day("expiry_date", "Enter the date of expiry.")},
    5: lambda typed: {
        "country_of_export": typed.code("country_of_export", country_codes(), "Choose the country of export.")
    },
    7: _transport,
    8: _licensee,
    17: lambda typed: {"distinguishing_marks": typed.text("distinguishing_marks")},
    18: _signature,
}
_MEASURES: dict[int, _Read] = {
    14: lambda typed: {"volume_m3": typed.quantity("volume_m3")},
    15: lambda typed: {"net_weight_kg": typed.quantity("net_weight_kg")},
    16: _units,
}
_GOODS: dict[int, _Read] = _MEASURES | {
    9: lambda typed: {"description": typed.text("description", missing="Describe the goods.")},
    10: _code,
    11: _species,
    12: _species,
}
FIELDS: dict[int, tuple[str, ...]] = {
    1: ("name", "address", "country"),
    2: ("issuing_country_use",),
    3: ("licence_number",),
    4: ("expiry_date",),
    5: ("country_of_export",),
    7: ("transport_mode",),
    8: ("name", "address", "country"),
    9: ("description",),
    10: ("commodity_code",),
    11: ("species.0.name", "species.0.countries_of_harvest"),
    12: ("species.0.name", "species.0.countries_of_harvest"),
    14: ("volume_m3",),
    15: ("net_weight_kg",),
    16: ("units.0.count", "units.0.unit"),
    17: ("distinguishing_marks",),
    18: ("place", "date"),
}
"""What is typed into each box."""


def _together(boxes: Boxes, place: Place, typed: Typed, day: date) -> None:
    """What one box must not say because of another."""
    number, field = place[0], first_field(place[0])
    mask = reference_data.number_format(boxes.issuing_authority.country)
    if number in {1, 3} and mask.enforced and not re.match(mask.regex, boxes.licence_number):
        message = "This is not a licence number of that country. It looks like %(example)s."
        typed.wrong(field, "licence_number_format", message, example=mask.example)
    signed, expiry = boxes.signature.date, boxes.expiry_date
    if number in {4, 18} and signed and expiry and signed >= expiry:
        message = "The licence must have been signed before its date of expiry. Check Boxes 4 and 18."
        typed.wrong(FIELDS[number][-1], "signed_after_expiry", message)
    if number == 18 and signed and signed > day:
        typed.wrong("date", "signed_in_the_future", "The licence was lodged before this date of signature.")
    if number in {14, 15} and not _is_measured(boxes):
        message = "Enter the volume or the net weight: for every commodity, or once for the whole licence."
        typed.wrong(field, "neither_volume_nor_weight", message)


def _is_measured(boxes: Boxes) -> bool:
    whole = boxes.global_measure
    if whole and (whole.volume_m3 or whole.net_weight_kg):
        return True
    return all(line.volume_m3 or line.net_weight_kg for line in boxes.commodities)
