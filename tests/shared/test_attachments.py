import io

import pypdfium2
import pytest
from PIL import Image

from shared.attachments import AttachmentStore, NotAPictureOrPdf, TooLarge, check, page_as_png

LIMIT = 1_000_000


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "white").save(buffer, kind)
    return buffer.getvalue()


def pdf(pages: int = 2) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("TIFF", "image/tiff")],
)
async def test_pictures_are_recognised_by_their_content(kind, media_type):
    assert (await check(picture(kind), largest=LIMIT)).media_type == media_type


async def test_a_pdf_tells_its_pages_and_shows_them():
    checked = await check(pdf(2), largest=LIMIT)
    shown = await page_as_png(pdf(2), "application/pdf", 2)

    assert (checked.media_type, checked.pages) == ("application/pdf", 2)
    assert shown.startswith(b"\x89PNG")
    with pytest.raises(IndexError):
        await page_as_png(pdf(2), "application/pdf", 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just words",
        b"%PDF-1.7 and nothing of the kind",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(50),
        picture("PNG")[:60],
        b"MZ" + bytes(200),
    ],
)
async def test_anything_else_is_refused_whatever_it_claims_to_be(content):
    with pytest.raises(NotAPictureOrPdf):
        await check(content, largest=LIMIT)


async def test_too_many_bytes_are_refused():
    with pytest.raises(TooLarge):
        await check(bytes(LIMIT + 1), largest=LIMIT)


async def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused():
    bomb = picture("PNG", (12_000, 9_000))

    with pytest.raises(TooLarge):
        await check(bomb, largest=LIMIT)


async def test_the_same_bytes_are_kept_once_under_their_hash(tmp_path):
    store = AttachmentStore(tmp_path)

    first, second = await store.put(b"scan"), await store.put(b"scan")

    assert first == second
    assert await store.get(first) == b"scan"
    assert len([f for f in tmp_path.rglob("*") if f.is_file()]) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 64])
async def test_what_is_not_in_the_store_is_not_found(tmp_path, name):
    with pytest.raises(FileNotFoundError):
        await AttachmentStore(tmp_path).get(name)
