"""The boxes of the paper form as people read them, one by one: to show, to mark, and to see what was changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.validation.domain.marks import Place
from shared import reference_data
from shared.contracts.licence import Boxes, Commodity, Measure, Party, Species, Units
from shared.web.formats import country, local_date, local_number, volume, weight
from shared.web.i18n import N_, gettext

NAMES = {
    1: N_("Issuing authority"),
    2: N_("For use by the issuing country"),
    3: N_("Licence number"),
    4: N_("Date of expiry"),
    5: N_("Country of export"),
    7: N_("Means of transport"),
    8: N_("Licensee"),
    9: N_("Commercial description"),
    10: N_("Commodity code"),
    11: N_("Common or scientific names"),
    12: N_("Countries of harvest"),
    14: N_("Volume"),
    15: N_("Net weight"),
    16: N_("Number of units"),
    17: N_("Distinguishing marks"),
    18: N_("Signature and stamp"),
}
_NUMBERS = {5: "5–6", 12: "12–13"}


@dataclass(frozen=True)
class Box:
    """One box with what stands in it. `line` is its commodity line, 0 outside of them."""

    number: int
    line: int
    text: str

    @property
    def place(self) -> Place:
        return self.number, self.line

    @property
    def key(self) -> str:
        """Its address on a page."""
        return f"{self.number}-{self.line}"

    @property
    def shown_number(self) -> str:
        return _NUMBERS.get(self.number, str(self.number))

    @property
    def name(self) -> str:
        return gettext(NAMES[self.number])


def name_of(number: int) -> str:
    """A box by its number and name."""
    return f"{_NUMBERS.get(number, number)} {gettext(NAMES[number])}" if number in NAMES else str(number)


def all_boxes(boxes: Boxes) -> list[Box]:
    """Every box of a licence, in the order of the form."""
    return list(_boxes(boxes))


def places_of(boxes: Boxes) -> list[Place]:
    """Where something stands or could stand on this licence."""
    return [box.place for box in all_boxes(boxes)]


def text_at(boxes: Boxes, place: Place) -> str:
    """What stands in a box; nothing where the licence has no such line."""
    return next((box.text for box in all_boxes(boxes) if box.place == place), "")


def _boxes(boxes: Boxes) -> Iterator[Box]:
    yield Box(1, 0, party_text(boxes.issuing_authority))
    yield Box(2, 0, boxes.issuing_country_use)
    yield Box(3, 0, boxes.licence_number)
    yield Box(4, 0, local_date(boxes.expiry_date))
    yield Box(5, 0, _place(boxes.country_of_export))
    yield Box(7, 0, transport_name(boxes.transport_mode))
    yield Box(8, 0, party_text(boxes.licensee))
    for line, goods in enumerate(boxes.commodities, start=1):
        yield from _goods(line, goods)
    if boxes.global_measure:
        yield from _measures(0, boxes.global_measure)
    yield Box(17, 0, boxes.distinguishing_marks)
    signature = boxes.signature
    yield Box(18, 0, ", ".join(filter(None, (signature.place, local_date(signature.date)))))


def _goods(line: int, goods: Commodity) -> Iterator[Box]:
    yield Box(9, line, goods.description)
    yield Box(10, line, goods.commodity_code)
    yield Box(11, line, "; ".join(species.name for species in goods.species))
    yield Box(12, line, _harvest(goods.species))
    yield from _measures(line, goods)


def _measures(line: int, measure: Measure) -> Iterator[Box]:
    yield Box(14, line, volume(measure.volume_m3))
    yield Box(15, line, weight(measure.net_weight_kg))
    yield Box(16, line, _units(measure.units))


def party_text(party: Party) -> str:
    """A name with its address, line by line."""
    return "\n".join(filter(None, (party.name, party.address, _place(party.country))))


def _place(code: str) -> str:
    return f"{country(code)} ({code})" if code else ""


def _harvest(species: Sequence[Species]) -> str:
    return "; ".join(", ".join(map(_place, one.countries_of_harvest)) for one in species)


def _units(units: Iterable[Units]) -> str:
    return "; ".join(f"{local_number(unit.count)} {unit_symbol(unit.unit)}" for unit in units)


def unit_symbol(code: str) -> str:
    """What Box 16 counts, as people write it."""
    return next((unit.symbol for unit in reference_data.units() if unit.code == code), code)


def transport_name(code: str) -> str:
    """Box 7 in words."""
    return next((mode.name for mode in reference_data.transport_modes() if mode.code == code), code)
