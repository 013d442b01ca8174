"""Something that speaks clamd's protocol: ClamAV itself where it is installed, and a small stand-in everywhere."""

import asyncio
import hashlib
import shutil
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.testing.waiting import until
from tests.shared.attachments.samples import EICAR

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


@asynccontextmanager
async def stand_in() -> AsyncIterator[str]:
    """Reads INSTREAM as clamd does and finds the test virus."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        writer.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def clamav(folder: Path) -> AsyncIterator[str]:
    """ClamAV's own daemon, with the test virus as all that it knows."""
    assert CLAMD is not None
    virus = f"{hashlib.md5(EICAR, usedforsecurity=False).hexdigest()}:{len(EICAR)}:Eicar-Test-Signature\n"
    (folder / "known").mkdir()
    (folder / "known" / "test.hdb").write_text(virus)
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder}/known\nLocalSocket {folder}/clamd.ctl\nForeground yes\nStreamMaxLength 1M\n"
    )
    process = await asyncio.create_subprocess_exec(
        CLAMD, f"--config-file={folder}/clamd.conf", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.STDOUT
    )

    async def listens() -> bool:
        return (folder / "clamd.ctl").exists()

    try:
        await until(listens, within=30, what="clamd listens")
        yield f"unix:{folder}/clamd.ctl"
    finally:
        process.terminate()
        await process.wait()
