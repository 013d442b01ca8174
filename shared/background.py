"""Work that runs beside requests: stopping it for certain."""

import asyncio

from shared.telemetry import log

logger = log("background")


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
