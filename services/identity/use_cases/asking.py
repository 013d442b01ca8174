"""Registering and asking for mails is limited per network address, for known and unknown e-mail addresses alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.identity.domain.accounts import ASKING_WINDOW
from services.identity.storage import asking, audit
from services.identity.use_cases.sessions import OpenWork
from shared.problems import TooMany
from shared.web.i18n import N_

EVEN_SECONDS = 0.15
"""Longer than anything takes that depends on whether an e-mail address has an account."""


@asynccontextmanager
async def evenly(seconds: float = EVEN_SECONDS) -> AsyncIterator[None]:
    """What happens inside seems to take equally long, whatever was found: time tells nothing about accounts."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, until - clock()))


async def count_asking(open_work: OpenWork, what: str, *, address: str, limit: int) -> None:
    """Count that a stranger asks for something. Raises TooMany after `limit` times within ASKING_WINDOW."""
    async with open_work() as work:
        since = work.now - ASKING_WINDOW
        asked, first = await asking.count(work.db, what, address, since=since)
        if first is None or asked < limit:
            await asking.add(work.db, what, address, at=work.now)
            return
        if not await audit.was_noted(work.db, "asking_stopped", subject=None, address=address, since=since):
            await audit.note(work.db, "asking_stopped", at=work.now, by=None, address=address, details={"what": what})
        seconds = int((first - since).total_seconds()) + 1
    raise TooMany(
        N_("This was asked for very often from your network. Wait %(minutes)s minutes and try again."),
        retry_after=seconds,
        params={"minutes": seconds // 60 + 1},
    )
