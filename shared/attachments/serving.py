"""Files in answers, with headers that make them harmless, and what pages know of them to show them."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from shared.attachments.files import WIDTH, WIDTH_ENLARGED, WIDTH_OF_THUMBNAIL, Files, Shown

ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "application/pdf": ".pdf",
}
SHOWN_BY_BROWSERS = {"image/png", "image/jpeg", "image/webp"}
"""Everything else is saved: a PDF's scripts would run in the reader of whoever opens it here."""
KEPT_SECONDS = 86_400
_TURNS = {"90": 90, "180": 180, "270": 270}
SIZES = {"thumbnail": WIDTH_OF_THUMBNAIL, "page": WIDTH, "large": WIDTH_ENLARGED}


class AFile(Shown, Protocol):
    """What must be known of a file to offer it to a person."""

    @property
    def id(self) -> UUID: ...
    @property
    def box(self) -> int: ...
    @property
    def rotation(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...


@dataclass(frozen=True)
class Sheet:
    """One page of one file, with the addresses of its pictures. `original` is the file as it is kept."""

    file: AFile
    page: int
    thumbnail: str
    image: str
    large: str
    original: str


def sheets_of(base: str, files: Iterable[AFile]) -> list[Sheet]:
    """Every page of every file, in the order of the boxes and in each as the importer put them."""
    return [_sheet(base, file, page) for file in sorted(files, key=_box) for page in range(1, file.pages + 1)]


def first_sheet(base: str, file: AFile) -> Sheet:
    """The first page of a file."""
    return _sheet(base, file, 1)


def _box(file: AFile) -> int:
    return file.box


def _sheet(base: str, file: AFile, page: int) -> Sheet:
    """Addresses carry how far the page is turned, so that browsers may keep what they got."""
    address = f"{base}/attachments/{file.id}"
    image, turned = f"{address}/pages/{page}.webp", f"rotation={file.rotation}"
    return Sheet(
        file,
        page,
        thumbnail=f"{image}?size=thumbnail&{turned}",
        image=f"{image}?{turned}",
        large=f"{image}?size=large&{turned}",
        original=address,
    )


async def original(request: Request, files: Files, file: AFile) -> Response:
    """The bytes as they are kept. Only pictures are shown by browsers, in a sandbox; the rest is saved."""
    how = "inline" if file.media_type in SHOWN_BY_BROWSERS else "attachment"
    tag = f'"{file.sha256}"'
    headers = _harmless(tag) | {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(name_of(file), safe='')}"}
    return await _unless_known(request, tag, headers, file.media_type, lambda: files.original(file.sha256))


async def picture(request: Request, files: Files, file: AFile, *, page: int, kind: str) -> Response:
    """One page as a `webp` or `png`, in the `size` asked for, and turned by `turn` degrees more than it stands."""
    size = request.query_params.get("size", "page")
    width = SIZES.get(size, WIDTH)
    rotation = (file.rotation + _TURNS.get(request.query_params.get("turn", ""), 0)) % 360
    tag = f'"{file.sha256}-{page}-{width}-{rotation}-{kind}"'
    headers = _harmless(tag) | {"Content-Disposition": f'inline; filename="{file.id}-{page}.{kind}"'}
    if request.query_params.get("rotation") != str(file.rotation):
        headers["Cache-Control"] = "private, no-cache"

    async def draw() -> bytes:
        return await files.picture(file, page=page, width=width, rotation=rotation, kind=kind)

    return await _unless_known(request, tag, headers, f"image/{kind}", draw)


def name_of(file: AFile) -> str:
    """Its name as it was sent, with the ending of what it really is."""
    ending = ENDINGS[file.media_type]
    return file.name if file.name.lower().endswith(_SYNONYMS.get(ending, (ending,))) else f"{file.name}{ending}"


_SYNONYMS = {".jpg": (".jpg", ".jpeg"), ".tif": (".tif", ".tiff")}


async def _unless_known(
    request: Request, tag: str, headers: dict[str, str], media_type: str, read: Callable[[], Awaitable[bytes]]
) -> Response:
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(await read(), media_type=media_type, headers=headers)


def _harmless(tag: str) -> dict[str, str]:
    """Nothing in the file may load or run anything, and it is what we say it is."""
    return {
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": f"private, max-age={KEPT_SECONDS}, immutable",
        "ETag": tag,
    }
