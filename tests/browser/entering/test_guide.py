"""The way of the user guide of 2016, pages 8 to 14: from "Create New Licence" to "Submit", with every box filled in."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.barriers import no_barriers
from tests.browser.entering.form import WIZARD, begin, choose_files, field, fill_in, holds, send
from tests.browser.screen import Screen
from tests.journeys.papers import TODAY, a_number, scan
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES
from tests.shared.attachments.samples import picture

pytestmark = pytest.mark.browser
LINES = ("boxes.commodities.0", "boxes.commodities.1")


def next_arrival() -> date:
    """The guide's goods arrive on a 22 September, in summer time: the next one."""
    this_year = date(TODAY.year, 9, 22)
    return this_year if this_year > TODAY else date(TODAY.year + 1, 9, 22)


def on_paper(arrival: date) -> dict[str, Any]:
    """All that the paper says. The address of Box 1 is that of the register."""
    return {
        "issuing_authority": {
            "name": "PT Mutuagung Lestari",
            "address": "Jl. Raya Bogor Km. 33,5 No. 19 Cimanggis, Depok 16953",
            "country": "ID",
        },
        "issuing_country_use": "FOR EXPORT TO THE EUROPEAN UNION",
        "licence_number": a_number(),
        "expiry_date": str(arrival + timedelta(days=30)),
        "country_of_export": "ID",
        "transport_mode": "1",
        "licensee": {"name": "PT RIMBA JATI LESTARI", "address": "JL. PELABUHAN 18\nSEMARANG", "country": "ID"},
        "commodities": [
            {
                "description": "Doors, oiled",
                "commodity_code": "4418",
                "species": [{"name": "Dark red meranti (Shorea pauciflora)", "countries_of_harvest": ["ID"]}],
                "volume_m3": 3.5,
                "net_weight_kg": 1900,
                "units": [],
            },
            {
                "description": "Garden chairs of teak and mahogany",
                "commodity_code": "940169",
                "species": [
                    {"name": "Teak (Tectona grandis)", "countries_of_harvest": ["ID"]},
                    {"name": "Swietenia macrophylla", "countries_of_harvest": ["ID", "MY"]},
                ],
                "volume_m3": 12.345,
                "net_weight_kg": 8200,
                "units": [{"count": 400, "unit": "C62"}, {"count": 96.5, "unit": "MTK"}],
            },
        ],
        "global_measure": None,
        "distinguishing_marks": "B/L MAEU 577031554; INVOICE 2016-118",
        "signature": {"place": "Depok", "date": str(TODAY - timedelta(days=20))},
    }


async def choose_goods(screen: Screen) -> None:
    """Browse the tree: what is excluded and what cannot be licensed stands beside the codes."""
    page = screen.page
    tree = page.locator("[data-goods]")
    if not await tree.is_visible():
        await page.get_by_text("Choose from the list").click()
    for branch in ("44 ", "4418 ", "4403 ", "94 ", "9401 "):
        await tree.locator("summary").filter(has_text=branch).first.click()
    await expect(page.locator("#code-4418-remark")).to_contain_text("bamboo")
    await expect(page.locator("#code-4403")).to_be_disabled()
    await expect(page.locator("#code-4403-remark")).to_contain_text("no licence can exist")
    await page.locator("#code-940169").check()
    await page.locator("#code-4418").check()
    await no_barriers(screen, "the tree of codes")
    await send(screen, "Add the ticked codes")


async def fill_boxes_1_to_8(page: Page, paper: dict[str, Any]) -> None:
    await field(page, "boxes.issuing_authority.name").fill("PT Mutuagung Lestari")
    await holds(page, {f"boxes.issuing_authority.{part}": text for part, text in paper["issuing_authority"].items()})
    await holds(page, {"boxes.country_of_export": "ID"})
    await field(page, "boxes.licence_number").fill("26.1")
    await expect(page.locator("[data-number-hint]")).to_contain_text("Should look like")
    texts = {name: paper[name] for name in ("issuing_country_use", "licence_number", "expiry_date", "transport_mode")}
    texts |= {f"licensee.{part}": text for part, text in paper["licensee"].items()}
    await fill_in(page, {f"boxes.{name}": text for name, text in texts.items()})
    await expect(page.locator("[data-number-hint]")).to_contain_text("Written as in that country.")


