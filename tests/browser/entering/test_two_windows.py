"""Two windows with the same draft: neither overwrites the other in silence, and nothing typed in either is lost."""

import pytest
from playwright.async_api import Browser, expect

from shared.testing.waiting import until
from tests.browser.barriers import no_barriers
from tests.browser.entering.form import FORM, fill_in, holds, open_form, send
from tests.browser.screen import Screen
from tests.journeys.papers import paper
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES

pytestmark = pytest.mark.browser
PLACE, MARKS, NAME = "boxes.signature.place", "boxes.distinguishing_marks", "boxes.licensee.name"
TWO_VERSIONS = "Two versions of this draft"


async def open_twice(chromium: Browser, cast: Cast, *, scripts: bool = True) -> tuple[str, Screen, Screen]:
    """A draft, and its form in a window of the importer and in one of the colleague."""
    draft = (await cast.importer.program.post(LICENCES, json={"boxes": paper()})).json()
    first = await Screen.of(chromium, cast.importer, scripts=scripts)
    second = await Screen.of(chromium, cast.colleague, scripts=scripts)
    for screen in (first, second):
        await open_form(screen, draft["id"])
    return draft["id"], first, second


async def close(*screens: Screen) -> None:
    for screen in screens:
        assert screen.objections == []
        await screen.page.context.close()


async def choose(screen: Screen, field: str, version: str) -> None:
    """Choose between the two versions of a field."""
    await screen.page.get_by_role("group", name=field, exact=True).get_by_label(version).check()


async def says_in_boxes(cast: Cast, licence_id: str, place: str, marks: str, name: str = "PT Kayu Indah") -> bool:
    """Whether this is what is kept, whoever's window shows what."""
    boxes = (await cast.importer.program.get(f"{LICENCES}/{licence_id}")).json()["boxes"]
    kept = (boxes["signature"]["place"], boxes["distinguishing_marks"], boxes["licensee"]["name"])
    return bool(kept == (place, marks, name))


async def test_a_window_that_is_behind_says_so_and_lets_one_choose(chromium: Browser, cast: Cast) -> None:
    licence_id, first, second = await open_twice(chromium, cast)

    await fill_in(first.page, {PLACE: "Jakarta", MARKS: "LOT 1"})
    await until(
        lambda: says_in_boxes(cast, licence_id, "Jakarta", "LOT 1"), what="what the first window saves by itself"
    )
    await fill_in(second.page, {NAME: "PT Kayu Baru", MARKS: "LOT 2"})
    await expect(second.page.locator("[data-saved]")).to_contain_text("Somebody else saved this draft meanwhile.")
    await no_barriers(second, "the form that is behind")
    assert await says_in_boxes(cast, licence_id, "Jakarta", "LOT 1")

    await send(second, "Save draft")
    await second.heading(TWO_VERSIONS)
    await no_barriers(second, "two versions")
    await choose(second, "Distinguishing marks", "LOT 2")
    await send(second, "Save these choices")
    await expect(second.page.locator("[data-error-summary]")).to_contain_text("choose one of both")
    await no_barriers(second, "two versions, half chosen")
    await choose(second, "Signature and stamp: place", "Jakarta")
    await choose(second, "Licensee", "PT Kayu Baru")
    await send(second, "Save these choices")

    await second.heading(FORM)
    chosen = {PLACE: "Jakarta", MARKS: "LOT 2", NAME: "PT Kayu Baru"}
    await holds(second.page, chosen)
    await open_form(first, licence_id)
    await holds(first.page, chosen)
    await close(first, second)


@pytest.mark.parametrize(
    ("button", "place"),
    [("Keep all I typed", "Surabaya"), ("Keep all that was saved", "Jakarta")],
    ids=["mine", "theirs"],
)
async def test_without_scripts_too_one_version_is_chosen_and_not_overwritten(
    chromium: Browser, cast: Cast, button: str, place: str
) -> None:
    licence_id, first, second = await open_twice(chromium, cast, scripts=False)

    await fill_in(first.page, {PLACE: "Jakarta"})
    await send(first, "Save draft")
    await fill_in(second.page, {PLACE: "Surabaya"})
    await send(second, "Save and submit…")
    await second.heading(TWO_VERSIONS)
    assert await says_in_boxes(cast, licence_id, "Jakarta", paper()["distinguishing_marks"])

    await send(second, button)
    await second.heading(FORM)
    await holds(second.page, {PLACE: place})
    await close(first, second)
