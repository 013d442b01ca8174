"""Invented licences: what the boxes say, and a scan that says the same."""

import datetime as dt
import io
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from services.licences.domain.form import Boxes, Commodity, Measure, Party, Signature, Species, Units

GHANA_SINCE = dt.date(2025, 10, 8)
SIZE = (900, 1270)
INK, PAPER, LINES, STAMP = "#1c2430", "#fbfaf4", "#8fa39a", "#27548a"


@dataclass(frozen=True)
class Goods:
    """A kind of goods: code, description, species with the countries it grows in, and kilograms per cubic metre."""

    code: str
    description: str
    species: tuple[tuple[str, str], ...]
    density: int
    pieces: bool = False


INDONESIA = (
    Goods("441231", "Plywood, 9 plies, tropical face veneer, 2440 x 1220 x 18 mm", (("Shorea spp.", "ID"),), 560),
    Goods("440929", "Decking boards, profiled on two faces, 25 x 145 mm", (("Intsia palembanica", "ID"),), 830),
    Goods("440929", "Flooring strips, tongue and groove, oiled", (("Tectona grandis", "ID"),), 660),
    Goods("940360", "Garden tables and benches of teak", (("Tectona grandis", "ID"),), 640, pieces=True),
    Goods("940350", "Bedroom furniture of mahogany and rubberwood",
          (("Swietenia macrophylla", "ID"), ("Hevea brasiliensis", "ID")), 590, pieces=True),
    Goods("940161", "Upholstered chairs with a wooden frame", (("Hevea brasiliensis", "ID"),), 380, pieces=True),
    Goods("440839", "Face veneer, sliced, 0.6 mm", (("Shorea leprosula", "ID"),), 540),
    Goods("441299", "Laminated board with sengon core", (("Falcataria falcata", "ID"),), 420),
)  # fmt: skip
GHANA = (
    Goods("440728", "Sawn iroko, kiln dried, 50 x 150 mm", (("Milicia excelsa", "GH"),), 640),
    Goods("440727", "Sawn sapelli, air dried, random widths", (("Entandrophragma cylindricum", "GH"),), 650),
    Goods("440922", "Wawa mouldings, planed all round", (("Triplochiton scleroxylon", "GH"),), 390),
    Goods("441231", "Plywood with ceiba face, 2440 x 1220 x 12 mm", (("Ceiba pentandra", "GH"),), 480),
)
EXPORTERS = {
    "ID": (
        Party("PT RIMBA JATI LESTARI", "JL. PELABUHAN 18, SEMARANG", "ID"),
        Party("PT KAYU NUSANTARA JAYA", "JL. INDUSTRI RAYA 5, GRESIK", "ID"),
        Party("CV MEBEL JEPARA INDAH", "JL. SENENAN 77, JEPARA", "ID"),
    ),
    "GH": (
        Party("VOLTA TIMBER PRODUCTS LTD", "HARBOUR ROAD 3, TAKORADI", "GH"),
        Party("ASHANTI SAWMILLS LTD", "SAWMILL STREET 11, KUMASI", "GH"),
    ),
}
ISSUERS = {
    "ID": (("003", "PT Mutuagung Lestari", "DEPOK"), ("015", "PT Lambodja Sertifikasi", "BOGOR")),
    "GH": (("", "Timber Industry Development Division, Forestry Commission of Ghana", "TAKORADI"),),
}
ADDRESSES = {
    "PT Mutuagung Lestari": "Jl. Raya Bogor Km. 33,5 No. 19 Cimanggis, Depok 16953",
    "PT Lambodja Sertifikasi": "Jl. Teratai VIII No. 1 Taman Yasmin Sektor 2, Bogor",
    "Timber Industry Development Division, Forestry Commission of Ghana": "Takoradi",
}


