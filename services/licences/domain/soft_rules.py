"""Soft rules: what is unusual is shown to the importer, can be passed, and travels to the authority as a flag."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from services.licences.domain.attachments import MARKS
from services.licences.domain.form import Measure
from services.licences.domain.lodging import Lodging, SoftRule, soft_rule
from services.licences.domain.problems import N_, Flag

Values = Iterable[Mapping[str, object]]

LIGHTEST, HEAVIEST = Decimal(150), Decimal(1_400)
"""Kilograms per cubic metre between which wood and things of wood usually lie."""


@soft_rule(
    "authority_not_listed", box=1, article="2173/2005 annex I",
    message=N_("The issuing authority is not in the list of known authorities."),
)  # fmt: skip
def authority_is_known(lodging: Lodging) -> Values:
    authority = lodging.boxes.issuing_authority
    if authority.name and (authority.country, authority.name.casefold()) not in lodging.reference.authorities:
        yield {}


@soft_rule(
    "destination_differs", box=3, article="1024/2008 art. 6(1)",
    message=N_("The licence number ends with %(destination)s, but the point of entry is in %(country)s."),
)  # fmt: skip
def number_names_the_country_of_entry(lodging: Lodging) -> Values:
    parts, country = _parts(lodging), lodging.entry_country
    if country and parts.get("dest", country) != country:
        yield {"destination": parts["dest"], "country": country}


@soft_rule(
    "year_differs", box=3, article="1024/2008 annex",
    message=N_("The licence number begins with the year %(year)s, but Box 18 says %(signed)s."),
)  # fmt: skip
def number_names_the_year_of_signature(lodging: Lodging) -> Values:
    parts, signed = _parts(lodging), lodging.boxes.signature.date
    if signed is not None and "year" in parts and int(parts["year"]) != signed.year % 100:
        yield {"year": f"20{parts['year']}", "signed": str(signed.year)}


@soft_rule(
    "expired_since_lodging", box=4, article="1024/2008 art. 6(3)",
    message=N_("Lodged on %(lodged)s, the licence expired on %(expiry)s, before it was handed in again as corrected."),
)  # fmt: skip
def correction_comes_before_the_licence_expires(lodging: Lodging) -> Values:
    expiry = lodging.boxes.expiry_date
    if expiry is not None and lodging.day <= expiry < lodging.day_there(lodging.at):
        yield {"lodged": lodging.day.isoformat(), "expiry": expiry.isoformat()}


@soft_rule(
    "country_of_export_differs", box=5, article="1024/2008 annex",
    message=N_("The country of export (%(export)s) is not that of the issuing authority (%(issuing)s)."),
)  # fmt: skip
def goods_are_exported_from_the_issuing_country(lodging: Lodging) -> Values:
    boxes = lodging.boxes
    if boxes.country_of_export and boxes.vpa_country and boxes.country_of_export != boxes.vpa_country:
        yield {"export": boxes.country_of_export, "issuing": boxes.vpa_country}


@soft_rule(
    "code_outside_country_list", box=10, article="2173/2005 annexes II and III",
    message=N_("%(code)s is not on the product list of the issuing country."),
)  # fmt: skip
def codes_are_on_the_country_list(lodging: Lodging) -> Values:
    for code in lodging.boxes.commodity_codes:
        listed = lodging.reference.code(code, lodging.boxes.vpa_country, lodging.day)
        if listed is None and lodging.reference.is_listed_anywhere(code, lodging.day):
            yield {"code": code}


@soft_rule(
    "mirror_frame", box=10, article="2173/2005 annex III",
    message=N_("Commodity %(line)s: a frame sold with its glass mirror is usually 7009, not 4414."),
)  # fmt: skip
def frames_are_without_mirrors(lodging: Lodging) -> Values:
    for line, commodity in enumerate(lodging.boxes.commodities, start=1):
        if commodity.commodity_code.startswith("4414") and re.search(r"mirror", commodity.description, re.IGNORECASE):
            yield {"line": line}


@soft_rule(
    "cites_species", box=11, article="2173/2005 art. 4(3)",
    message=N_("Commodity %(line)s: %(species)s is protected under CITES: it needs a CITES permit and no licence."),
)  # fmt: skip
def species_are_not_under_cites(lodging: Lodging) -> Values:
    for line, commodity in enumerate(lodging.boxes.commodities, start=1):
        for species in commodity.species:
            name = species.name.casefold()
            inner = re.search(r"\(([^)]+)\)$", name)
            if {name, inner[1] if inner else ""} & lodging.reference.cites:
                yield {"line": line, "species": species.name}


@soft_rule(
    "unusual_density", box=15, article="1024/2008 art. 10(2)",
    message=N_("Commodity %(line)s: %(density)s kg per cubic metre is unusual for wood. Check volume and weight."),
)  # fmt: skip
def weight_of_each_commodity_fits_its_volume(lodging: Lodging) -> Values:
    for line, commodity in enumerate(lodging.boxes.commodities, start=1):
        if density := _unusual_density(commodity):
            yield {"line": line, "density": density}


@soft_rule(
    "unusual_density_of_all", box=15, article="1024/2008 art. 10(2)",
    message=N_("All goods: %(density)s kg per cubic metre is unusual for wood. Check volume and weight."),
)  # fmt: skip
def weight_of_the_whole_fits_its_volume(lodging: Lodging) -> Values:
    whole = lodging.boxes.global_measure
    if whole is not None and (density := _unusual_density(whole)):
        yield {"density": density}


@soft_rule(
    "marks_not_typed", box=17, article="1024/2008 art. 7",
    message=N_("The distinguishing marks stand in a picture only. Type them too, so that they can be compared."),
)  # fmt: skip
def marks_in_a_picture_are_typed_too(lodging: Lodging) -> Values:
    if MARKS in lodging.with_files and not lodging.boxes.distinguishing_marks:
        yield {}


@soft_rule("arrival_in_the_past", article="1024/2008 art. 6(4)", message=N_("The arrival lies in the past."))
def goods_are_still_to_arrive(lodging: Lodging) -> Values:
    if lodging.arrival is not None and lodging.arrival < lodging.at:
        yield {}


@soft_rule(
    "arrival_after_expiry", box=4, article="1024/2008 art. 6(3)",
    message=N_("The goods arrive after the licence's date of expiry."),
)  # fmt: skip
def goods_arrive_before_the_licence_expires(lodging: Lodging) -> Values:
    expiry, arrival = lodging.boxes.expiry_date, lodging.arrival
    if arrival is not None and expiry is not None and lodging.day_there(arrival) > expiry:
        yield {}


SOFT_RULES: tuple[SoftRule, ...] = tuple(value for value in globals().values() if isinstance(value, SoftRule))
"""All of the above, in the order of the boxes."""


def flags_of(lodging: Lodging) -> list[Flag]:
    """Everything unusual about this licence."""
    return [flag for soft in SOFT_RULES for flag in soft(lodging)]


def _unusual_density(measure: Measure) -> str:
    """Kilograms per cubic metre, where both are given and it is unusual."""
    volume, weight = measure.volume_m3, measure.net_weight_kg
    if not volume or not weight or volume < 0 or LIGHTEST <= weight / volume <= HEAVIEST:
        return ""
    return f"{weight / volume:.1f}".removesuffix(".0")


def _parts(lodging: Lodging) -> dict[str, str]:
    """The named parts of a number whose format is known."""
    pattern = lodging.reference.number_formats.get(lodging.boxes.vpa_country)
    found = pattern.match(lodging.boxes.licence_number) if pattern else None
    return found.groupdict() if found else {}
