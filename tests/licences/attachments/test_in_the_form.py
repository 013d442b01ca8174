"""Files of a licence through the pages: added, put in order, turned, taken off, served."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI

from services.licences import use_cases
from services.licences.domain.attachments import Attachment, clean_name, moved
from services.licences.service import Licences
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import Page
from shared.testing.people import Issuer
from tests.licences.attachments.acts import API, TYPED, chosen, names
from tests.licences.stage import a_draft, a_scan, numbered, pixels
from tests.shared.attachments import samples


async def test_several_files_go_into_each_box_and_are_shown_in_small(form: Page) -> None:
    two = await form.press("Save draft", files=chosen(("one.png", a_scan()), ("two.pdf", samples.pdf(3))))
    three = await two.press("Save draft", files=chosen(("stamp.jpg", samples.picture("JPEG")), box=18))

    assert (names(three), names(three, 17), names(three, 18)) == (["one.png", "two.pdf"], [], ["stamp.jpg"])
    assert "3 pages" in three.text
    for image in three.html.select(".thumbnail"):
        shown = await form.client.get(str(image["src"]))
        assert shown.headers["content-type"] == "image/webp"
        assert max(pixels(shown.content)[0]) <= 4 * 240


async def test_files_are_moved_turned_and_removed_and_what_was_typed_stays(form: Page) -> None:
    three = await form.press("Save draft", files=chosen(*((f"{n}.png", a_scan()) for n in "abc")))

    moved = await three.press("Move up c.png", TYPED)
    again = await moved.press("Move down a.png")
    end = await again.press("Remove c.png")

    assert names(moved) == ["a.png", "c.png", "b.png"]
    assert names(again) == ["c.png", "a.png", "b.png"]
    assert names(end) == ["a.png", "b.png"]
    assert end.html.find(attrs={"name": "boxes.licensee.name"})["value"] == "PT Kayu Indah"
    assert "Move up a.png" not in end.text


async def test_a_file_is_turned_where_a_box_cannot_be_read_and_both_are_shown(form: Page) -> None:
    one = await form.press("Save draft", files=chosen(("a.png", samples.two_halves("PNG"))))

    turned = await one.press("Turn a.png", {**TYPED, "boxes.expiry_date": "31.1.2027"})

    assert turned.status == 200  # the draft keeps what it cannot read
    assert turned.html.find(attrs={"name": "boxes.expiry_date"})["value"] == "31.1.2027"
    address = str(turned.html.select_one(".thumbnail")["src"])
    assert "rotation=90" in address
    assert pixels((await form.client.get(address)).content)[0] == (20, 40)


async def test_the_turn_travels_with_the_licence_and_the_bytes_stay(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer, numbered(801))
    async with service.work() as work:
        (before,) = (await use_cases.read_draft(work, importer, draft.id)).attachments
        for _ in range(3):
            await use_cases.turn_attachment(work, importer, draft.id, before.id, by=90)
        (after,) = (await use_cases.read_draft(work, importer, draft.id)).attachments

    assert after == replace(before, rotation=270)


async def test_one_file_is_added_while_the_form_stays_open(form: Page) -> None:
    address = re.sub("/edit.*", "/attachments", form.url)
    token = form.html.find(attrs={"name": "csrf_token"})["value"]

    async def send(name: str, content: bytes, box: str = "2", csrf: str = str(token)) -> Page:
        data = {"csrf_token": csrf, "box": box}
        return Page(form.client, await form.client.post(address, data=data, files={"file": (name, content)}))

    added, refused = await send("one.png", a_scan()), await send("two.png", samples.SCRIPT)

    assert (added.status, names(added)) == (200, ["one.png"])
    assert refused.status == 422
    assert names(refused) == ["one.png"]
    assert "two.png is no picture" in refused.html.select_one(".field__error").get_text()
    assert (await send("one.png", a_scan(), box="3")).status == 422
    assert (await send("one.png", a_scan(), csrf="x")).status == 403


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ines\\scan.png", "scan.png"),
        ("scan\r\nSet-Cookie: a=b.png", "scan Set-Cookie: a=b.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\x00\x01\u200b.png", "png"),
        ("  two   words\t.png ", "two words .png"),
        ("lisensi kayu – № 7.png", "lisensi kayu – № 7.png"),
        ("رخصة.png", "رخصة.png"),
        ("", ""),
        ("...", ""),
    ],
)
def test_names_are_cleaned_and_stay_readable(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


def test_long_names_keep_their_beginning_and_their_end() -> None:
    name = clean_name("a" * 5_000 + "-page-7.png")

    assert len(name) <= 150
    assert name.startswith("aaa")
    assert name.endswith("-page-7.png")


async def test_a_strange_name_is_shown_as_text_and_leads_to_the_file(form: Page) -> None:
    page = await form.press("Save draft", files=chosen(("'><img src=x onerror=alert(1)>\u202e.svg", a_scan())))

    (name,) = names(page)
    assert name == "'><img src=x onerror=alert(1)>.svg"
    assert not page.html.find(attrs={"onerror": True})
    answer = await form.client.get(page.link(name))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(".svg.png")
    assert '"' not in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("content", "media_type", "how"),
    [
        (a_scan(), "image/png", "inline"),
        (samples.picture("JPEG"), "image/jpeg", "inline"),
        (samples.many_pages(2), "image/tiff", "attachment"),
        (samples.pdf(1, script="app.alert(1)"), "application/pdf", "attachment"),
    ],
)
async def test_files_are_served_with_headers_that_make_them_harmless(
    form: Page, content: bytes, media_type: str, how: str
) -> None:
    page = await form.press("Save draft", files=chosen(("scan.html", content)))
    address = page.link("scan.html")

    answer = await form.client.get(address)

    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].startswith(f"{how}; filename*=UTF-8''scan.html.")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=86400, immutable"
    known = await form.client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


async def test_a_page_is_kept_by_browsers_only_under_the_address_that_says_how_it_is_turned(form: Page) -> None:
    page = await form.press("Save draft", files=chosen(("a.png", samples.two_halves("PNG"))))
    address = page.link("a.png") + "/pages/1.webp"

    plain, exact = await form.client.get(address), await form.client.get(f"{address}?rotation=0")
    seen_turned = await form.client.get(f"{address}?rotation=0&turn=90")
    assert plain.headers["cache-control"] == "private, no-cache"
    assert "immutable" in exact.headers["cache-control"]
    assert (pixels(exact.content)[0], pixels(seen_turned.content)[0]) == ((40, 20), (20, 40))

    turned = await page.press("Turn a.png")
    after = await form.client.get(address, headers={"If-None-Match": plain.headers["etag"]})
    assert after.status_code == 200
    assert pixels(after.content)[0] == (20, 40)
    assert names(turned) == ["a.png"]


async def test_the_scan_can_be_shown_beside_the_boxes_and_stays_there_while_typing(form: Page) -> None:
    one = await form.press("Save draft", files=chosen(("a.pdf", samples.pdf(2))))

    beside = await one.press("Show the scan beside the boxes", TYPED)
    saved = await beside.press("Save draft", {"boxes.licensee.name": "PT Kayu"})
    hidden = await saved.press("Hide the scan")

    assert beside.url.endswith("?scan=beside")
    assert len(saved.html.select(".paper__scan .scan img")) == 2
    assert saved.html.find(attrs={"name": "boxes.licensee.name"})["value"] == "PT Kayu"
    assert not hidden.html.select(".paper__scan")


def test_moving_beyond_the_ends_changes_nothing() -> None:
    files = [Attachment(uuid4(), box, "a", "image/png", 1, "0", 1) for box in (2, 2, 17)]

    assert moved(files, files[0], -1) == [files[0].id, files[1].id]
    assert moved(files, files[1], 1) == [files[0].id, files[1].id]
    assert moved(files, files[2], 1) == [files[2].id]


async def test_a_file_sent_twice_with_one_key_is_attached_once(
    app: FastAPI, service: Licences, issuer: Issuer, importer: Person
) -> None:
    draft = await a_draft(service, importer, numbered(804))
    program = browser(app)
    program.headers.update({"Accept": "application/json", "Idempotency-Key": "once", **issuer.bearer(importer)})

    answers = [
        await program.post(f"{API}/{draft.id}/attachments", data={"box": "17"}, files={"file": ("m.tif", content)})
        for content in [samples.many_pages(2)] * 2
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["pages"], answers[0].json()["media_type"]) == (2, "image/tiff")
    attachments = (await program.get(f"{API}/{draft.id}")).json()["attachments"]
    assert [(file["box"], file["rotation"]) for file in attachments] == [(2, 0), (17, 0)]
