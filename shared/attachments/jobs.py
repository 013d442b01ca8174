"""The process in which files of strangers are opened: `python -m shared.attachments.jobs <descriptor>`.

It imports the libraries once and then forks for every order. The fork alone sees the file, may use so much memory and
time and no more, can write no file, and is gone afterwards, whatever the file did to it. It starts with an empty
environment, so there are no secrets in it.
"""

import io
import os
import resource
import select
import signal
import socket
import sys
import time
from typing import Any

from PIL import Image

from shared.attachments import pdfs, pictures
from shared.attachments.orders import Limits, Refused, packed, received

LOOK_SECONDS = 0.5
Answer = tuple[dict[str, Any], bytes]


def serve(control: socket.socket, *, seconds: int, megabytes: int) -> None:
    """Fork for every socket that is handed over; end those that take too long; end with the service."""
    Image.init()
    running: dict[int, float] = {}
    while True:
        ready, _, _ = select.select([control], [], [], LOOK_SECONDS if running else None)
        if ready:
            word, sockets, _, _ = socket.recv_fds(control, 1, 1)
            if not word:
                break
            for descriptor in sockets:
                pid = os.fork()
                if pid == 0:
                    control.close()
                    _work(socket.socket(fileno=descriptor), seconds, megabytes)
                os.close(descriptor)
                running[pid] = time.monotonic() + seconds
        _look_after(running)
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _look_after(running: dict[int, float]) -> None:
    for pid, deadline in list(running.items()):
        if os.waitpid(pid, os.WNOHANG)[0]:
            del running[pid]
        elif time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)


def _work(orders: socket.socket, seconds: int, megabytes: int) -> None:
    """One order, in a process of its own; never returns."""
    status = 1
    try:
        _limit(seconds, megabytes)
        said, content = received(orders)
        answer, picture = _answer(said, content)
        orders.sendall(packed(answer, picture))
        orders.sendall(picture)
        status = 0
    finally:
        os._exit(status)


def _limit(seconds: int, megabytes: int) -> None:
    memory = megabytes * 2**20
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(5)


def _answer(said: dict[str, Any], content: bytes) -> Answer:
    try:
        return _carry_out(said, content)
    except Refused as refusal:
        return {"refused": refusal.code}, b""
    except MemoryError:
        return {"refused": "too_demanding"}, b""
    except Exception as error:  # a library that fails in a way of its own shall not look like one that took too long
        return {"failed": type(error).__name__}, b""


def _carry_out(said: dict[str, Any], content: bytes) -> Answer:
    limits = Limits(**said["limits"])
    is_pdf = content.startswith(pdfs.START)
    if said["do"] == "examine":
        examined, kept = (pdfs.examine(content, limits), b"") if is_pdf else pictures.examine(content, limits)
        return {"media_type": examined.media_type, "pages": examined.pages}, kept
    number, width = said["page"], said["width"]
    image = pdfs.page(content, number, width) if is_pdf else pictures.page(content, number, width, limits)
    return {}, _shown(image, width, said["rotation"], said["kind"])


def _shown(image: Image.Image, width: int, rotation: int, kind: str) -> bytes:
    """At most `width` wide after it was turned clockwise by `rotation` degrees."""
    if rotation:
        image = image.transpose(_TURNS[rotation])
    if image.mode == "1":
        image = image.convert("L")
    image.thumbnail((width, width * pdfs.TALLEST))
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **_HOW[kind])
    return buffer.getvalue()


_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_HOW: dict[str, dict[str, Any]] = {"webp": {"quality": 85, "method": 2}, "png": {"compress_level": 4}}


if __name__ == "__main__":
    descriptor, time_limit, memory_limit = map(int, sys.argv[1:])
    serve(socket.socket(fileno=descriptor), seconds=time_limit, megabytes=memory_limit)
