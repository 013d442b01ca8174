"""Licences that each stand for something that can happen, told one by one."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

from deploy.demonstration.cast import Hint
from deploy.demonstration.people import People
from deploy.demonstration.scenes import Telling
from deploy.demonstration.stage import Stage
from deploy.demonstration.stories import clearing, deciding, drafting, electronic, examining

Story = Callable[[Telling], Awaitable[None]]

STORIES: tuple[Story, ...] = (
    *drafting.STORIES,
    *examining.STORIES,
    *deciding.STORIES,
    *clearing.STORIES,
    *electronic.STORIES,
)
AT_ONCE = 6
"""Stories wait for facts that travel between services; meanwhile others go on."""


async def tell_stories(stage: Stage, people: People, *, now: dt.datetime) -> list[Hint]:
    """Tell all of them; what an interrupted loading told is not told again. Returns what they leave to be tried."""
    turns = asyncio.Semaphore(AT_ONCE)
    tellings = [Telling(stage, people, now, place) for place, _story in enumerate(STORIES)]

    async def tell(story: Story, telling: Telling) -> None:
        async with turns:
            await story(telling)

    async with asyncio.TaskGroup() as together:
        for story, telling in zip(STORIES, tellings, strict=True):
            together.create_task(tell(story, telling))
    return [hint for telling in tellings for hint in telling.to_try]
