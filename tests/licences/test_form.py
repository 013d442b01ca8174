"""The form keeps what is typed: by itself, unreadable, in two windows, measured either way; and begins from another."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.domain.form import Boxes
from services.licences.domain.reading import read_boxes
from services.licences.pages import goods
from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from shared.testing.people import Issuer
from tests.licences.stage import NOW, PAPER, a_draft, a_submitted_licence, an_importer, numbered
from tests.licences.test_pages import value

ORIGIN = {"Origin": "http://testserver"}
Typing = dict[str, str]


@pytest.fixture
def opened(service: Licences, client: httpx.AsyncClient, importer: Person) -> Callable[..., Awaitable[Page]]:
    """Opens the form of a new draft with these boxes."""

    async def form(boxes: dict[str, Any] | None = None) -> Page:
        draft = await a_draft(service, importer, boxes)
        return await visit(client, f"/licences/{draft.id}/edit")

    return form


Open = Callable[..., Awaitable[Page]]


def sent(page: Page, **changes: str) -> dict[str, list[str]]:
    """What a script would send of a page after these changes; `__` stands for a dot."""
    return page._fields(page.form("Save draft")) | {k.replace("__", "."): [v] for k, v in changes.items()}


async def autosave(page: Page, **changes: str) -> httpx.Response:
    return await page.client.post(page.url.replace("/edit", "/autosave"), data=sent(page, **changes), headers=ORIGIN)


def states(page: Page) -> dict[str, str]:
    """The state of each box in the index beside the form."""
    return {str(link["data-box"]): str(link["data-state"]) for link in page.html.select("a[data-box]")}


async def test_the_eighteen_boxes_stand_in_order_with_what_became_of_each(opened: Open) -> None:
    page = await opened()

    assert list(states(page)) == [str(number) for number in range(1, 19)]
    assert set(states(page).values()) == {"filled"}
    for link in page.html.select("a[data-box]"):
        assert page.html.find(id=str(link["href"]).removeprefix("#")), link
    emptied = await page.press("Save draft", {"boxes.transport_mode": "", "boxes.expiry_date": "soon"})
    assert (states(emptied)["7"], states(emptied)["4"]) == ("empty", "wrong")


async def test_what_cannot_be_read_is_there_again_after_leaving(client: httpx.AsyncClient, opened: Open) -> None:
    form = await opened()
    typed = {
        "boxes.expiry_date": "31.1.2027",
        "boxes.commodities.0.net_weight_kg": "heavy",
        "boxes.commodities.0.units.0.count": "many",
    }
    await form.press("Save draft", typed)

    back = await visit(client, form.url)

    assert {name: value(back, name) for name in typed} == typed
    assert len(back.errors) == 3
    refused = await back.press("Save and submit")
    assert refused.status == 422
    mended = await refused.press("Save draft", dict(zip(typed, ["2027-01-31", "8200", "400"], strict=True)))
    assert (mended.status, mended.errors) == (200, [])


async def test_a_draft_saves_by_itself_and_says_what_is_wrong(client: httpx.AsyncClient, opened: Open) -> None:
    form = await opened()

    answer = await autosave(form, boxes__licensee__name="PT Lain", boxes__expiry_date="soon")

    assert answer.status_code == 200
    said = answer.json()
    assert said["version"] == int(value(form, "version")) + 1
    assert list(said["errors"]) == ["boxes.expiry_date"]
    assert (said["states"]["4"], said["states"]["8"]) == ("wrong", "filled")
    back = await visit(client, form.url)
    assert (value(back, "boxes.licensee.name"), value(back, "boxes.expiry_date")) == ("PT Lain", "soon")


async def test_saving_by_itself_does_not_overwrite_another_window(client: httpx.AsyncClient, opened: Open) -> None:
    form = await opened()
    await autosave(form, boxes__licensee__name="Theirs")

    late = await autosave(form, boxes__licensee__name="Mine")

    assert (late.status_code, late.json()) == (412, {"conflict": True})
    assert value(await visit(client, form.url), "boxes.licensee.name") == "Theirs"
    same = await autosave(form, boxes__licensee__name="Theirs")
    assert same.status_code == 200


async def test_of_two_versions_one_is_chosen_field_by_field(client: httpx.AsyncClient, opened: Open) -> None:
    first = await opened()
    second = await visit(client, first.url)
    await first.press("Save draft", {"boxes.licensee.name": "Theirs", "boxes.signature.place": "Theirs"})

    both = await second.press("Save draft", {"boxes.licensee.name": "Mine", "boxes.signature.place": "Mine"})
    assert both.status == 412
    unsure = await both.press("Save these choices", {"choose:boxes.licensee.name": "theirs"})
    assert len(unsure.errors) == 1
    chosen = await unsure.press("Save these choices", {"choose:boxes.signature.place": "mine"})

    assert chosen.status == 200
    assert (value(chosen, "boxes.licensee.name"), value(chosen, "boxes.signature.place")) == ("Theirs", "Mine")


async def test_figures_of_the_other_way_of_measuring_are_kept_but_do_not_count(
    service: Licences, importer: Person, client: httpx.AsyncClient, opened: Open
) -> None:
    form = await opened()
    whole = await form.press("Save draft", {"measured": "whole", "boxes.global_measure.volume_m3": "80"})
    licence = await stored(service, importer, whole)
    assert licence.commodities[0].volume_m3 is None
    assert licence.global_measure is not None
    assert value(whole, "boxes.commodities.0.volume_m3") == "12.5"

    each = await (await visit(client, form.url)).press("Save draft", {"measured": "each"})

    licence = await stored(service, importer, each)
    assert str(licence.commodities[0].volume_m3) == "12.5"
    assert licence.global_measure is None
    assert value(each, "boxes.global_measure.volume_m3") == "80"


async def test_units_and_lines_are_added_copied_and_removed(opened: Open) -> None:
    form = await (await opened()).press("Add another unit")
    two = await form.press(
        "Save draft", {"boxes.commodities.0.units.1.count": "3", "boxes.commodities.0.units.1.unit": "MTK"}
    )
    assert value(two, "boxes.commodities.0.units.1.count") == "3"
    copied = await two.press("Duplicate commodity 1")
    assert value(copied, "boxes.commodities.1.units.1.count") == "3"
    assert value(copied, "boxes.commodities.1.description") == "Teak garden chairs"
    one = await copied.press("Remove number of units 1")
    assert value(one, "boxes.commodities.0.units.0.count") == "3"


async def test_codes_are_found_by_words_and_ticked_in_the_tree(opened: Open) -> None:
    form = await opened()
    found = await form.press("Search the list", {"add_code": "bedroom furniture"})
    assert [box["value"] for box in found.html.select("input[name=codes]")] == ["940350"]
    assert value(found, "boxes.commodities.0.commodity_code") == "940169"

    added = await found.press("Add the ticked codes", {"codes": ["940350"], "add_code": ""})

    assert value(added, "boxes.commodities.1.commodity_code") == "940350"


def test_the_tree_says_what_is_excluded_and_what_cannot_be_licensed_and_goes_by_the_day() -> None:
    codes = goods.described("ID", NOW.date())

    assert "forbids the export" in codes["4403"].forbidden
    assert codes["4407"].forbidden == ""
    assert "not planed" in codes["4407"].remark
    assert "bamboo, rattan" in codes["4411"].remark
    assert "440922" not in goods.described("GH", NOW.date().replace(year=2025, month=10, day=7))
    assert "440922" in goods.described("GH", NOW.date().replace(year=2025, month=10, day=8))


async def test_an_authority_that_is_not_listed_is_taken_and_pointed_out(client: httpx.AsyncClient) -> None:
    new = await visit(client, "/licences/new")

    form = await new.press("Start the form", {"other_authority": "PT Baru Sertifikasi"})

    assert value(form, "boxes.issuing_authority.name") == "PT Baru Sertifikasi"
    assert "Not in the list of known authorities" in form.text


async def test_another_authority_brings_its_own_address(opened: Open) -> None:
    form = await (await opened()).press("Save draft", {"boxes.issuing_authority.address": ""})
    assert value(form, "boxes.issuing_authority.address").startswith("Jl. Raya Bogor Km. 33")

    other = await form.press("Save draft", {"boxes.issuing_authority.name": "pt lambodja sertifikasi"})

    assert value(other, "boxes.issuing_authority.name") == "PT Lambodja Sertifikasi"
    assert value(other, "boxes.issuing_authority.address").startswith("Jl. Teratai")


async def test_lines_are_pasted_looked_at_and_taken_over(opened: Open) -> None:
    paste = await (await opened()).press("Paste lines", {"boxes.licensee.name": "Kept"})
    rows = "Planks\t4407\tmuch\t900\t\t\tMerbau\tID\nVeneer\t4408\t2\t\t\t\tTeak\tID"

    refused = await paste.press("Look at the lines", {"table": rows})
    assert refused.status == 422
    assert "Row 1, volume_m3: This is not a number." in refused.text
    assert "much" in value(refused, "table")
    looked = await refused.press("Look at the lines", {"table": rows.replace("much", "1.5")})
    form = await looked.press("Take them over")

    assert "2 lines are taken over." in form.text
    assert value(form, "boxes.commodities.0.description") == "Teak garden chairs"
    assert value(form, "boxes.commodities.1.volume_m3") == "1.5"
    assert value(form, "boxes.commodities.2.species.0.countries_of_harvest") == "ID"
    assert value(form, "boxes.licensee.name") == "Kept"


async def test_lines_from_the_example_file_replace_those_that_are_there(
    client: httpx.AsyncClient, opened: Open
) -> None:
    paste = await (await opened()).press("Paste lines")
    example = (await client.get(paste.link("Download an example"))).content

    looked = await paste.press("Look at the lines", files=[("file", ("lines.csv", example, "text/csv"))])
    form = await looked.press("Take them over", {"how": "replace"})

    assert value(form, "boxes.commodities.0.description") == "Garden chairs of teak"
    assert value(form, "boxes.commodities.1.species.1.countries_of_harvest") == "ID; MY"
    assert not form.html.find(True, {"name": "boxes.commodities.2.description"})


async def test_a_copy_is_equal_but_for_what_is_on_each_paper(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person
) -> None:
    original = await a_submitted_licence(service, importer, numbered(901))

    async with service.work() as work:
        copy = await use_cases.copy_licence(work, importer, original.id)

    assert copy.boxes == original.boxes.as_new()
    assert (copy.is_draft, copy.attachments, copy.boxes.licence_number) == (True, (), "")
    stranger = browser(app, issuer.cookies(await an_importer(service)))
    page = await visit(stranger, "/licences/new")
    token = value(page, "csrf_token")
    answer = await stranger.post(f"/licences/{original.id}/copy", data={"csrf_token": token}, headers=ORIGIN)
    assert answer.status_code == 404


async def test_what_was_half_typed_in_the_wizard_is_there_again(
    service: Licences, client: httpx.AsyncClient, importer: Person
) -> None:
    draft = await a_draft(service, importer, numbered(902))
    steps = f"/licences/{draft.id}/submit"
    arrival = await visit(client, f"{steps}/arrival")
    await arrival.press("Previous", {"arrival_date": "2026-12-01", "arrival_time": ""})
    assert value(await visit(client, f"{steps}/arrival"), "arrival_date") == "2026-12-01"

    behalf = await visit(client, f"{steps}/on-behalf")
    await behalf.press("Cancel", {"on_behalf.name": "Other BV"})
    again = await visit(client, f"{steps}/on-behalf")
    assert value(again, "on_behalf.name") == "Other BV"
    await again.press("Next", {"on_behalf.name": ""})
    assert value(await visit(client, f"{steps}/on-behalf"), "on_behalf.name") == ""


async def stored(service: Licences, importer: Person, page: Page) -> Boxes:
    """The boxes as they are kept."""
    async with service.work() as work:
        return (await use_cases.read_draft(work, importer, UUID(page.url.split("/licences/")[1][:36]))).boxes


def test_the_paper_of_these_tests_can_be_read() -> None:
    assert read_boxes(PAPER)[1] == []
