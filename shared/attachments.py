"""Files that belong to licences: a content-addressed store, and what may go into it.

`licences` alone writes the store; `validation` reads it, so that a review goes on while licences is down.
"""

import asyncio
import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, UnidentifiedImageError

LARGEST_PICTURE = 60_000_000
"""Pixels. Larger ones are refused before they are unpacked."""
WIDTH_SHOWN = 1_400
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "TIFF": "image/tiff"}
Image.MAX_IMAGE_PIXELS = None  # Pillow would only warn; `_recognise` refuses
_PDF_LOCK = asyncio.Lock()  # PDFium is not made for several threads at once


class NotAPictureOrPdf(Exception):
    """The content is none of PNG, JPEG, WebP, TIFF or PDF, or it is broken."""


class TooLarge(Exception):
    """More bytes, or more pixels, than is allowed."""


@dataclass(frozen=True)
class Checked:
    """What a file really is, judged by its content and never by its name."""

    media_type: str
    pages: int


class AttachmentStore:
    """Bytes under their SHA-256. The same bytes are kept once; nothing is ever overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, content: bytes) -> str:
        """Keep the bytes; returns their SHA-256 in hex."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises FileNotFoundError when the store does not have them."""
        return await asyncio.to_thread(self._place(sha256).read_bytes)

    def _put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        place = self._place(sha256)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).chmod(0o640)
            Path(file.name).replace(place)
        return sha256

    def _place(self, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise FileNotFoundError(sha256)
        return self.folder / sha256[:2] / sha256


async def check(content: bytes, *, largest: int) -> Checked:
    """Look into a file. Raises TooLarge beyond `largest` bytes, NotAPictureOrPdf when it is neither or broken."""
    if len(content) > largest:
        raise TooLarge
    if content.startswith(b"%PDF-"):
        async with _PDF_LOCK:
            return Checked("application/pdf", await asyncio.to_thread(_count_pages, content))
    return Checked(*await asyncio.to_thread(_recognise, content))


async def page_as_png(content: bytes, media_type: str, page: int) -> bytes:
    """One page (from 1) of a PDF or TIFF, or a picture, ready to be shown. Raises IndexError beyond the last page."""
    if media_type == "application/pdf":
        async with _PDF_LOCK:
            return await asyncio.to_thread(_render_pdf, content, page)
    return await asyncio.to_thread(_render_picture, content, page)


def _count_pages(content: bytes) -> int:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise NotAPictureOrPdf from error
    with document:
        if len(document) == 0:
            raise NotAPictureOrPdf
        return len(document)


def _recognise(content: bytes) -> tuple[str, int]:
    try:
        with Image.open(io.BytesIO(content), formats=list(_PICTURES)) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise TooLarge
            picture.load()
            return _PICTURES[str(picture.format)], getattr(picture, "n_frames", 1)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NotAPictureOrPdf from error


def _render_pdf(content: bytes, page: int) -> bytes:
    with pypdfium2.PdfDocument(content) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        sheet = document[page - 1]
        image = sheet.render(scale=WIDTH_SHOWN / max(sheet.get_width(), 1)).to_pil()
        return _png(image)


def _render_picture(content: bytes, page: int) -> bytes:
    with Image.open(io.BytesIO(content), formats=list(_PICTURES)) as picture:
        if not 1 <= page <= getattr(picture, "n_frames", 1):
            raise IndexError(page)
        picture.seek(page - 1)
        image = picture.convert("RGB")
        image.thumbnail((WIDTH_SHOWN * 2, WIDTH_SHOWN * 4))
        return _png(image)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
