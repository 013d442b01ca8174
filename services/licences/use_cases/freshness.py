"""How old the decisions in the list may be: hearing can lag behind, also in another process than the one asked."""

import datetime as dt
from uuid import UUID

from services.licences.storage import hearing as storage
from shared.work import Work

BEHIND = dt.timedelta(minutes=1)
"""Less than that is not worth a word."""
SILENT = dt.timedelta(minutes=1)
GONE = dt.timedelta(hours=1)


async def note_hearing(work: Work, member: UUID, *, behind_seconds: float) -> None:
    """Note for how long a process has had something unheard."""
    since = work.now - dt.timedelta(seconds=behind_seconds)
    behind = since if work.now - since >= BEHIND else None
    await storage.note(work.db, member, behind_since=behind, at=work.now, gone=work.now - GONE)


async def minutes_behind(work: Work) -> int:
    """How many minutes old decisions may be, at most; 0 when the list is up to date."""
    since = await storage.behind_since(work.db, silent=work.now - SILENT)
    return 0 if since is None else max(-((since - work.now) // dt.timedelta(minutes=1)), 1)
