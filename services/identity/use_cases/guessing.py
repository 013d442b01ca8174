"""Slow down whoever guesses: passwords by the e-mail address that is tried, codes by the account."""

from services.identity.domain.accounts import email_key, hash_of
from services.identity.domain.guessing import PASSWORD, Limit
from services.identity.storage import audit
from services.identity.storage import sessions as storage
from shared.ids import new_id
from shared.problems import TooMany
from shared.web.i18n import N_
from shared.work import Work


def account_hash(email: str) -> bytes:
    """Stands for an e-mail address where guessing is counted, whether or not an account has it."""
    return hash_of(email_key(email))


async def count_attempt(work: Work, email: str, address: str) -> TooMany | None:
    """Count an attempt to show the password of this e-mail address; or why it may not even be tried now."""
    return await count_guess(work, account_hash(email), address, PASSWORD)


async def count_guess(work: Work, key: bytes, address: str, limits: tuple[Limit, ...]) -> TooMany | None:
    """Count an attempt as wrong, until it turns out right (storage.forget_attempts); or why it may not be tried now."""
    for limit in limits:
        since = work.now - limit.window
        for_account, from_address, first = await storage.attempts(work.db, key, address, since=since)
        if first is not None and limit.is_reached(for_account, from_address):
            await _note_once(work, address, limit)
            seconds = int((first + limit.window - work.now).total_seconds()) + 1
            return TooMany(
                N_("Too many attempts to sign in. Wait %(minutes)s minutes and try again."),
                retry_after=seconds,
                params={"minutes": seconds // 60 + 1},
            )
    await storage.add_attempt(work.db, new_id(), key, address, at=work.now)
    return None


async def _note_once(work: Work, address: str, limit: Limit) -> None:
    """For the record that an address was slowed down; once, as whoever guesses goes on knocking."""
    since = work.now - limit.window
    if not await audit.was_noted(work.db, "guessing_stopped", subject=None, since=since, address=address):
        await audit.note(work.db, "guessing_stopped", at=work.now, by=None, address=address)
