"""The pages, through the forms that a person fills in."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer, customs_role, importer_role, know, msca_role, person
from tests.licences.stage import a_draft, a_scan, a_submitted_licence, an_importer, numbered

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


@pytest.fixture
async def importer(service: Licences) -> Person:
    return await an_importer(service)


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer, importer: Person) -> httpx.AsyncClient:
    return browser(app, issuer.cookies(importer))


async def start(client: httpx.AsyncClient) -> Page:
    new = await visit(client, "/licences/new")
    return await new.press("Start the form", {"issuing_authority": "PT Mutuagung Lestari"})


def scan(name: str = "licence.png", content: bytes | None = None, box: int = 2) -> Any:
    return [(f"attachments.{box}", (name, content or a_scan(), "image/png"))]


async def test_a_licence_goes_from_the_first_page_to_the_authority(client: httpx.AsyncClient) -> None:
    form = await start(client)
    entry = await form.press("Save and submit", BOXES, files=scan())
    assert entry.heading == "Submit licence for validation", entry.errors
    offices = await entry.press("Show the offices", {"country": "BE"})
    arrival = await offices.press("Next", {"point_of_entry": "BE101000"})
    assert "(BE101000), Belgium" in arrival.text
    on_behalf = await arrival.press("Next", {"arrival_date": "2026-12-01", "arrival_time": "23:59"})
    final = await on_behalf.press("Next")
    assert "Competent authority of Belgium" in final.text
    licence = await final.press("Submit", {"message": "Original by post"})

    assert licence.status == 200
    assert licence.heading == "26.00077-00123.003-ID-BE"
    assert "Submitted for validation" in licence.text
    assert "1 Dec 2026, 23:59 CET" in licence.text
    assert "Original by post" in licence.text
    assert "12.5\N{NO-BREAK SPACE}m³" in licence.html.get_text()

    refused = await visit(client, licence.url + "/edit")
    assert refused.status == 409
    assert "can no longer be changed" in refused.text
