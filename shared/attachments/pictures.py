"""Pictures, by Pillow. Runs in the workshop's own processes only: what is opened here comes from strangers."""

import io
import struct
from collections.abc import Iterator

from PIL import Image, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from shared.attachments.orders import Examined, Limits, Refused

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp", "TIFF": "image/tiff"}
"""What is found. MPO is what many phones write: a JPEG with more pictures behind it, of which the first counts."""
QUALITY = 90
OPENED = ("PNG", "JPEG", "WEBP", "TIFF")
BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error)
"""What Pillow raises for pictures that are none, or damaged."""
Image.MAX_IMAGE_PIXELS = None  # Pillow would only warn; `_require_size` refuses


def examine(content: bytes, limits: Limits) -> tuple[Examined, bytes]:
    """What a picture is, and the same picture encoded anew: no metadata, nothing behind its end, the right way up.

    Raises Refused when it is none, is damaged or has too many pixels or pages.
    """
    try:
        with Image.open(io.BytesIO(content), formats=OPENED) as picture:
            media_type = FORMATS[str(picture.format)]
            pages = _pages(picture, limits) if media_type == "image/tiff" else _only(picture, limits)
            buffer = io.BytesIO()
            count = _WRITERS[media_type](buffer, picture, pages)
    except BROKEN as error:
        raise Refused("not_a_picture_or_pdf") from error
    return Examined(media_type, count), buffer.getvalue()


def page(content: bytes, number: int, width: int, limits: Limits) -> Image.Image:
    """One page, from 1, at least `width` wide if it is. Raises Refused beyond the last one."""
    try:
        with Image.open(io.BytesIO(content), formats=OPENED) as picture:
            _require_size(picture, limits)
            picture.draft(picture.mode, (width, width))
            if number > 1:
                picture.seek(number - 1)
                _require_size(picture, limits)
            return _plain(picture)
    except EOFError as error:
        raise Refused("no_such_page") from error
    except BROKEN as error:
        raise Refused("not_a_picture_or_pdf") from error


def _require_size(picture: Image.Image, limits: Limits) -> int:
    pixels = picture.width * picture.height
    if pixels > limits.pixels:
        raise Refused("too_many_pixels")
    return pixels


def _only(picture: Image.Image, limits: Limits) -> Iterator[Image.Image]:
    """The one page of a format that has one (of a moving picture, the first frame)."""
    _require_size(picture, limits)
    yield _plain(picture)


def _pages(picture: Image.Image, limits: Limits) -> Iterator[Image.Image]:
    """The pages of a TIFF, one after the other, so that only one is unpacked at a time."""
    pixels = 0
    for number in range(limits.pages + 1):
        try:
            picture.seek(number)
        except EOFError:
            return
        if number == limits.pages:
            raise Refused("too_many_pages")
        pixels += _require_size(picture, limits)
        if pixels > limits.pixels_of_all_pages:
            raise Refused("too_many_pixels")
        yield _plain(picture)


def _plain(picture: Image.Image) -> Image.Image:
    """Upright; black and white, grey, or RGB on a white ground, its colours as its own profile says."""
    profile = picture.info.get("icc_profile")
    picture.load()
    image = ImageOps.exif_transpose(picture)
    if image.mode in {"1", "L"}:
        return image
    if image.mode in {"I", "I;16", "I;16L", "I;16B", "I;16N"}:
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return _in_srgb(image, profile)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode not in {"RGB", "CMYK"}:
        image = image.convert("RGB")
        profile = None
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None  # a profile that cannot be used does not make the picture worse than none
        image = turned or image
    return image if image.mode == "RGB" else image.convert("RGB")


def _write_png(buffer: io.BytesIO, _picture: Image.Image, pages: Iterator[Image.Image]) -> int:
    _bare(next(pages)).save(buffer, "PNG", compress_level=4)
    return 1


def _write_webp(buffer: io.BytesIO, _picture: Image.Image, pages: Iterator[Image.Image]) -> int:
    _bare(next(pages)).save(buffer, "WEBP", quality=QUALITY, method=2)
    return 1


def _write_jpeg(buffer: io.BytesIO, picture: Image.Image, pages: Iterator[Image.Image]) -> int:
    """With the picture's own tables, so that it loses next to nothing and keeps its size."""
    own: dict[str, object] = {"quality": QUALITY}
    image = _bare(next(pages))
    if isinstance(picture, JpegImageFile) and picture.mode == image.mode:
        own = {"qtables": picture.quantization, "subsampling": get_sampling(picture)}
    image.save(buffer, "JPEG", **own)
    return 1


def _write_tiff(buffer: io.BytesIO, picture: Image.Image, pages: Iterator[Image.Image]) -> int:
    count = 0
    with TiffImagePlugin.AppendingTiffWriter(buffer, new=True) as writer:
        for image in pages:
            bare = _bare(image)
            if bare.mode == "1":
                how: dict[str, object] = {"compression": "group4"}
            elif picture.info.get("compression") == "jpeg":
                how = {"compression": "jpeg", "quality": QUALITY}
            else:
                how = {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}}  # with differences of neighbours
            bare.save(writer, "TIFF", **how)
            writer.newFrame()
            count += 1
    return count


def _bare(image: Image.Image) -> Image.Image:
    """The same pixels with nothing around them: Pillow would write some of `info` into the file."""
    image.info = {}
    bare = image.copy() if type(image) is not Image.Image else image
    bare.info = {}
    if hasattr(bare, "_exif"):
        bare._exif = None
    return bare


_WRITERS = {
    "image/png": _write_png,
    "image/jpeg": _write_jpeg,
    "image/webp": _write_webp,
    "image/tiff": _write_tiff,
}