def boxes_of(chance: random.Random, serial: int, *, destination: str, day: dt.date, partner_country: str = "") -> Boxes:
    """A licence handed in on `day` for goods to a Member State; `serial` makes its number unique.

    Chance chooses the partner country where none is given.
    """
    ghana_by_chance = day > GHANA_SINCE + dt.timedelta(days=20) and chance.random() < 0.2
    country = partner_country or ("GH" if ghana_by_chance else "ID")
    group, issuer, place = chance.choice(ISSUERS[country])
    signed = day - dt.timedelta(days=chance.randint(5, 40))
    exporter = chance.randrange(len(EXPORTERS[country]))
    number = f"GH/{signed:%Y}/{serial:06}"
    if country == "ID":
        number = f"{signed:%y}.{serial:05}-{120 + exporter:05}.{group}-ID-{destination}"
    lines = chance.sample(INDONESIA if country == "ID" else GHANA, k=chance.choice((1, 1, 2, 3)))
    return Boxes(
        issuing_authority=Party(issuer, ADDRESSES[issuer], country),
        issuing_country_use="FOR EXPORT TO THE EUROPEAN UNION",
        licence_number=number,
        expiry_date=signed + dt.timedelta(days=chance.choice((90, 120, 180))),
        country_of_export=country,
        transport_mode="1",
        licensee=EXPORTERS[country][exporter],
        commodities=tuple(_line(chance, goods) for goods in lines),
        distinguishing_marks=f"INVOICE {signed:%y%m}-{serial:04}; CONTAINER MSKU {chance.randint(1000000, 9999999)}",
        signature=Signature(place, signed),
    )


def _line(chance: random.Random, goods: Goods) -> Commodity:
    volume = Decimal(chance.randint(4_000, 48_000)) / 1000
    weight = (volume * goods.density).quantize(Decimal("0.1"))
    units = (Units(Decimal(chance.randint(40, 900)), "C62"),) if goods.pieces else ()
    species = tuple(Species(name, (country,)) for name, country in goods.species)
    return Commodity(volume, weight, units, goods.description, goods.code, species)


def scan_of(boxes: Boxes) -> bytes:
    """A picture of the paper, as a scanner would give it (JPEG)."""
    picture = _blank().copy()
    draw = ImageDraw.Draw(picture)
    for (x, y), text in _texts(boxes):
        draw.multiline_text((x, y), text, fill=INK, font=_font(17), spacing=5)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=55)
    return buffer.getvalue()


def _texts(boxes: Boxes) -> list[tuple[tuple[int, int], str]]:
    total = boxes.global_measure or Measure()
    lines = boxes.commodities
    goods = "\n\n".join(
        f"{line.description[:70]}\nHS {line.commodity_code}   {', '.join(s.name for s in line.species)}   "
        f"harvested in {', '.join(c for s in line.species for c in s.countries_of_harvest)}\n"
        f"{line.volume_m3 or total.volume_m3} m3      {line.net_weight_kg or total.net_weight_kg} kg"
        for line in lines
    )
    expiry = f"{boxes.expiry_date:%d.%m.%Y}" if boxes.expiry_date else ""
    signed = f"{boxes.signature.place}, {boxes.signature.date:%d.%m.%Y}" if boxes.signature.date else ""
    return [
        ((60, 165), f"{boxes.issuing_authority.name[:42]}\n{boxes.issuing_authority.address[:46]}"),
        ((470, 165), boxes.issuing_country_use),
        ((60, 285), boxes.licence_number),
        ((470, 285), expiry),
        ((60, 385), boxes.country_of_export),
        ((470, 385), "SEA"),
        ((60, 485), f"{boxes.licensee.name}\n{boxes.licensee.address}"),
        ((60, 605), goods),
        ((60, 1005), boxes.distinguishing_marks),
        ((60, 1115), signed),
    ]


@cache
def _blank() -> Image.Image:
    """The empty form with its numbered boxes and a stamp."""
    picture = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((450, 60), "FLEGT LICENCE (demonstration)", fill=INK, font=_font(30), anchor="mm")
    for (left, top, right, bottom), title in _FRAMES:
        draw.rectangle((left, top, right, bottom), outline=LINES, width=2)
        draw.text((left + 10, top + 8), title, fill=LINES, font=_font(14))
    draw.ellipse((640, 1070, 800, 1230), outline=STAMP, width=4)
    draw.ellipse((656, 1086, 784, 1214), outline=STAMP, width=2)
    draw.text((720, 1150), "NOT A\nREAL STAMP", fill=STAMP, font=_font(16), anchor="mm", align="center")
    return picture


_FRAMES = (
    ((50, 130, 450, 240), "1  Issuing authority"),
    ((450, 130, 850, 240), "2  For use by the issuing country"),
    ((50, 240, 450, 340), "3  Licence number"),
    ((450, 240, 850, 340), "4  Date of expiry"),
    ((50, 340, 450, 440), "5-6  Country of export"),
    ((450, 340, 850, 440), "7  Means of transport"),
    ((50, 440, 850, 560), "8  Licensee"),
    ((50, 560, 850, 960), "9-16  Commodities"),
    ((50, 960, 850, 1070), "17  Distinguishing marks"),
    ((50, 1070, 850, 1240), "18  Signature and stamp of issuing authority"),
)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
