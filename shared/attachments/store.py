"""The store of attachments: bytes under their SHA-256, in a directory or in a bucket.

`licences` alone writes it; `validation` reads it, so that a review goes on while licences is down. The same bytes are
kept once, nothing is ever overwritten, and what is read is checked against its name.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from shared.problems import Refusal


class StoreAway(Refusal):
    """The store cannot be reached, or does not take or give the bytes."""

    status, title, code = 503, "This part is not available at the moment", "store_away"

    def __init__(self) -> None:
        super().__init__("The store of files cannot be reached at the moment. Nothing was kept. Try again in a minute.")


class NotInStore(Exception):
    """The store does not have these bytes, or has others under their name."""


class Store(Protocol):
    """What both kinds of store do. Every wait has a limit; raises StoreAway when it is reached."""

    async def put(self, content: bytes) -> str:
        """Keep the bytes, wholly or not at all; returns their SHA-256 in hex."""

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises NotInStore."""


class FolderStore:
    """A directory, which may be shared by several machines."""

    def __init__(self, folder: Path, *, wait_seconds: float = 10) -> None:
        self.folder = folder
        self.wait_seconds = wait_seconds

    async def put(self, content: bytes) -> str:
        try:
            async with asyncio.timeout(self.wait_seconds):
                return await asyncio.to_thread(self._put, content)
        except OSError as error:  # a TimeoutError is one too
            raise StoreAway from error

    async def get(self, sha256: str) -> bytes:
        require_hash(sha256)
        try:
            async with asyncio.timeout(self.wait_seconds):
                content = await asyncio.to_thread(self._place(sha256).read_bytes)
        except FileNotFoundError as error:
            raise NotInStore(sha256) from error
        except OSError as error:
            raise StoreAway from error
        return checked(content, sha256)

    def _put(self, content: bytes) -> str:
        sha256 = hash_of(content)
        place = self._place(sha256)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
                try:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                    Path(file.name).chmod(0o640)
                    Path(file.name).replace(place)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
                    raise
        return sha256

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def hash_of(content: bytes) -> str:
    """The name under which these bytes are kept."""
    return hashlib.sha256(content).hexdigest()


def require_hash(sha256: str) -> None:
    """Raises NotInStore for anything that is no SHA-256 in hex, such as a path."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise NotInStore(sha256)


def checked(content: bytes, sha256: str) -> bytes:
    """The same bytes, when they are those of this name."""
    if hash_of(content) != sha256:
        raise NotInStore(sha256)
    return content