async def fill_commodities(screen: Screen, paper: dict[str, Any]) -> None:
    """Several species and several units; measured for each commodity, and once for the whole and back again."""
    page = screen.page
    await send(screen, "Add a species", "#line-2")
    await send(screen, "Add another unit", "#line-2")
    figures: dict[str, str] = {}
    for name, line in zip(LINES, paper["commodities"], strict=True):
        await holds(page, {f"{name}.commodity_code": line["commodity_code"]})
        await fill_in(page, {f"{name}.description": line["description"]})
        for row, species in enumerate(line["species"]):
            countries = "; ".join(species["countries_of_harvest"])
            texts = {"name": species["name"], "countries_of_harvest": countries}
            await fill_in(page, {f"{name}.species.{row}.{part}": text for part, text in texts.items()})
        figures |= {f"{name}.{part}": str(line[part]) for part in ("volume_m3", "net_weight_kg")}
        for row, units in enumerate(line["units"]):
            figures |= {f"{name}.units.{row}.{part}": str(value) for part, value in units.items()}
    await fill_in(page, figures)
    await page.get_by_label("once for the whole licence").check()
    whole = {"boxes.global_measure.volume_m3": "15.845", "boxes.global_measure.net_weight_kg": "10100"}
    await fill_in(page, whole)
    await page.get_by_label("for each commodity").check()
    await send(screen, "Save draft")
    await holds(page, figures)
    await page.get_by_label("once for the whole licence").check()
    await holds(page, whole)
    await page.get_by_label("for each commodity").check()


async def fill_boxes_17_and_18(page: Page, paper: dict[str, Any]) -> None:
    marks = {"boxes.distinguishing_marks": paper["distinguishing_marks"]}
    await fill_in(page, {**marks, **{f"boxes.signature.{part}": text for part, text in paper["signature"].items()}})
    await choose_files(page, 17, FilePayload(name="barcode.png", mimeType="image/png", buffer=picture("PNG")))
    await choose_files(page, 18, FilePayload(name="stamp.png", mimeType="image/png", buffer=picture("PNG", (80, 80))))


async def go_through_wizard(screen: Screen, arrival: date) -> None:
    page = screen.page
    await screen.heading(WIZARD)
    await fill_in(page, {"country": "BE"})
    await send(screen, "Show the offices of this country")
    await fill_in(page, {"point_of_entry": "BE101000"})
    office = page.locator("[data-office-chosen]")
    for words in (
        "ANTWERPEN DAE DOUANEKANTOOR",
        "BE101000",
        "ELLERMANSTRAAT 21 (NOORDSTERGEBOUW)",
        "2060 Antwerpen",
        "Belgium (BE)",
    ):
        await expect(office).to_contain_text(words)
    await send(screen, "Next")
    await holds(page, {"time_zone": "Europe/Brussels"})
    await fill_in(page, {"arrival_date": str(arrival), "arrival_time": "23:59"})
    await send(screen, "Next")
    await send(screen, "Next")
    await expect(page.get_by_role("main")).to_contain_text("23:59 CEST")
    await expect(page.get_by_role("main")).to_contain_text("FPS Health, Food Chain Safety and Environment")
    await fill_in(page, {"message": "The goods are oiled, so their weight is above that of the wood."})


async def test_the_guides_example_goes_from_create_to_submit(chromium: Browser, cast: Cast, artefacts: Path) -> None:
    arrival = next_arrival()
    paper = on_paper(arrival)
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    await screen.open("/")
    await page.get_by_role("navigation", name="Main menu").get_by_text("Certificate").click()
    await page.get_by_role("link", name="FLEGT", exact=True).click()
    await screen.heading("My licences")
    address = await begin(screen, "PT Lambodja Sertifikasi")

    await choose_goods(screen)
    await fill_boxes_1_to_8(page, paper)
    await fill_commodities(screen, paper)
    await fill_boxes_17_and_18(page, paper)
    sheet = FilePayload(name="licence.jpg", mimeType="image/jpeg", buffer=scan(paper))
    await choose_files(page, 2, sheet)
    await send(screen, "Show the scan beside the boxes")
    await expect(page.locator(".paper__scan img").first).to_have_js_property("complete", True)
    await screen.keep(artefacts, "guide-form")
    await no_barriers(screen, "the whole form beside the scan")
    await send(screen, "Save and submit…")
    await go_through_wizard(screen, arrival)
    await send(screen, "Submit")

    await expect(page.get_by_text("The licence is submitted.")).to_be_visible()
    await screen.keep(artefacts, "guide-licence")
    await no_barriers(screen, "the licence handed in")
    licence = (await cast.importer.program.get(address.replace("/licences", LICENCES, 1))).json()
    assert licence["boxes"] == paper
    assert [(file["box"], file["name"]) for file in licence["attachments"]] == [
        (2, "licence.jpg"),
        (17, "barcode.png"),
        (18, "stamp.png"),
    ]
    assert datetime.fromisoformat(licence["arrival"]) == datetime.combine(
        arrival, time(23, 59), ZoneInfo("Europe/Brussels")
    )
    cells = ("Indonesia", cast.importer.name, "Submitted")
    await expect(await screen.row(f"/licences?number={paper['licence_number']}", *cells)).to_be_visible()
    assert screen.complaints == []
    await page.context.close()
