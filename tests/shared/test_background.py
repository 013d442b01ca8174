import asyncio
from contextlib import suppress

from shared import background
from shared.testing.waiting import until


async def test_an_absent_database_does_not_end_what_is_done_now_and_then():
    tried = []

    async def act() -> None:
        tried.append(True)
        if len(tried) < 3:
            raise ConnectionRefusedError

    async def tried_again() -> bool:
        return len(tried) >= 3

    task = asyncio.create_task(background.every(0.01, act))
    await until(tried_again, within=5)

    assert not task.done()
    await background.stop(task)


async def test_a_task_that_forgets_a_cancellation_is_stopped_all_the_same():
    forgotten = []

    async def forgetful() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        forgotten.append(True)
        await asyncio.Event().wait()

    task = asyncio.create_task(forgetful())
    await asyncio.wait([task], timeout=0.01)

    await background.stop(task)

    assert forgotten == [True]
    assert task.cancelled()


async def test_a_task_that_never_ends_is_not_waited_for_for_ever():
    released = asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            with suppress(asyncio.CancelledError):
                await released.wait()

    task = asyncio.create_task(stubborn())
    await asyncio.wait([task], timeout=0.01)

    await background.stop(task, within=0.1)

    assert not task.done()
    released.set()
    await task
