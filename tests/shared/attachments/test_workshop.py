"""Looking into files of strangers, each in a process of its own."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from shared.attachments.orders import Limits, Refused
from shared.attachments.workshop import Busy, Workshop
from tests.shared.attachments import samples
from tests.shared.attachments.samples import many_pages, pdf, picture

PAGES = 20


@pytest.fixture(scope="module")
async def workshop() -> AsyncIterator[Workshop]:
    running = Workshop(limits=Limits(pages=PAGES), seconds=5)
    yield running
    running.close()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("TIFF", "image/tiff")],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "CMYK", "I;16"])
async def test_pictures_are_recognised_by_their_content_whatever_their_colours(
    workshop: Workshop, kind: str, media_type: str, mode: str
) -> None:
    try:
        sent = picture(kind, mode=mode)
    except (OSError, ValueError, KeyError):
        pytest.skip(f"{kind} knows no {mode}")

    examined, kept = await workshop.examine(sent)

    assert (examined.media_type, examined.pages) == (media_type, 1)
    assert opened(kept).size == (40, 30)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
async def test_what_a_picture_tells_about_its_maker_is_gone_and_it_stands_upright(
    workshop: Workshop, kind: str
) -> None:
    _examined, kept = await workshop.examine(samples.telling(kind))

    assert b"SECRET" not in kept
    image = opened(kept)
    assert not {0x010F, 0x0112, 0x8825} & set(image.getexif())
    assert image.size == (20, 40)
    red, _green, blue = image.convert("RGB").getpixel((10, 4))
    assert red > 200 > 80 > blue


async def test_nothing_that_stands_behind_a_picture_is_kept(workshop: Workshop) -> None:
    _examined, kept = await workshop.examine(picture("JPEG") + samples.SCRIPT)

    assert b"script" not in kept


async def test_a_photograph_with_more_pictures_behind_it_is_its_first(workshop: Workshop) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(
        buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), "blue")]
    )

    examined, kept = await workshop.examine(buffer.getvalue())

    assert (examined.media_type, examined.pages) == ("image/jpeg", 1)
    assert opened(kept).convert("RGB").getpixel((5, 5))[0] > 200


async def test_colours_are_those_that_the_profile_means(workshop: Workshop) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()

    _examined, kept = await workshop.examine(picture("JPEG", icc_profile=lab))
    unusable, _ = await workshop.examine(picture("JPEG", icc_profile=b"no profile at all"))

    assert "icc_profile" not in opened(kept).info
    assert unusable.media_type == "image/jpeg"


async def test_all_pages_of_a_tiff_are_kept(workshop: Workshop) -> None:
    for mode in ("RGB", "1"):
        examined, kept = await workshop.examine(many_pages(3, mode=mode))

        assert examined.pages == 3
        assert opened(kept).n_frames == 3


async def test_a_pdf_tells_its_pages_and_is_kept_as_it_is(workshop: Workshop) -> None:
    sent = pdf(3)

    examined, kept = await workshop.examine(sent)

    assert (examined.media_type, examined.pages) == ("application/pdf", 3)
    assert kept == sent


async def test_a_pdf_with_a_script_is_shown_without_running_it(workshop: Workshop) -> None:
    sent = pdf(1, script="app.alert(1)")

    examined, _kept = await workshop.examine(sent)
    shown = await workshop.picture(sent, page=1, width=200, rotation=0, kind="png")

    assert examined.pages == 1
    assert opened(shown).format == "PNG"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_picture_or_pdf"),
        (b"just words", "not_a_picture_or_pdf"),
        (samples.SCRIPT, "not_a_picture_or_pdf"),
        (b"GIF89a" + bytes(50), "not_a_picture_or_pdf"),
        (picture("GIF"), "not_a_picture_or_pdf"),
        (picture("BMP"), "not_a_picture_or_pdf"),
        (b"MZ" + bytes(200), "not_a_picture_or_pdf"),
        (b" " + pdf(1), "not_a_picture_or_pdf"),
        (picture("PNG")[:60], "not_a_picture_or_pdf"),
        (picture("JPEG", (400, 300))[:-300], "not_a_picture_or_pdf"),
        (picture("TIFF")[:100], "not_a_picture_or_pdf"),
        (b"%PDF-1.7 and nothing of the kind", "broken_pdf"),
        (pdf(2)[:300], "broken_pdf"),
        (pdf(1, password="secret"), "encrypted_pdf"),
        (pdf(1_000), "too_many_pages"),
        (many_pages(PAGES + 1), "too_many_pages"),
        (samples.png_claiming(50_000, 50_000), "too_many_pixels"),
        (picture("TIFF", (9_000, 9_000), mode="1", compression="group4"), "too_many_pixels"),
    ],
)
async def test_anything_else_is_refused_with_the_reason(workshop: Workshop, content: bytes, code: str) -> None:
    assert len(content) < 500_000

    with pytest.raises(Refused) as refusal:
        await workshop.examine(content)

    assert refusal.value.code == code


async def test_many_large_pages_in_a_small_file_are_refused() -> None:
    workshop = Workshop(limits=Limits(pixels_of_all_pages=100_000_000))
    bomb = many_pages(12, (3_000, 3_000), mode="1")

    with pytest.raises(Refused, match="too_many_pixels"):
        await workshop.examine(bomb)

    workshop.close()


async def test_a_page_is_shown_as_wide_as_asked_and_turned(workshop: Workshop) -> None:
    _examined, kept = await workshop.examine(samples.two_halves("PNG"))

    turned = opened(await workshop.picture(kept, page=1, width=20, rotation=90, kind="png"))
    small = opened(await workshop.picture(kept, page=1, width=20, rotation=0, kind="webp"))

    assert turned.size == (20, 40)
    assert turned.convert("RGB").getpixel((10, 3)) == (255, 0, 0)
    assert (small.format, small.size) == ("WEBP", (20, 10))


async def test_pages_of_pdf_and_tiff_are_shown_and_no_others(workshop: Workshop) -> None:
    for content in (pdf(2), many_pages(2)):
        assert await workshop.picture(content, page=2, width=100, rotation=0, kind="png")
        with pytest.raises(Refused, match="no_such_page"):
            await workshop.picture(content, page=3, width=100, rotation=0, kind="png")


async def test_a_page_as_long_as_a_road_is_not_drawn_as_long(workshop: Workshop) -> None:
    shown = await workshop.picture(samples.pdf_of_shape(10, 14_000), page=1, width=1_400, rotation=0, kind="png")

    assert opened(shown).height <= 4 * 1_400


async def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_served() -> None:
    workshop = Workshop(limits=Limits(), seconds=1)
    started = time.monotonic()

    with pytest.raises(Refused, match="too_demanding"):
        await workshop.examine(samples.slow_pdf())

    assert time.monotonic() - started < 8
    assert (await workshop.examine(pdf(1)))[0].pages == 1
    workshop.close()


async def test_a_file_that_takes_too_much_memory_is_given_up() -> None:
    workshop = Workshop(limits=Limits(), megabytes=200)

    with pytest.raises(Refused, match="too_demanding"):
        await workshop.examine(picture("JPEG", (7_000, 8_000)))

    assert (await workshop.examine(pdf(1)))[0].pages == 1
    workshop.close()


async def test_who_would_wait_too_long_is_told_to_come_back() -> None:
    workshop = Workshop(limits=Limits(), jobs=1, seconds=3, wait_seconds=0.1)

    slow = asyncio.create_task(workshop.examine(samples.slow_pdf()))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await workshop.examine(pdf(1))

    with pytest.raises(Refused):
        await slow
    workshop.close()


async def test_a_process_that_was_killed_is_started_anew_and_ends_with_the_service() -> None:
    workshop = Workshop(limits=Limits())
    await workshop.examine(pdf(1))
    first = workshop.process
    assert first is not None
    first.kill()
    first.wait(5)

    examined, _ = await workshop.examine(pdf(2))
    second = workshop.process
    workshop.close()

    assert examined.pages == 2
    assert second is not None
    assert second.poll() is not None


async def test_where_files_are_opened_there_are_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://with-a-password")
    workshop = Workshop(limits=Limits())
    await workshop.examine(pdf(1))

    assert workshop.process is not None
    environment = Path(f"/proc/{workshop.process.pid}/environ").read_bytes()
    workshop.close()

    assert b"PYTHONPATH" in environment
    assert b"with-a-password" not in environment
