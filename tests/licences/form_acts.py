"""Filling in the form, in one line each, for tests that need it done."""

from typing import Any

import httpx

from shared.testing.forms import Page, visit
from tests.licences.stage import a_scan

BOXES = {
    "boxes.licence_number": "v-legal 26.00077-00123.003-id-be",
    "boxes.expiry_date": "2027-01-31",
    "boxes.transport_mode": "1",
    "boxes.licensee.name": "PT Kayu Indah",
    "boxes.licensee.address": "Jl. Pelabuhan 7, Semarang",
    "boxes.licensee.country": "ID",
    "boxes.commodities.0.description": "Teak garden chairs",
    "boxes.commodities.0.commodity_code": "9401 69",
    "boxes.commodities.0.species.0.name": "Teak (Tectona grandis)",
    "boxes.commodities.0.species.0.countries_of_harvest": "id; my",
    "boxes.commodities.0.volume_m3": "12,5",
    "boxes.commodities.0.units.0.count": "400",
    "boxes.commodities.0.units.0.unit": "C62",
    "boxes.signature.place": "Jakarta",
    "boxes.signature.date": "2026-11-01",
}


async def start(client: httpx.AsyncClient) -> Page:
    new = await visit(client, "/licences/new")
    return await new.press("Start the form", {"issuing_authority": "PT Mutuagung Lestari"})


def scan(name: str = "licence.png", content: bytes | None = None, box: int = 2) -> Any:
    return [(f"attachments.box{box}", (name, content or a_scan(), "image/png"))]


def value(page: Page, name: str) -> str:
    """What stands in a field of the page."""
    field = page.html.find(attrs={"name": name})
    assert field is not None, name
    return str(field.get_text().strip() if field.name == "textarea" else field.get("value", ""))
