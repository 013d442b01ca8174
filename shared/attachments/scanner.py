"""Asking ClamAV whether a file carries something harmful: clamd's INSTREAM, over TCP or a local socket."""

import asyncio
import struct
from urllib.parse import urlsplit

from shared.problems import Refusal

PIECE = 64 * 1024


class ScannerAway(Refusal):
    """Whether the file is harmless cannot be found out now, so it is not taken."""

    status, title, code = 503, "This part is not available at the moment", "scanner_away"

    def __init__(self) -> None:
        super().__init__("Files cannot be checked for viruses at the moment, so none is taken. Try again in a minute.")


class Scanner:
    """`address` is `unix:/path` or `tcp://host:port`. One connection per file; nothing waits longer than asked."""

    def __init__(self, address: str, *, wait_seconds: float = 30) -> None:
        self.address = urlsplit(address)
        self.wait_seconds = wait_seconds
        if self.address.scheme not in {"unix", "tcp"}:
            raise ValueError("CLAMD_ADDRESS begins with unix: or tcp://")

    async def found_in(self, content: bytes) -> str | None:
        """The name of what was found, or None. Raises ScannerAway when there is no clear answer."""
        try:
            async with asyncio.timeout(self.wait_seconds):
                answer = await self._ask(content)
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise ScannerAway from error
        text = answer.rstrip(b"\0\n").decode(errors="replace")
        if text == "stream: OK":
            return None
        if text.startswith("stream: ") and text.endswith(" FOUND"):
            return text.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerAway

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                writer.write(struct.pack("!I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            return await reader.readuntil(b"\0")
        finally:
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.scheme == "unix":
            return await asyncio.open_unix_connection(self.address.path)
        return await asyncio.open_connection(self.address.hostname, self.address.port or 3310)
