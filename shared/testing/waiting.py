"""Waiting for a condition, with a limit. Tests never sleep and hope."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class StillNot(AssertionError):
    """The condition did not come true in time."""


async def until(condition: Callable[[], Awaitable[T]], *, within: float = 20, every: float = 0.05, what: str = "") -> T:
    """Ask again and again until the answer is true, and return it. Raises StillNot after `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (answer := await condition()):
        if loop.time() > deadline:
            raise StillNot(f"{what or condition} is still {answer!r} after {within} s")
        await asyncio.sleep(every)
    return answer
