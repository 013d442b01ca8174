"""Hard rules about Boxes 1 to 18: whether the form is complete and makes sense. They can be asked of a draft."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from services.licences.domain.attachments import SCANS
from services.licences.domain.form import Measure
from services.licences.domain.lodging import Found, Lodging, Rule, rule
from services.licences.domain.problems import N_

ANNEX = "1024/2008 annex"
CONDITIONS = "1024/2008 art. 7"
PRODUCTS = "2173/2005 annexes II and III"
LARGEST = Decimal(10) ** 9


@rule("issuing_authority_missing", box=1, article=ANNEX, message=N_("Choose the issuing authority."))
def issuing_authority_is_named(lodging: Lodging) -> Found:
    if not lodging.boxes.issuing_authority.name:
        yield "boxes.issuing_authority.name", {}


@rule(
    "country_does_not_issue", box=1, article="2173/2005 annex I",
    message=N_("Choose the country of the issuing authority: a partner country that issues FLEGT licences."),
)  # fmt: skip
def issuing_country_issues(lodging: Lodging) -> Found:
    if lodging.boxes.vpa_country not in lodging.reference.issuing_countries:
        yield "boxes.issuing_authority.country", {}


@rule(
    "scan_missing", box=2, article="1024/2008 art. 6(1)",
    message=N_("Attach at least one scan of the licence (PNG, JPEG, WebP, TIFF or PDF)."),
)  # fmt: skip
def a_scan_is_attached(lodging: Lodging) -> Found:
    if not lodging.with_files & SCANS and not lodging.issued_electronically:
        yield "attachments.box2", {}


@rule("licence_number_missing", box=3, article=ANNEX, message=N_("Enter the licence number."))
def licence_number_is_given(lodging: Lodging) -> Found:
    if not lodging.boxes.licence_number:
        yield "boxes.licence_number", {}


@rule(
    "licence_number_format", box=3, article=ANNEX,
    message=N_("This is not a licence number of that country. It looks like %(example)s."),
)  # fmt: skip
def licence_number_has_its_country_format(lodging: Lodging) -> Found:
    number, country = lodging.boxes.licence_number, lodging.boxes.vpa_country
    pattern = lodging.reference.number_formats.get(country)
    if number and pattern and not pattern.match(number):
        yield "boxes.licence_number", {"example": lodging.reference.number_examples[country]}


@rule("expiry_date_missing", box=4, article=ANNEX, message=N_("Enter the date of expiry."))
def expiry_date_is_given(lodging: Lodging) -> Found:
    if lodging.boxes.expiry_date is None:
        yield "boxes.expiry_date", {}


@rule(
    "expired_at_lodging", box=4, article="1024/2008 art. 6(3)",
    message=N_(
        "The licence expired on %(expiry)s. A licence lodged after its date of expiry is void "
        "(Regulation (EC) No 1024/2008, Article 6(3))."
    ),
)  # fmt: skip
def licence_is_not_expired_at_lodging(lodging: Lodging) -> Found:
    expiry = lodging.boxes.expiry_date
    if expiry is not None and lodging.day > expiry:
        yield "boxes.expiry_date", {"expiry": expiry.isoformat()}


@rule("country_of_export_missing", box=5, article=ANNEX, message=N_("Choose the country of export."))
def country_of_export_is_given(lodging: Lodging) -> Found:
    if lodging.boxes.country_of_export not in lodging.reference.countries:
        yield "boxes.country_of_export", {}


@rule("transport_missing", box=7, article=ANNEX, message=N_("Choose the means of transport."))
def means_of_transport_is_given(lodging: Lodging) -> Found:
    if lodging.boxes.transport_mode not in lodging.reference.transport_modes:
        yield "boxes.transport_mode", {}


@rule("licensee_name_missing", box=8, article=ANNEX, message=N_("Enter the licensee's name."))
def licensee_is_named(lodging: Lodging) -> Found:
    if not lodging.boxes.licensee.name:
        yield "boxes.licensee.name", {}


@rule("licensee_address_missing", box=8, article=ANNEX, message=N_("Enter the licensee's address."))
def licensee_has_an_address(lodging: Lodging) -> Found:
    if not lodging.boxes.licensee.address:
        yield "boxes.licensee.address", {}


@rule("licensee_country_missing", box=8, article=ANNEX, message=N_("Choose the licensee's country."))
def licensee_has_a_country(lodging: Lodging) -> Found:
    if lodging.boxes.licensee.country not in lodging.reference.countries:
        yield "boxes.licensee.country", {}


@rule("no_commodity", box=9, article=ANNEX, message=N_("Add at least one commodity."))
def there_is_a_commodity(lodging: Lodging) -> Found:
    if not lodging.boxes.commodities:
        yield "boxes.commodities", {}


@rule("description_missing", box=9, article=ANNEX, message=N_("Commodity %(line)s: describe the goods."))
def every_commodity_is_described(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        if not commodity.description:
            yield f"{name}.description", {"line": line}


@rule("commodity_code_missing", box=10, article=ANNEX, message=N_("Commodity %(line)s: choose the commodity code."))
def every_commodity_has_a_code(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        if not commodity.commodity_code:
            yield f"{name}.commodity_code", {"line": line}


@rule(
    "commodity_code_unknown", box=10, article=PRODUCTS,
    message=N_("Commodity %(line)s: %(code)s is not a code for which FLEGT licences are issued."),
)  # fmt: skip
def every_code_is_in_the_annexes(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        code = commodity.commodity_code
        if code and not (_is_a_code(code) and lodging.reference.is_listed_anywhere(code, lodging.day)):
            yield f"{name}.commodity_code", {"line": line, "code": code}


@rule(
    "commodity_code_not_licensable", box=10, article="2173/2005 annex III",
    message=N_("Commodity %(line)s: %(code)s may not be exported from that country, so no licence can exist for it."),
)  # fmt: skip
def every_code_can_be_licensed(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        entry = lodging.reference.code(commodity.commodity_code, lodging.boxes.vpa_country, lodging.day)
        if entry is not None and not entry.licensable:
            yield f"{name}.commodity_code", {"line": line, "code": commodity.commodity_code}


@rule("species_missing", box=11, article=ANNEX, message=N_("Commodity %(line)s: name the species."))
def every_commodity_names_its_species(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        if not commodity.species:
            yield f"{name}.species.0.name", {"line": line}
        for index, species in enumerate(commodity.species):
            if not species.name:
                yield f"{name}.species.{index}.name", {"line": line}


@rule(
    "harvest_country_missing", box=12, article=ANNEX,
    message=N_("Commodity %(line)s: enter the country of harvest of each species."),
)  # fmt: skip
def every_species_has_a_country_of_harvest(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        for index, species in enumerate(commodity.species):
            if not species.countries_of_harvest:
                yield f"{name}.species.{index}.countries_of_harvest", {"line": line}


@rule(
    "harvest_country_unknown", box=13, article=ANNEX,
    message=N_("Commodity %(line)s: %(country)s is not a country's two-letter code."),
)  # fmt: skip
def every_country_of_harvest_exists(lodging: Lodging) -> Found:
    for name, line, commodity in _lines(lodging):
        for index, species in enumerate(commodity.species):
            for country in species.countries_of_harvest:
                if country not in lodging.reference.countries:
                    yield f"{name}.species.{index}.countries_of_harvest", {"line": line, "country": country}


@rule(
    "neither_volume_nor_weight", box=14, article=CONDITIONS,
    message=N_("Enter the volume or the net weight: for every commodity, or once for the whole licence."),
)  # fmt: skip
def goods_are_measured(lodging: Lodging) -> Found:
    whole = lodging.boxes.global_measure
    if whole is not None and whole.is_measured:
        return
    for name, _line, commodity in _lines(lodging):
        if not commodity.is_measured:
            yield f"{name}.volume_m3", {}


@rule("quantity_not_positive", box=14, article=CONDITIONS, message=N_("A quantity must be more than zero."))
def every_quantity_is_positive(lodging: Lodging) -> Found:
    for name, quantity in _quantities(lodging):
        if quantity <= 0:
            yield name, {}


@rule("quantity_too_precise", box=14, article=CONDITIONS, message=N_("A quantity has at most three decimals."))
def every_quantity_has_at_most_three_decimals(lodging: Lodging) -> Found:
    for name, quantity in _quantities(lodging):
        if quantity != round(quantity, 3):
            yield name, {}


@rule("quantity_too_large", box=14, article=CONDITIONS, message=N_("No shipment is that large. Check the quantity."))
def every_quantity_fits_a_shipment(lodging: Lodging) -> Found:
    for name, quantity in _quantities(lodging):
        if quantity >= LARGEST:
            yield name, {}


@rule("unit_missing", box=16, article=ANNEX, message=N_("Choose what the number counts."))
def every_count_has_its_unit(lodging: Lodging) -> Found:
    for name, measure in _measures(lodging):
        for index, units in enumerate(measure.units):
            if units.unit not in lodging.reference.units:
                yield f"{name}.units.{index}.unit", {}


@rule("signature_place_missing", box=18, article=CONDITIONS, message=N_("Enter the place of signature."))
def place_of_signature_is_given(lodging: Lodging) -> Found:
    if not lodging.boxes.signature.place:
        yield "boxes.signature.place", {}


@rule("signature_date_missing", box=18, article=CONDITIONS, message=N_("Enter the date of signature."))
def date_of_signature_is_given(lodging: Lodging) -> Found:
    if lodging.boxes.signature.date is None:
        yield "boxes.signature.date", {}


@rule(
    "signed_in_the_future", box=18, article=CONDITIONS,
    message=N_("The date of signature lies after the day of lodging, %(lodged)s."),
)  # fmt: skip
def licence_was_signed_already(lodging: Lodging) -> Found:
    signed = lodging.boxes.signature.date
    if signed is not None and signed > lodging.day:
        yield "boxes.signature.date", {"lodged": lodging.day.isoformat()}


@rule(
    "signed_after_expiry", box=18, article=CONDITIONS,
    message=N_("The licence must have been signed before its date of expiry. Check Boxes 4 and 18."),
)  # fmt: skip
def licence_was_signed_before_it_expires(lodging: Lodging) -> Found:
    signed, expiry = lodging.boxes.signature.date, lodging.boxes.expiry_date
    if signed is not None and expiry is not None and signed >= expiry:
        yield "boxes.signature.date", {}


@rule(
    "unread", article=CONDITIONS,
    message=N_("What is typed here cannot be read. Correct it, or take it away."),
)  # fmt: skip
def all_that_was_typed_can_be_read(lodging: Lodging) -> Found:
    for name in lodging.unread:
        yield name, {}


BOX_RULES: tuple[Rule, ...] = tuple(value for value in globals().values() if isinstance(value, Rule))
"""All of the above, in the order of the boxes."""


def _lines(lodging: Lodging) -> Iterator[tuple[str, int, Any]]:
    """Each commodity with its dotted name and the number a person calls it by."""
    for index, commodity in enumerate(lodging.boxes.commodities):
        yield f"boxes.commodities.{index}", index + 1, commodity


def _measures(lodging: Lodging) -> Iterator[tuple[str, Measure]]:
    for name, _line, commodity in _lines(lodging):
        yield name, commodity
    if lodging.boxes.global_measure is not None:
        yield "boxes.global_measure", lodging.boxes.global_measure


def _quantities(lodging: Lodging) -> Iterator[tuple[str, Decimal]]:
    for name, measure in _measures(lodging):
        for part in ("volume_m3", "net_weight_kg"):
            quantity = getattr(measure, part)
            if quantity is not None:
                yield f"{name}.{part}", quantity
        for index, units in enumerate(measure.units):
            yield f"{name}.units.{index}.count", units.count


def _is_a_code(code: str) -> bool:
    """A heading or a subdivision of it: 4, 6, 8 or 10 digits."""
    return re.fullmatch(r"\d{4}(\d{2}){0,3}", code) is not None
