"""Forgetting what the operator's settings allow to be forgotten, a little at a time."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared import background, inbox, outbox

if TYPE_CHECKING:
    from shared.service import Service

PAUSE_SECONDS = 600
IDEMPOTENCY_KEPT = timedelta(days=2)


async def run(service: "Service") -> None:
    """Tidy up now and then, for ever."""
    await background.every(PAUSE_SECONDS, partial(tidy, service))


async def tidy(service: "Service") -> None:
    """Prune the outbox, the inbox and idempotency keys once, as far as the settings allow."""
    settings = service.settings
    async with service.work() as work:
        if settings.outbox_keep_days is not None:
            await outbox.prune(work.db, now=work.now, keep=timedelta(days=settings.outbox_keep_days))
        if settings.inbox_keep_days is not None:
            await inbox.prune(work.db, now=work.now, keep=timedelta(days=settings.inbox_keep_days))
        await work.db.execute("DELETE FROM idempotency WHERE asked_at < $1", work.now - IDEMPOTENCY_KEPT)
