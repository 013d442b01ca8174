"""The pages, through the forms that a person fills in."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.domain.form import Boxes
from services.licences.service import Licences
from shared.person import Person, Role
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import Issuer, customs_role, know, msca_role, person
from tests.licences.form_acts import BOXES, scan, start, value
from tests.licences.stage import a_draft, a_scan, a_submitted_licence, an_importer, numbered, pixels


async def test_a_licence_goes_from_the_first_page_to_the_authority(client: httpx.AsyncClient) -> None:
    form = await start(client)
    entry = await form.press("Save and submit", BOXES, files=scan())
    assert entry.heading == "Submit licence for validation", entry.errors
    offices = await entry.press("Show the offices", {"country": "BE"})
    arrival = await offices.press("Next", {"point_of_entry": "BE101000"})
    assert "COL number BE101000" in arrival.text
    assert "Country Belgium (BE)" in arrival.text
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


async def test_a_draft_may_have_gaps_and_comes_back_as_it_was_typed(client: httpx.AsyncClient) -> None:
    form = await start(client)

    saved = await form.press("Save draft", {"boxes.licensee.name": "PT Kayu", "boxes.commodities.0.volume_m3": "3.50"})

    assert "The draft is saved." in saved.text
    assert value(saved, "boxes.licensee.name") == "PT Kayu"
    assert value(saved, "boxes.commodities.0.volume_m3") == "3.5"
    assert value(saved, "boxes.issuing_authority.address").startswith("Jl. Raya Bogor")


async def test_what_cannot_be_kept_is_named_and_everything_typed_stays(client: httpx.AsyncClient) -> None:
    form = await start(client)
    typed = {**BOXES, "boxes.expiry_date": "31.1.2027", "boxes.commodities.0.net_weight_kg": "heavy"}

    refused = await form.press("Save draft", typed, files=scan())

    assert refused.status == 422
    assert len(refused.errors) == 2
    assert value(refused, "boxes.expiry_date") == "31.1.2027"
    assert value(refused, "boxes.commodities.0.net_weight_kg") == "heavy"
    assert value(refused, "boxes.licensee.name") == "PT Kayu Indah"
    assert "Remove licence.png" in refused.text
    mended = await refused.press(
        "Save draft", {**typed, "boxes.expiry_date": "", "boxes.commodities.0.net_weight_kg": ""}
    )
    assert mended.status == 200


async def test_lines_and_species_are_added_and_removed_and_keep_what_was_typed(client: httpx.AsyncClient) -> None:
    form = await start(client)
    one = await form.press("Add commodity", {**BOXES, "add_code": "4412"})
    assert value(one, "boxes.commodities.1.commodity_code") == "4412"

    two = await one.press("Add a species", {"boxes.commodities.1.description": "Plywood"})
    assert value(two, "boxes.commodities.0.species.1.name") == ""
    three = await two.press("Remove species 1", {"boxes.commodities.0.species.1.name": "Sonokeling"})
    assert value(three, "boxes.commodities.0.species.0.name") == "Sonokeling"
    four = await three.press("Remove commodity 1")

    assert value(four, "boxes.commodities.0.description") == "Plywood"
    assert not four.html.find(attrs={"name": "boxes.commodities.1.description"})
    assert value(four, "boxes.licensee.name") == "PT Kayu Indah"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"#!/bin/sh", "is no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "is no picture"),
        (b"%PDF-1.4 broken", "is a damaged PDF"),
        (b"\x89PNG" + b"0" * 250_000, "is too large"),
    ],
)
async def test_a_file_that_may_not_be_kept_is_refused_beside_its_field(
    client: httpx.AsyncClient, content: bytes, says: str
) -> None:
    form = await start(client)

    refused = await form.press("Save draft", BOXES, files=scan("scan.png", content))

    assert refused.status == 422
    (error,) = refused.errors
    assert error.startswith("scan.png")
    assert says in error
    assert refused.html.find(id="f-attachments.box2-error")
    assert value(refused, "boxes.licensee.name") == "PT Kayu Indah"
    assert "Remove" not in [b.get_text() for b in refused.html.find_all("button")]


async def test_a_scan_can_be_looked_at_and_taken_off(client: httpx.AsyncClient) -> None:
    form = await (await start(client)).press("Save draft", files=scan("Jalur 1.png"))
    address = form.link("Jalur 1.png")

    picture = await client.get(address)
    page = await client.get(f"{address}/pages/1.png")
    assert pixels(picture.content) == pixels(a_scan())
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.headers["content-disposition"].startswith("inline")
    assert page.headers["content-type"] == "image/png"
    for number in ("0", "2", "9" * 5_000, "x"):
        assert (await client.get(f"{address}/pages/{number}.png")).status_code == 404

    gone = await form.press("Remove Jalur 1.png")
    assert "Jalur 1.png" not in gone.text
    assert (await client.get(address)).status_code == 404


async def test_nobody_else_sees_a_licence_its_form_or_its_scans(
    app: FastAPI, service: Licences, issuer: Issuer, client: httpx.AsyncClient
) -> None:
    form = await (await start(client)).press("Save draft", files=scan())
    other = browser(app, issuer.cookies(await an_importer(service)))

    for address in (form.url, form.url.removesuffix("/edit"), form.link("licence.png")):
        assert (await client.get(address)).status_code == 200
        assert (await other.get(address)).status_code == 404


async def test_without_a_sign_in_one_is_asked_to_sign_in(app: FastAPI) -> None:
    answer = await browser(app).get("/licences?state=draft")

    assert answer.status_code == 303
    assert answer.headers["location"].endswith("next=%2Flicences%3Fstate%3Ddraft")


async def test_who_is_no_importer_is_told_how_to_become_one(app: FastAPI, service: Licences, issuer: Issuer) -> None:
    newcomer = browser(app, issuer.cookies(person("Nora New")))

    page = await visit(newcomer, "/licences")

    assert page.link("Request new role") == "/identity/roles"
    assert (await visit(newcomer, "/licences/new")).status == 403


async def test_two_tabs_are_told_of_each_other_and_nothing_typed_is_lost(client: httpx.AsyncClient) -> None:
    first = await start(client)
    second = await visit(client, first.url)
    await first.press("Save draft", {"boxes.licensee.name": "First"})

    refused = await second.press("Save draft", {"boxes.licensee.name": "Second"})

    assert refused.status == 412
    assert "Two versions of this draft" in refused.text
    assert value(refused, "boxes.licensee.name") == "Second"
    meant = await refused.press("Keep all I typed")
    assert meant.status == 200
    assert value(meant, "boxes.licensee.name") == "Second"


async def test_the_list_has_the_columns_of_the_guide_and_finds_by_a_part_of_the_number(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    await a_submitted_licence(service, importer, numbered(405))
    await a_draft(service, importer, numbered(406))

    page = await visit(client, "/licences")
    assert [th.get_text(strip=True) for th in page.html.select("thead th")] == [
        "FLEGT licence number",
        "VPA country",
        "Requester",
        "Validation state",
        "Clearance state",
        "Last modification",
    ]
    found = await page.press("Search", {"number": "00405"})

    assert [row.th.get_text(strip=True) for row in found.html.select("tbody tr")] == ["26.00405-00123.003-ID-BE"]
    assert "number=00405" in found.url
    assert "No licence fits" in (await page.press("Search", {"number": "99999"})).text
    drafts = await visit(client, "/licences?state=draft")
    assert [row.th.get_text(strip=True) for row in drafts.html.select("tbody tr")] == ["26.00406-00123.003-ID-BE"]


async def test_a_long_list_goes_on_to_its_next_page(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    for serial in range(51):
        async with service.work() as work:
            await use_cases.create_draft(work, importer, boxes=Boxes(licence_number=f"N{serial}"))

    first = await visit(client, "/licences?state=draft")
    second = await visit(client, first.link("Next page"))

    assert (len(first.html.select("tbody tr")), len(second.html.select("tbody tr"))) == (50, 1)
    assert "state=draft" in second.url


async def test_a_draft_is_deleted_after_a_question(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    draft = await a_draft(service, importer, numbered(407))
    page = await visit(client, f"/licences/{draft.id}")

    listed = await page.press("Delete draft")

    assert "The draft is deleted." in listed.text
    assert (await client.get(f"/licences/{draft.id}")).status_code == 404


async def test_the_authority_sees_the_licence_with_its_scan_but_no_way_to_change_it(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(408))
    async with service.work() as work:
        officer = await know(work.db, person("Olga Officer", msca_role("BE")))

    page = await visit(browser(app, issuer.cookies(officer)), f"/licences/{licence.id}")

    assert page.heading == "26.00408-00123.003-ID-BE"
    assert page.html.select("figure img")
    assert not page.html.select("main button[type=submit]")


@pytest.mark.parametrize(
    "sent",
    [
        {"boxes.commodities": "x", "boxes.commodities.foo": "y", "boxes.licensee.0": "z"},
        {"boxes.commodities." + "9" * 5_000 + ".description": "x"},
        {"boxes" + ".a" * 2_000: "x"},
        {"boxes.commodities.0": "x", "boxes.commodities.1.species": "y", "boxes.commodities.2.species.0": "z"},
        {"action": "remove-line:" + "9" * 5_000},
        {"action": "remove-attachment:nonsense"},
        {"action": "remove-species:0"},
        {"version": "many"},
        {"boxes.licence_number": "9" * 5_000},
    ],
)
async def test_a_form_that_no_page_of_ours_sent_does_no_harm(client: httpx.AsyncClient, sent: dict[str, str]) -> None:
    form = await start(client)
    typed = {"csrf_token": value(form, "csrf_token"), "version": "1", **sent}

    answer = await client.post(form.url, data=typed, headers={"Origin": "http://testserver"})

    assert answer.status_code in {303, 412, 422}


async def test_a_code_typed_but_not_added_is_not_lost(client: httpx.AsyncClient) -> None:
    form = await start(client)

    saved = await form.press("Save draft", {"add_code": "4412"})

    assert value(saved, "boxes.commodities.0.commodity_code") == "4412"


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json", "metrics", "health/live", "static/css/flegt.css"])
async def test_what_every_service_answers_is_not_taken_for_a_licence(app: FastAPI, name: str) -> None:
    assert (await browser(app).get(f"/licences/{name}")).status_code == 200


@pytest.mark.parametrize(
    ("role", "queue"), [(msca_role(), "/validation/cases"), (customs_role(), "/validation/clearances")]
)
async def test_officials_are_led_to_their_queue(
    app: FastAPI, service: Licences, issuer: Issuer, role: Role, queue: str
) -> None:
    async with service.work() as work:
        official = await know(work.db, person("Olga Officer", replace(role, id=uuid4())))

    page = await visit(browser(app, issuer.cookies(official)), "/licences")

    assert page.link("Go to the queue") == queue
