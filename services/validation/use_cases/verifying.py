"""Verifying that the history of cases is as it was written."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.validation.domain.chain import START, seal_of
from services.validation.storage import chains
from services.validation.storage.chains import ChainedEntry
from shared.work import Work

BATCH = 2_000


@dataclass(frozen=True)
class Broken:
    """Where a history is no longer what was written: the entry as it stands there, if there is one, and why."""

    licence_id: UUID
    position: int | None
    at: datetime | None
    why: str


@dataclass
class Verified:
    """How much was looked at, and the first broken entry, if any."""

    cases: int = 0
    entries: int = 0
    broken: Broken | None = None


async def verify_history(
    open_work: Callable[[], AbstractAsyncContextManager[Work]], *, only: UUID | None = None, batch: int = BATCH
) -> Verified:
    """Follow every chain, or that of one case, in batches with a transaction each; people may go on meanwhile.

    The head that an entry is compared with was read in the same statement as the entry.
    """
    done, key, last = Verified(), chains.FIRST, None
    while True:
        async with open_work() as work:
            entries = await chains.entries_after(work.db, key, only=only, limit=batch)
        for entry in entries:
            begins = last is None or entry.link.licence_id != last.link.licence_id
            ended = last if begins else None
            done.broken = (_cut(ended) if ended else None) or _broken(entry, None if begins else last)
            if done.broken:
                return done
            done.cases += begins
            done.entries += 1
            last = entry
        if len(entries) < batch:
            break
        key = entries[-1].link.licence_id, entries[-1].link.position
    done.broken = _cut(last) if last else None
    if done.broken is None:
        async with open_work() as work:
            gone = await chains.without_entries(work.db, only=only)
        if gone is not None:
            done.broken = Broken(gone, None, None, "its whole history is missing")
    return done


def _broken(entry: ChainedEntry, before: ChainedEntry | None) -> Broken | None:
    link = entry.link
    previous, position = (before.hash, before.link.position + 1) if before else (START, 1)
    if link.position != position:
        why = f"entry {position} is missing"
    elif entry.previous != previous:
        why = "it does not follow from the entry before it"
    elif entry.hash != link.hash_after(previous):
        why = "it was changed"
    elif not _named_as_sealed(entry):
        why = "its name was changed"
    else:
        return None
    return Broken(link.licence_id, link.position, link.at, why)


def _named_as_sealed(entry: ChainedEntry) -> bool:
    if entry.salt is None:
        return entry.name == entry.pseudonym
    return entry.link.seal == seal_of(entry.salt, entry.name)


def _cut(last: ChainedEntry) -> Broken | None:
    """The last entry that is there has to be the last one that was written."""
    link = last.link
    if last.head_entries is None:
        return Broken(link.licence_id, link.position, link.at, "the head of its chain is missing")
    if (last.head_entries, last.head_hash) == (link.position, last.hash):
        return None
    why = f"the chain ends here, but {last.head_entries} entries were written"
    return Broken(link.licence_id, link.position, link.at, why)
