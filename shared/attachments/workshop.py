"""Opening files of strangers where they can do no harm: each in a process of its own that is ended when its time is up.

See docs/decisions/0015-files-of-strangers.md for why, and what it costs.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shared.attachments.orders import HEAD, LONGEST_JSON, Examined, Limits, Refused, packed
from shared.problems import Refusal
from shared.telemetry import log

logger = log("workshop")
ROOT = Path(__file__).parents[2]
LARGEST_ANSWER = 500_000_000


class Busy(Refusal):
    """So many files are being opened that this one would wait too long."""

    status, title, code = 503, "This part is not available at the moment", "busy"

    def __init__(self) -> None:
        super().__init__("Many files are being opened at the moment. Try again in a minute.")


class Workshop:
    """At most `jobs` files are open at once, each for at most `seconds` and with at most `megabytes` of memory.

    Refuses with Busy what would wait longer than `wait_seconds` for its turn.
    """

    def __init__(
        self, *, limits: Limits, jobs: int = 2, seconds: int = 20, megabytes: int = 1024, wait_seconds: float = 30
    ) -> None:
        self.limits = limits
        self.seconds = seconds
        self.megabytes = megabytes
        self.wait_seconds = wait_seconds
        self._places = asyncio.Semaphore(jobs)
        self.process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    async def examine(self, content: bytes) -> tuple[Examined, bytes]:
        """What the file is, and what is to be kept of it: a picture encoded anew, a PDF as it is. Raises Refused."""
        said, kept = await self._carry_out({"do": "examine"}, content)
        return Examined(said["media_type"], said["pages"]), kept or content

    async def picture(self, content: bytes, *, page: int, width: int, rotation: int, kind: str) -> bytes:
        """One page, from 1, as a `webp` or `png` at most `width` wide, turned clockwise. Raises Refused."""
        order = {"do": "picture", "page": page, "width": width, "rotation": rotation, "kind": kind}
        _said, picture = await self._carry_out(order, content)
        return picture

    def close(self) -> None:
        """End the process; what it has open ends with it."""
        if self._control is not None:
            self._control.close()
        if self.process is not None:
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=5)
        self.process = self._control = None

    async def _carry_out(self, order: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        try:
            async with asyncio.timeout(self.wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            said, answer = await self._in_a_process(packed(order | {"limits": asdict(self.limits)}, content), content)
        finally:
            self._places.release()
        if "failed" in said:
            logger.warning("file_job_failed", job=order["do"], error=said["failed"])
            raise Refused("not_a_picture_or_pdf")
        if "refused" in said:
            raise Refused(said["refused"])
        return said, answer

    async def _in_a_process(self, head: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._hand_over(theirs)
            reader, writer = await asyncio.open_connection(sock=ours)
        except BaseException:
            ours.close()
            raise
        try:
            async with asyncio.timeout(self.seconds + 2):
                writer.write(head)
                writer.write(content)
                await writer.drain()
                return await _answer(reader)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            # Its time or its memory was up, or the file brought the library down: the process is gone, we are not.
            raise Refused("too_demanding") from None
        finally:
            writer.transport.abort()

    def _hand_over(self, theirs: socket.socket) -> None:
        """Give the process one more order. One that has ended is started anew."""
        if self.process is None or self.process.poll() is not None:
            self.close()
            self._start()
        if self._control is None:
            raise RuntimeError("the workshop was not started")
        try:
            socket.send_fds(self._control, [b"o"], [theirs.fileno()])
        except BlockingIOError:
            raise Busy from None

    def _start(self) -> None:
        control, other = socket.socketpair()
        with other:
            self.process = subprocess.Popen(  # noqa: S603 - our own program, our own numbers
                [sys.executable, "-P", "-m", "shared.attachments.jobs",
                 str(other.fileno()), str(self.seconds), str(self.megabytes)],
                env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
            )  # fmt: skip
        control.setblocking(False)
        self._control = control


async def _answer(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:

    text_length, length = HEAD.unpack(await reader.readexactly(HEAD.size))
    if text_length > LONGEST_JSON or length > LARGEST_ANSWER:
        raise Refused("too_demanding")
    said: dict[str, Any] = json.loads(await reader.readexactly(text_length))
    return said, await reader.readexactly(length)
