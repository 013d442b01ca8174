"""Signing keys follow one another by age, by command, or at once when one fell into wrong hands."""

from collections.abc import Sequence

from services.identity.domain.keys import KeyUnknown, SigningKey, is_due, last_believed, next_signs_from, signing
from services.identity.keyring import Keyring
from services.identity.storage import audit
from services.identity.storage import keys as storage
from services.identity.use_cases.refusals import obeying_rules
from shared.work import Work


async def follow_keys(work: Work, keyring: Keyring) -> None:
    """Take up what other replicas and commands did to the keys; make the next one when it is due."""
    kept = await storage.believed(work.db, at=work.now)
    if is_due(kept, work.now, lives=keyring.key_lives) or any(keyring.box.is_old(key.private_key) for key in kept):
        await storage.lock(work.db)
        kept = await storage.believed(work.db, at=work.now)
        await _seal_anew(work, keyring, kept)
        if is_due(kept, work.now, lives=keyring.key_lives):
            await _make_next(work, keyring, kept, why="age")
        kept = await storage.believed(work.db, at=work.now)
    keyring.take(kept)
    await storage.prune(work.db, at=work.now)


async def list_keys(work: Work) -> list[SigningKey]:
    """The keys that are published, the newest first."""
    return await storage.believed(work.db, at=work.now)


async def rotate_keys(work: Work, keyring: Keyring) -> SigningKey:
    """Make the next key before its time; the one that already waits to sign, if there is one."""
    await storage.lock(work.db)
    kept = await storage.believed(work.db, at=work.now)
    waiting = next((key for key in kept if key.signs_from > work.now), None)
    return waiting or await _make_next(work, keyring, kept, why="command")


async def retire_key(work: Work, keyring: Keyring, kid: str, *, at_once: bool) -> None:
    """Let a key sign no longer than until the next one can. Raises WrongState when there is no such key.

    With `at_once` its tokens are believed no longer either: whoever holds one gets a new one by the session.
    """
    await storage.lock(work.db)
    kept = await storage.believed(work.db, at=work.now)
    key = next((key for key in kept if key.kid == kid), None)
    if key is None:
        with obeying_rules():
            raise KeyUnknown
    if at_once:
        await _end_at_once(work, keyring, key, kept)
    elif key.ends_at is None:
        await _make_next(work, keyring, kept, why="command")


async def _end_at_once(work: Work, keyring: Keyring, key: SigningKey, kept: Sequence[SigningKey]) -> None:
    await storage.end(work.db, key.kid, at=work.now)
    await audit.note(work.db, "signing_key_ended", at=work.now, by=None, details={"kid": key.kid})
    others = [other for other in kept if other.kid != key.kid]
    waiting = next((other for other in others if other.signs_from > work.now), None)
    if key.signs_from > work.now:
        await _make_next(work, keyring, others, why="command")
    elif key == signing(kept, work.now) and waiting:
        await storage.promote(work.db, waiting.kid, at=work.now)
    elif key == signing(kept, work.now):
        await _make_next(work, keyring, [], why="command")


async def _make_next(work: Work, keyring: Keyring, kept: Sequence[SigningKey], *, why: str) -> SigningKey:
    """A new key, and an end for the one that it follows."""
    new = keyring.make(work.now, signs_from=next_signs_from(kept, work.now))
    await storage.add(work.db, new)
    if before := signing(kept, work.now):
        await storage.end(work.db, before.kid, at=last_believed(new.signs_from, keyring.token_lives))
    await audit.note(work.db, "signing_key_made", at=work.now, by=None, details={"kid": new.kid, "why": why})
    return new


async def _seal_anew(work: Work, keyring: Keyring, kept: Sequence[SigningKey]) -> None:
    """SECRET_KEY was replaced: what SECRET_KEY_BEFORE sealed is sealed with the present one."""
    for key in kept:
        if keyring.box.is_old(key.private_key):
            await storage.seal_anew(work.db, key.kid, keyring.box.seal(keyring.box.open(key.private_key)))
