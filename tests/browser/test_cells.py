"""Cell beside cell: Belgium's own validation next to that of all others, as the officers of both see it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from deploy.local.product import Product
from shared.testing.waiting import until
from tests.browser.officials import looked_at, number_of, open_case, sees, told, unfold
from tests.browser.screen import Screen
from tests.journeys.papers import paper
from tests.journeys.people import Cast, Somebody, find_authority, give_role, newcomer
from tests.journeys.programs import enter, submit

pytestmark = pytest.mark.browser
HERE, THERE = "BE101000", "NL000396"
ALL = "/validation/cases?tab=all"


@pytest.fixture(scope="module")
async def dutch_officer(product: Product, cast: Cast) -> AsyncIterator[Somebody]:
    nora = await newcomer(product, "Nora", domain="authority.example")
    await give_role(cast.support, nora, "msca", await find_authority(nora, "msca", "NL"))
    yield nora
    await nora.close()


async def handed_in(cast: Cast, office: str) -> dict[str, Any]:
    program = await cast.importer.give_token()  # on a slow machine an older one may have ended
    draft = await enter(program, paper())
    answer = await submit(program, draft["id"], point_of_entry=office)
    assert answer.status_code == 200, answer.text
    licence: dict[str, Any] = answer.json()
    return licence


async def entered(screen: Screen, licence: dict[str, Any]) -> None:
    """Wait until nobody works on it yet, and it stands in the queue once."""
    number = number_of(licence)
    row = await screen.row(f"/validation/cases?number={number}", number, "Submitted")
    await expect(row).to_have_count(1)


async def is_not_there(screen: Screen, licence: dict[str, Any]) -> None:
    """No list of this cell has it."""
    await screen.open(f"{ALL}&number={number_of(licence)}")
    await told(screen, "No case fits this search")


async def leaves(screen: Screen, licence: dict[str, Any]) -> None:
    """Wait until no list of this cell has it any more."""

    async def gone() -> bool:
        await screen.open(f"{ALL}&number={number_of(licence)}")
        return await screen.page.get_by_role("row").count() == 0

    await until(gone, within=30, what=f"{number_of(licence)} in the list")


async def hand_over(officer: Screen, licence: dict[str, Any], office: str, country: str) -> None:
    await open_case(officer, licence, "Submitted")
    form = await unfold(officer, "Change the point of entry…")
    await form.get_by_label("Customs office").fill(office)
    await form.get_by_label("Reason").fill(f"The ship goes to {country}.")
    await officer.press("Change the point of entry")
    await told(officer, "The point of entry is changed.")
    await officer.heading("Cases")


async def test_a_case_leaves_one_cell_and_enters_the_other_once_and_a_stopped_cell_catches_up(
    chromium: Browser, product: Product, cast: Cast, dutch_officer: Somebody, artefacts: Path
) -> None:
    belgian, dutch = [await Screen.of(chromium, somebody) for somebody in (cast.officer, dutch_officer)]
    moving, staying = await handed_in(cast, HERE), await handed_in(cast, THERE)
    await entered(belgian, moving)
    await entered(dutch, staying)

    await product.cells.add("BE")
    cell = Screen(await belgian.page.context.new_page(), product.cells.origin("BE"))
    await belgian.open(f"{ALL}&number={number_of(moving)}")
    await told(belgian, "Belgium has an authority cell of its own")
    await expect(belgian.page.get_by_role("button", name="Take what is ticked")).to_have_count(0)
    await looked_at(belgian, "the queue of a country that has a cell of its own")
    await entered(cell, moving)
    await looked_at(cell, "the queue of the cell")
    await cell.keep(artefacts, "cell")
    new = await handed_in(cast, HERE)
    await entered(cell, new)
    await is_not_there(belgian, new)
    await is_not_there(cell, staying)

    await hand_over(cell, moving, THERE, "Rotterdam")
    await leaves(cell, moving)
    await entered(dutch, moving)
    await open_case(dutch, moving, "Submitted")
    await looked_at(dutch, "a case handed over")
    await hand_over(dutch, moving, HERE, "Antwerp")
    await leaves(dutch, moving)
    await entered(cell, moving)

    await product.cells.stop("BE")
    late = await handed_in(cast, HERE)
    await hand_over(dutch, staying, HERE, "Antwerp too")
    await leaves(dutch, staying)
    await product.cells.start("BE")
    for licence in (late, staying, moving, new):
        await entered(cell, licence)
    for licence in (late, new):
        await is_not_there(belgian, licence)

    await open_case(cell, staying, "Submitted")
    await looked_at(cell, "a case that was handed over while the cell stood still")
    await cell.page.locator(".decision-bar").get_by_role("link", name="Validate…").click()
    await cell.press("Validate this licence")
    await told(cell, "The licence is validated.")
    importer = await Screen.of(chromium, cast.importer)
    await sees(importer, f"/licences/{staying['id']}", "Validated")
    for screen in (belgian, dutch, cell):
        assert screen.objections == []
    for screen in (belgian, dutch, importer):
        await screen.page.context.close()
