"""The unit of work: one transaction, opened and closed at the edge. Leaving it without an error is the commit."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg

from shared import outbox
from shared.contracts import Envelope, Event
from shared.outbox import DeadLetter
from shared.telemetry import traceparent

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of the running product."""
    return datetime.now(UTC)


@dataclass
class Work:
    """What a use case works with: the open transaction, the time, and a place to tell what became true.

    `hearing` is the envelope of the event being heard, when a consumer opened the work.
    """

    db: asyncpg.Connection
    now: datetime
    hearing: Envelope | None = None
    told: list[tuple[Event | DeadLetter, str | None]] = field(default_factory=list)

    def tell(self, event: Event | DeadLetter) -> None:
        """Tell a fact. It goes into the outbox with this transaction, or not at all."""
        self.told.append((event, traceparent()))


@asynccontextmanager
async def open_work(pool: asyncpg.Pool, *, now: datetime, wait_seconds: float = 5) -> AsyncIterator[Work]:
    """One transaction: all of it is kept, or none of it is. Waits at most `wait_seconds` for a connection."""
    async with pool.acquire(timeout=wait_seconds) as db, db.transaction():
        work = Work(db, now)
        yield work
        if work.told:
            await outbox.add(db, work.told, at=work.now)
