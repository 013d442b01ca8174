"""What a service does with files: take one in, read it, show a page of it."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.attachments.orders import Limits, Refused
from shared.attachments.s3 import BucketStore
from shared.attachments.scanner import Scanner
from shared.attachments.settings import AttachmentSettings
from shared.attachments.store import FolderStore, NotInStore, Store
from shared.attachments.workshop import Workshop
from shared.problems import Refusal, Unknown
from shared.telemetry import log
from shared.web.i18n import N_

logger = log("attachments")
WIDTH, WIDTH_OF_THUMBNAIL, WIDTH_ENLARGED = 1_400, 240, 2_800
"""Pixels of a page as it is shown."""
REMEMBERED_BYTES = 32_000_000
GROWTH = 3
"""A picture encoded anew may have at most this many times the bytes that may be sent."""

_REASONS = {
    "file_empty": N_("%(name)s is empty."),
    "file_too_large": N_("%(name)s is too large: a file may have at most %(megabytes)s MB."),
    "not_a_picture_or_pdf": N_("%(name)s is no picture (PNG, JPEG, WebP, TIFF) and no PDF, or it is damaged."),
    "broken_pdf": N_("%(name)s is a damaged PDF: its pages cannot be shown."),
    "encrypted_pdf": N_("%(name)s is protected by a password. Save it without one and choose it again."),
    "too_many_pages": N_("%(name)s has too many pages: a file may have at most %(pages)s."),
    "too_many_pixels": N_("%(name)s is too large: a picture may have at most %(megapixels)s million pixels."),
    "too_demanding": N_("%(name)s cannot be opened: it needs too much time or memory. Save it anew and try again."),
    "virus": N_("%(name)s was not taken: a virus was found in it (%(found)s)."),
}


class FileRefused(Refusal):
    """A file may not be kept. The message has a place for its name: `about` fills it in."""

    status, title, code = 422, "This file cannot be taken", "file_refused"

    def about(self, name: str) -> Mapping[str, object]:
        """The values of the message, for a file of this name."""
        return {**self.params, "name": name}


@dataclass(frozen=True)
class Kept:
    """A file whose bytes lie in the store."""

    sha256: str
    media_type: str
    size: int
    pages: int


class Shown(Protocol):
    """What must be known of a file to show a page of it."""

    @property
    def sha256(self) -> str: ...
    @property
    def pages(self) -> int: ...


class Files:
    """The store, the process that opens files, and the scanner, as the settings say."""

    def __init__(self, settings: AttachmentSettings) -> None:
        self.settings = settings
        self.store = open_store(settings)
        limits = Limits(pixels=settings.attachment_max_pixels, pages=settings.attachment_max_pages)
        self.workshop = Workshop(
            limits=limits,
            jobs=settings.attachment_jobs,
            seconds=settings.attachment_job_seconds,
            megabytes=settings.attachment_job_megabytes,
        )
        address = settings.clamd_address
        self.scanner = Scanner(address, wait_seconds=settings.clamd_wait_seconds) if address else None
        self._remembered: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._remembered_bytes = 0

    async def take(self, content: bytes) -> Kept:
        """Look into what somebody sent, and keep it. Raises FileRefused, or a Refusal with status 503 for "not now".

        Nothing is kept of a file that is refused. Pictures are kept encoded anew, PDFs as they are.
        """
        largest = self.settings.attachment_max_bytes
        if not content:
            raise self._refused("file_empty")
        if len(content) > largest:
            raise self._refused("file_too_large")
        await self._scan(content)
        try:
            examined, clean = await self.workshop.examine(content)
        except Refused as refusal:
            raise self._refused(refusal.code) from None
        if len(clean) > GROWTH * largest:
            raise self._refused("file_too_large")
        return Kept(await self.store.put(clean), examined.media_type, len(clean), examined.pages)

    async def original(self, sha256: str) -> bytes:
        """The bytes as they are kept. Raises Unknown, StoreAway."""
        try:
            return await self.store.get(sha256)
        except NotInStore:
            logger.warning("attachment_not_in_store", sha256=sha256)
            raise Unknown(N_("This file is not in the store.")) from None

    async def picture(self, file: Shown, *, page: int, width: int, rotation: int, kind: str) -> bytes:
        """One page as a `webp` or `png`, turned clockwise. Raises Unknown beyond the last one, StoreAway, Busy."""
        if not 1 <= page <= file.pages:
            raise Unknown(N_("This file has no such page."))
        key = (file.sha256, str(page), str(width), str(rotation), kind)
        if key in self._remembered:
            self._remembered.move_to_end(key)
            return self._remembered[key]
        content = await self.original(file.sha256)
        try:
            shown = await self.workshop.picture(content, page=page, width=width, rotation=rotation, kind=kind)
        except Refused:
            raise Unknown(N_("This page cannot be shown.")) from None
        self._remember(key, shown)
        return shown

    def close(self) -> None:
        """End the process in which files are opened."""
        self.workshop.close()

    async def _scan(self, content: bytes) -> None:
        if self.scanner is not None and (found := await self.scanner.found_in(content)):
            raise self._refused("virus", found=found)

    def _refused(self, code: str, **params: object) -> FileRefused:
        settings = self.settings
        most = {
            "megabytes": round(settings.attachment_max_bytes / 2**20, 1),
            "megapixels": settings.attachment_max_pixels // 1_000_000,
            "pages": settings.attachment_max_pages,
        }
        return FileRefused(_REASONS.get(code, _REASONS["not_a_picture_or_pdf"]), code=code, params=most | params)

    def _remember(self, key: tuple[str, ...], picture: bytes) -> None:
        self._remembered_bytes += len(picture) - len(self._remembered.pop(key, b""))
        self._remembered[key] = picture
        while self._remembered_bytes > REMEMBERED_BYTES:
            _oldest, forgotten = self._remembered.popitem(last=False)
            self._remembered_bytes -= len(forgotten)


def open_store(settings: AttachmentSettings) -> Store:
    """The store that the settings name."""
    wait = settings.attachments_wait_seconds
    if settings.attachments_dir is not None:
        return FolderStore(settings.attachments_dir, wait_seconds=wait)
    secret = settings.attachments_s3_secret
    return BucketStore(
        settings.attachments_s3_url or "",
        settings.attachments_s3_bucket or "",
        key=settings.attachments_s3_key or "",
        secret=secret.get_secret_value() if secret else "",
        region=settings.attachments_s3_region,
        wait_seconds=wait,
    )
