"""Tokens for machine clients: OAuth 2 client credentials (RFC 6749, section 4.4)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
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
WRONG_CREDENTIALS, CLIENT_STOPPED, SCOPE_NOT_GIVEN = "wrong_credentials", "client_stopped", "scope_not_given"


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
    """The client as the person of a token. Raises TokenRefused; that it was refused, and why, is recorded.

    A client that does not exist costs the same work as a wrong secret. An address from which too many attempts were
    refused is not heard any more; a client that was refused too often still gets in with a right secret, so that
    nobody who knows its id can lock it out.
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
    if first is not None and from_address >= GUESSES_PER_ADDRESS:
        return _too_often(first, work)
    tried = await storage.tried(work.db, client_id, hash_of(sent.secret), at=work.now)
    because = _reason_against(tried, sent, work)
    if tried is not None and not because:
        return await _admitted(work, tried, sent)
    if first is not None and is_too_much_guessing(for_client, from_address):
        return _too_often(first, work)
    await storage.add_attempt(work.db, new_id(), client_id, address, at=work.now)
    subject = tried.client.id if tried else None
    await audit.note(
        work.db,
        "client_token_refused",
        at=work.now,
        by=None,
        subject=subject,
        address=address,
        details={"because": because},
    )
    return _refusal(because)


def _reason_against(tried: Tried | None, sent: Credentials, work: Work) -> str:
    """Why there is no token, in a word for the record; empty when there is one."""
    if tried is None or tried.secret_id is None:
        return WRONG_CREDENTIALS
    if not tried.client.works(work.now):
        return CLIENT_STOPPED
    return "" if granted_scopes(tried.client.scopes, sent.scopes) else SCOPE_NOT_GIVEN


def _refusal(because: str) -> TokenRefused:
    if because == SCOPE_NOT_GIVEN:
        return TokenRefused("invalid_scope", "This client was not given all of these scopes.")
    if because == CLIENT_STOPPED:
        return TokenRefused("invalid_client", "This client is disabled or has ended.", status=401)
    return TokenRefused("invalid_client", "Unknown client, or wrong or ended secret.", status=401)


def _too_often(first: datetime, work: Work) -> TokenRefused:
    wait = int((first + GUESS_WINDOW - work.now).total_seconds()) + 1
    description = "Too many attempts were refused. Wait before you try again."
    return TokenRefused("temporarily_unavailable", description, status=429, retry_after=wait)


async def _admitted(work: Work, tried: Tried, sent: Credentials) -> Person:
    client = tried.client
    if tried.secret_id and (tried.used_at is None or tried.used_at <= work.now - USE_NOTED_EVERY):
        await storage.note_use(work.db, client.id, tried.secret_id, at=work.now)
    return Person(
        client.id,
        client.name,
        session_id=tried.secret_id,
        roles=await storage.roles_of(work.db, client.id, at=work.now),
        strong=True,
        scopes=granted_scopes(client.scopes, sent.scopes),
    )


def _uuid(text: str) -> UUID:
    """The id that was sent; one that no client has, when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return NO_CLIENT
