"""Tokens for machine clients: OAuth 2 client credentials (RFC 6749, section 4.4)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.accounts import hash_of
from services.identity.domain.clients import (
    GUESS_WINDOW,
    GUESSES_PER_ADDRESS,
    USE_NOTED_EVERY,
    granted_scopes,
    is_too_much_guessing,
)
from services.identity.storage import audit
from services.identity.storage import clients as storage
from services.identity.storage.clients import Tried
from shared.ids import new_id
from shared.person import Person
from shared.work import Work

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
NO_CLIENT = UUID(int=0)


@dataclass(frozen=True)
class Credentials:
    """What a program sent: which client it says it is, its secret, and which scopes it wants (none: all it has)."""

    client_id: str
    secret: str
    scopes: tuple[str, ...] = ()


class TokenRefused(Exception):
    """No token. `error` is a word of RFC 6749, section 5.2; `retry_after` is in seconds."""

    def __init__(self, error: str, description: str, *, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.retry_after = retry_after


async def grant_token(open_work: OpenWork, sent: Credentials, *, address: str) -> Person:
    """The client as the person of a token. Raises TokenRefused, whose cause is then recorded.

    A client that does not exist costs the same work as a wrong secret. Who has guessed too often is not heard from
    this address any more; but a right secret is always good, so that nobody who knows a client's id can lock it out.
    """
    async with open_work() as work:
        outcome = await _judge(work, sent, address)
    if isinstance(outcome, TokenRefused):
        raise outcome
    return outcome


async def _judge(work: Work, sent: Credentials, address: str) -> Person | TokenRefused:
    client_id = _uuid(sent.client_id)
    since = work.now - GUESS_WINDOW
    for_client, from_address, first = await storage.attempts(work.db, client_id, address, since=since)
    too_often = TokenRefused(
        "temporarily_unavailable",
        "Too many wrong attempts. Wait before you try again.",
        status=429,
        retry_after=int((first + GUESS_WINDOW - work.now).total_seconds()) + 1 if first else None,
    )
    if from_address >= GUESSES_PER_ADDRESS:
        return too_often
    tried = await storage.tried(work.db, client_id, hash_of(sent.secret), at=work.now)
    if tried is None or tried.secret_id is None or not tried.client.works(work.now):
        if is_too_much_guessing(for_client, from_address):
            return too_often
        await storage.add_attempt(work.db, new_id(), client_id, address, at=work.now)
        return await _refused(work, tried, address)
    scopes = granted_scopes(tried.client.scopes, sent.scopes)
    if scopes is None:
        return TokenRefused("invalid_scope", f"This client may have: {' '.join(tried.client.scopes)}")
    if tried.used_at is None or tried.used_at <= work.now - USE_NOTED_EVERY:
        await storage.note_use(work.db, tried.client.id, tried.secret_id, at=work.now)
    roles = await storage.roles_of(work.db, tried.client.id, at=work.now)
    return Person(
        tried.client.id,
        tried.client.name,
        session_id=tried.secret_id,
        roles=roles,
        strong=True,
        scopes=scopes,
    )


async def _refused(work: Work, tried: Tried | None, address: str) -> TokenRefused:
    stopped = tried is not None and tried.secret_id is not None
    await audit.note(
        work.db,
        "client_token_refused",
        at=work.now,
        by=None,
        subject=tried.client.id if tried else None,
        address=address,
        details={"because": "client_stopped" if stopped else "wrong_credentials"},
    )
    description = "This client is disabled or has ended." if stopped else "Unknown client, or wrong or ended secret."
    return TokenRefused("invalid_client", description, status=401)


def _uuid(text: str) -> UUID:
    """The id that was sent; one that no client has, when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return NO_CLIENT
