"""Many licences from one file: what became of each row, nothing twice when it is sent again, and a crash in between."""

import csv
import io
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Locator, expect

from deploy.local.product import Product
from services.licences.domain.bulk import COLUMNS
from shared.testing.waiting import until
from tests.browser.barriers import no_barriers
from tests.browser.entering.form import follow, says, send
from tests.browser.screen import Screen
from tests.faults.proof import locked, session, somebody_waits_for
from tests.journeys.papers import a_number, paper
from tests.journeys.people import Cast
from tests.journeys.stage import ask

pytestmark = pytest.mark.browser
MANY = 120
STOPPED_AT = 75
"""A licence in the middle of the second transaction: each enters fifty."""


def rows_of(number: str, **changes: str) -> dict[str, str]:
    """One row of the table: a licence of one line, as it stands on paper but for these cells."""
    boxes: dict[str, Any] = paper(licence_number=number)
    (line,) = boxes["commodities"]
    cells = {
        "licence_number": number,
        "issuing_authority": boxes["issuing_authority"]["name"],
        "expiry_date": boxes["expiry_date"],
        "country_of_export": "ID",
        "transport_mode": "1",
        "licensee_name": boxes["licensee"]["name"],
        "licensee_address": boxes["licensee"]["address"],
        "licensee_country": "ID",
        "signature_place": "Depok",
        "signature_date": boxes["signature"]["date"],
        "description": line["description"],
        "commodity_code": line["commodity_code"],
        "species": "Teak (Tectona grandis)",
        "countries_of_harvest": "ID",
        "volume_m3": "12.5",
    }
    return cells | changes


def table(*rows: dict[str, str], name: str = "licences.csv") -> FilePayload:
    text = io.StringIO()
    writer = csv.DictWriter(text, [column for column in COLUMNS if any(column in row for row in rows)])
    writer.writeheader()
    writer.writerows(rows)
    return FilePayload(name=name, mimeType="text/csv", buffer=text.getvalue().encode())


async def send_file(screen: Screen, file: FilePayload) -> None:
    await screen.open("/licences/bulk")
    await screen.page.get_by_label("File", exact=True).set_input_files(file)
    await send(screen, "Send the file")


async def finished(screen: Screen) -> None:
    """Ask how far it is until all is done."""

    async def done() -> bool:
        await screen.page.reload()
        return await screen.page.get_by_role("link", name="Result (CSV)").is_visible()

    await until(done, within=60, every=0.2, what="the rest of the file")


def result(screen: Screen, row: str, number: str) -> Locator:
    """What became of the licence of this row."""
    named = screen.page.get_by_role("rowheader", name=number)
    return screen.page.get_by_role("row").filter(has=named).filter(has=screen.page.get_by_text(row, exact=True))


async def drafts(product: Product, *numbers: str) -> int:
    return int(await ask(product, "licences", "SELECT count(*) FROM licence WHERE licence_number = ANY($1)", numbers))


async def test_good_rows_are_entered_bad_ones_named_and_nothing_twice(
    chromium: Browser, cast: Cast, product: Product
) -> None:
    good, gaps, bad = a_number(), a_number(), a_number()
    screen = await Screen.of(chromium, cast.importer)
    await screen.open("/licences/new")
    await follow(screen, "Enter many licences at once")
    await no_barriers(screen, "many at once")
    await files_that_are_none(screen)

    wrong = table(
        rows_of(good),
        rows_of(good, description="Teak tables", species="Teak (Tectona grandis)"),
        rows_of(gaps, licensee_name=""),
        rows_of(bad, expiry_date="31.12.2027", volume_m3="many"),
    )
    await send_file(screen, wrong)
    await finished(screen)
    await expect(result(screen, "2–3", good)).to_contain_text("Entered as draft")
    await expect(result(screen, "4", gaps)).to_contain_text("Enter the licensee's name.")
    refused = result(screen, "5", bad)
    for words in ("Not entered", "Row 5, expiry_date: This is not a date.", "Row 5, volume_m3: This is not a number."):
        await expect(refused).to_contain_text(words)
    await no_barriers(screen, "the result of a file")
    assert await drafts(product, good, gaps, bad) == 2
    await the_result_can_be_taken_along(screen, bad)

    corrected = table(rows_of(good), rows_of(gaps, licensee_name=""), rows_of(bad), name="corrected.csv")
    await send_file(screen, corrected)
    await finished(screen)
    for row, number in (("2", good), ("3", gaps)):
        await expect(result(screen, row, number)).to_contain_text("There already")
    await expect(result(screen, "4", bad)).to_contain_text("Entered as draft")
    assert await drafts(product, good, gaps, bad) == 3
    await follow(screen, bad)
    await screen.heading(bad)
    await screen.open("/licences/bulk")
    for name in ("licences.csv", "corrected.csv"):
        await expect(screen.page.get_by_role("row").filter(has_text=name).first).to_contain_text("Finished")
    assert screen.objections == []
    await screen.page.context.close()


async def files_that_are_none(screen: Screen) -> None:
    """Beside the field stands what is wrong with a whole file."""
    await send(screen, "Send the file")
    await says(screen.page, "file", "Choose a file.")
    await no_barriers(screen, "many at once without a file")
    for content, why in (
        (b"", "There is no licence in this file."),
        ("Größe;Menge".encode("latin-1"), "The file is not written in UTF-8."),
        (b"number,colour\n1,red\n", "The first row must name the columns, with licence_number among them."),
        (b'[{"boxes": ', "This is not JSON: line 1 cannot be read."),
    ):
        await send_file(screen, FilePayload(name="wrong.csv", mimeType="text/csv", buffer=content))
        await says(screen.page, "file", why)


async def the_result_can_be_taken_along(screen: Screen, number: str) -> None:
    async with screen.page.expect_download() as download:
        await screen.page.get_by_role("link", name="Result (CSV)").click()
    kept = (await (await download.value).path()).read_text(encoding="utf-8-sig")
    lines = [row for row in csv.DictReader(io.StringIO(kept)) if row["licence_number"] == number]
    assert {(line["row"], line["column"]) for line in lines} == {("5", "expiry_date"), ("5", "volume_m3")}


_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%bulk_entry%'"


async def test_a_file_goes_on_after_a_crash_in_the_middle(chromium: Browser, cast: Cast, product: Product) -> None:
    numbers = [a_number() for _ in range(MANY)]
    screen = await Screen.of(chromium, cast.importer)
    async with session(product, "licences") as holder, holder.transaction():
        async with locked(product, "licences", "licence", "SHARE"):
            await send_file(screen, table(*(rows_of(number) for number in numbers), name="season.csv"))
            await somebody_waits_for(product, "licences", "licence")
            await holder.execute("SELECT 1 FROM bulk_entry WHERE position = $1 FOR UPDATE", STOPPED_AT)
        await until(lambda: ask(product, "licences", _BLOCKED), what="nobody came to the middle")
        await follow(screen, "Show how far it is")
        await expect(screen.page.get_by_role("main")).to_contain_text("50 of 120 licences are done.")
        await no_barriers(screen, "a file being entered")
        await product.kill("licences")
    await product.start_service("licences")

    await finished(screen)
    await expect(screen.page.get_by_role("main")).to_contain_text("Finished.")
    assert await drafts(product, *numbers) == MANY
    await send_file(screen, table(*(rows_of(number) for number in numbers), name="season.csv"))
    await finished(screen)
    await expect(screen.page.get_by_role("listitem").filter(has_text="There already")).to_contain_text(str(MANY))
    assert await drafts(product, *numbers) == MANY
    await screen.page.context.close()
