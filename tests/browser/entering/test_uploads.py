"""Files in the form: every kind, their order, turning and removing; and files of those who mean harm."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, Route, expect

from tests.browser.barriers import no_barriers
from tests.browser.entering.form import WIZARD, attached, choose_files, field, fill_in, holds, open_form, says, send
from tests.browser.screen import Screen
from tests.journeys.papers import paper
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES
from tests.shared.attachments import samples

pytestmark = pytest.mark.browser
MEBIBYTE = 1024 * 1024
A_WHILE = 120_000
"""Milliseconds for a dozen files on a slow machine."""
TYPED = {"boxes.distinguishing_marks": "LOT 9, typed before the files were chosen"}


def file(name: str, content: bytes) -> FilePayload:
    """A file as a browser sends it: the kind is what its name says, whatever it is."""
    kinds = {
        "png": "image/png",
        "jpg": "image/jpeg",
        "webp": "image/webp",
        "tif": "image/tiff",
        "pdf": "application/pdf",
    }
    return FilePayload(name=name, mimeType=kinds[name.rpartition(".")[2]], buffer=content)


def every_kind() -> list[FilePayload]:
    return [
        file("one.png", samples.two_halves("PNG")),
        file("two.jpg", samples.telling("JPEG")),
        file("three.webp", samples.two_halves("WEBP")),
        file("four.tif", samples.many_pages(2)),
        file("five.pdf", samples.pdf(3)),
    ]


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files that may not be kept, and why not."""
    return {
        "program.png": (b"MZ this is a program", "is no picture (PNG, JPEG, WebP, TIFF) and no PDF, or it is damaged"),
        "page.pdf": (b"<!doctype html><script>alert(1)</script>", "is no picture"),
        "drawing.png": (samples.SCRIPT, "is no picture"),
        "torn.jpg": (samples.picture("JPEG", (400, 300))[:-300], "is no picture"),
        "torn.pdf": (samples.pdf(1)[:300], "is a damaged PDF: its pages cannot be shown"),
        "locked.pdf": (samples.pdf(1, password="secret"), "is protected by a password"),
        "endless.pdf": (samples.pdf(101), "has too many pages: a file may have at most 100"),
        "bomb.png": (
            samples.png_claiming(50_000, 50_000),
            "is too large: a picture may have at most 60 million pixels",
        ),
        "empty.png": (b"", "is empty"),
        "huge.png": (bytes(10 * MEBIBYTE + 1), "is too large"),
    }


