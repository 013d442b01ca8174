"""Work that runs beside requests: doing it again and again, and stopping it for certain."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.database import AWAY
from shared.telemetry import log

logger = log("background")


async def every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Act now and then, for ever. While the database is away it is only noted: the next turn finds it again."""
    while True:
        try:
            await act()
        except AWAY as error:
            logger.warning("database_away", error=repr(error))
        await asyncio.sleep(seconds)


async def stop(*tasks: "asyncio.Task[None]", within: float = 15) -> None:
    """Cancel and wait for the end, at most `within` seconds.

    It cancels again and again: `asyncio.wait_for` of Python 3.11, which libraries use, forgets a cancellation that
    comes in the moment its wait ends.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    running = set(tasks)
    while running and loop.time() < deadline:
        for task in running:
            task.cancel()
        _ended, running = await asyncio.wait(running, timeout=0.5)
    for task in running:
        logger.error("task_did_not_stop", task=task.get_name())
