"""What is said between a service and the process that opens a file for it: one order, one answer."""

import json
import socket
import struct
from dataclasses import dataclass
from typing import Any

HEAD = struct.Struct("!II")
"""Lengths of the JSON and of the bytes behind it."""
LONGEST_JSON = 100_000


@dataclass(frozen=True)
class Limits:
    """How much is unpacked at all. `pixels` of one page: A3 at 500 dpi is 48 million."""

    pixels: int = 60_000_000
    pixels_of_all_pages: int = 1_000_000_000
    pages: int = 100


@dataclass(frozen=True)
class Examined:
    """What a file really is, judged by its content and never by its name."""

    media_type: str
    pages: int


class Refused(Exception):
    """The file is not taken, or not shown; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def packed(said: dict[str, Any], content: bytes = b"") -> bytes:
    """What goes over the socket before `content`."""
    text = json.dumps(said).encode()
    return HEAD.pack(len(text), len(content)) + text


def received(sender: socket.socket) -> tuple[dict[str, Any], bytes]:
    """An order and its bytes, in the process that carries it out."""
    text_length, length = HEAD.unpack(_exactly(sender, HEAD.size))
    said: dict[str, Any] = json.loads(_exactly(sender, text_length))
    return said, _exactly(sender, length)


def _exactly(sender: socket.socket, length: int) -> bytes:
    whole = bytearray(length)
    view, got = memoryview(whole), 0
    while got < length:
        count = sender.recv_into(view[got:])
        if not count:
            raise ConnectionResetError
        got += count
    return bytes(whole)