def on_disk(folder: Path, bad: dict[str, tuple[bytes, str]], *good: FilePayload) -> list[Path]:
    """Files as a person chooses them: too much to hand over to the browser in one piece."""
    contents = {name: content for name, (content, _why) in bad.items()} | {
        sent["name"]: sent["buffer"] for sent in good
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


async def a_draft(cast: Cast, screen: Screen) -> str:
    """A draft without files, with its form open; returns its id."""
    draft = (await cast.importer.program.post(LICENCES, json={"boxes": paper()})).json()
    await open_form(screen, draft["id"])
    return str(draft["id"])


def names(page: Page, box: int) -> Locator:
    """The names of the files in a box, in their order."""
    return page.locator(f"#files-{box} .file__name")


async def shape(page: Page, name: str) -> tuple[int, int]:
    """Width and height of a file's small picture, once it is there."""
    picture = attached(page, 2, name).locator("img.thumbnail")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("complete", True)
    width, height = await picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    return width, height


async def test_every_kind_is_shown_moved_turned_and_removed(chromium: Browser, cast: Cast) -> None:
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    licence_id = await a_draft(cast, screen)

    await choose_files(page, 2, *every_kind())
    await choose_files(page, 17, file("barcode.png", samples.picture("PNG")), file("lot.jpg", samples.picture("JPEG")))
    await choose_files(page, 18, file("stamp.webp", samples.picture("WEBP")))
    await expect(names(page, 2)).to_have_text(["one.png", "two.jpg", "three.webp", "four.tif", "five.pdf"])
    await expect(names(page, 17)).to_have_text(["barcode.png", "lot.jpg"])
    await expect(names(page, 18)).to_have_text(["stamp.webp"])
    await expect(attached(page, 2, "four.tif")).to_contain_text("2 pages")
    await expect(attached(page, 2, "five.pdf")).to_contain_text("3 pages")
    for sent in every_kind():
        assert min(await shape(page, sent["name"])) > 0
    wide, high = await shape(page, "one.png")
    assert wide > high
    await no_barriers(screen, "the form with files")

    await fill_in(page, TYPED)
    await send(screen, "Move up five.pdf")
    await send(screen, "Move down one.png")
    await send(screen, "Turn one.png")
    await send(screen, "Remove three.webp")
    await send(screen, "Remove lot.jpg")

    await open_form(screen, licence_id)
    await holds(page, TYPED)
    await expect(names(page, 2)).to_have_text(["two.jpg", "one.png", "five.pdf", "four.tif"])
    await expect(names(page, 17)).to_have_text(["barcode.png"])
    wide, high = await shape(page, "one.png")
    assert wide < high
    assert screen.complaints == []
    await page.context.close()


async def test_hostile_files_are_refused_beside_their_box_as_soon_as_they_are_chosen(
    chromium: Browser, cast: Cast, tmp_path: Path
) -> None:
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    licence_id = await a_draft(cast, screen)
    await fill_in(page, TYPED)

    bad = hostile()
    good = file("good.png", samples.picture("PNG"))
    await field(page, "attachments.box2").set_input_files(on_disk(tmp_path, bad, good))
    await expect(field(page, "attachments.box2")).to_be_enabled(timeout=A_WHILE)  # all of them were sent
    for name, (_content, why) in bad.items():
        await says(page, "attachments.box2", f"{name} {why}", "2")
    await expect(names(page, 2)).to_have_text(["good.png"])
    for box in (17, 18):
        await field(page, f"attachments.box{box}").set_input_files(file("drawing.png", samples.SCRIPT))
        await says(page, f"attachments.box{box}", "drawing.png is no picture", str(box))
    await no_barriers(screen, "the form with refused files")
    await holds(page, TYPED)

    await choose_files(page, 17, file("barcode.png", samples.picture("PNG")))
    await send(screen, "Save and submit…")
    await screen.heading(WIZARD)
    kept = (await cast.importer.program.get(f"{LICENCES}/{licence_id}")).json()
    assert [attachment["name"] for attachment in kept["attachments"]] == ["good.png", "barcode.png"]
    assert screen.objections == []
    await page.context.close()


async def test_hostile_files_are_refused_beside_their_box_without_scripts(
    chromium: Browser, cast: Cast, tmp_path: Path
) -> None:
    screen = await Screen.of(chromium, cast.importer, scripts=False)
    page = screen.page
    await a_draft(cast, screen)
    await fill_in(page, TYPED)

    bad = hostile()
    await field(page, "attachments.box2").set_input_files(on_disk(tmp_path, bad, *every_kind()))
    await field(page, "attachments.box18").set_input_files(file("drawing.png", samples.SCRIPT))
    await send(screen, "Save draft", patience=A_WHILE)

    for name, (_content, why) in bad.items():
        await says(page, "attachments.box2", f"{name} {why}", "2")
    await says(page, "attachments.box18", "drawing.png is no picture", "18")
    await expect(names(page, 2)).to_have_text(["one.png", "two.jpg", "three.webp", "four.tif", "five.pdf"])
    await holds(page, TYPED)
    await send(screen, "Turn five.pdf")
    await send(screen, "Save and submit…")
    await screen.heading(WIZARD)
    await page.context.close()


async def test_a_button_waits_for_a_file_under_way_and_a_lost_connection_is_said(chromium: Browser, cast: Cast) -> None:
    screen = await Screen.of(chromium, cast.importer)
    page = screen.page
    await a_draft(cast, screen)
    may_go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/attachments", lambda route: route.abort())
    scan = file("scan.png", samples.picture("PNG", (600, 800)))
    await field(page, "attachments.box2").set_input_files(scan)
    await says(page, "attachments.box2", "scan.png could not be sent. Try again.", "2")
    await page.unroute("**/attachments")

    await page.route("**/attachments", hold)
    await field(page, "attachments.box2").set_input_files(scan)
    await expect(page.locator("#files-2 [role=status]")).to_contain_text("Sending scan.png")
    await fill_in(page, TYPED)
    await screen.press("Save and submit…")
    await expect(page.locator("#files-2 [role=status]")).to_contain_text("Sending scan.png")
    async with page.expect_navigation():
        may_go_on.set()
    await screen.heading(WIZARD)
    await page.go_back()
    await holds(page, TYPED)
    await page.context.close()
