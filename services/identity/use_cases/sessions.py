"""Sign in, stay signed in, sign out."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from uuid import UUID

from services.identity.domain.accounts import Account, hash_of, new_secret
from services.identity.domain.second_factor import STEP_LIVES
from services.identity.domain.sessions import SESSION_IDLE, SESSION_LIVES
from services.identity.passwords import Passwords
from services.identity.storage import accounts, audit, factors, roles
from services.identity.storage import sessions as storage
from services.identity.storage.factors import Step
from services.identity.storage.sessions import Session
from services.identity.use_cases.accounts import person_of
from services.identity.use_cases.guessing import account_hash, count_attempt
from services.identity.use_cases.refusals import NotConfirmed, WrongCredentials
from shared.ids import new_id
from shared.person import Person
from shared.problems import Unknown
from shared.work import Work

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
LONGEST_BROWSER = 300


@dataclass(frozen=True)
class SignIn:
    """Somebody is in. `secret` is the session's, for the cookie; nobody can look it up later."""

    person: Person
    secret: str


@dataclass(frozen=True)
class SecondStep:
    """Somebody has shown the first factor; with `secret`, for a cookie, the second one is waited for."""

    secret: str


async def sign_in(
    open_work: OpenWork, passwords: Passwords, *, email: str, password: str, address: str, browser: str
) -> SignIn | SecondStep:
    """Open a session, or wait for the second factor. Raises WrongCredentials, NotConfirmed, TooMany.

    The attempt is counted in one transaction and its outcome kept in a second one, so that no transaction stays
    open while the password is computed, and a crash in between counts as a failure.
    """
    async with open_work() as work:
        stopped = await count_attempt(work, email, address)
        account = await accounts.by_email(work.db, email)
    if stopped is not None:
        raise stopped
    fits = await passwords.verify(account.password_hash if account else None, password)
    async with open_work() as work:
        if account is not None and fits:
            await storage.forget_attempts(work.db, account_hash(email))
        if account is not None and fits and account.confirmed_at is not None:
            return await begin(work, account.id, address=address, browser=browser)
        await audit.note(
            work.db, "sign_in_failed", at=work.now, by=None, subject=account.id if account else None, address=address
        )
    raise NotConfirmed if fits else WrongCredentials


async def begin(
    work: Work, account_id: UUID, *, address: str, browser: str, way: str = "password"
) -> SignIn | SecondStep:
    """The first factor was right, by whatever `way`: a session for who has no second factor, else wait for it."""
    if not await factors.has_any(work.db, account_id):
        return await open_session(work, account_id, address=address, browser=browser, way=way)
    secret = new_secret()
    step = Step(account_id, way)
    await factors.add_step(work.db, hash_of(secret), step, ends_at=work.now + STEP_LIVES)
    return SecondStep(secret)


async def open_session(
    work: Work, account_id: UUID, *, address: str, browser: str, way: str = "password", strong: bool = False
) -> SignIn:
    """A session for somebody who has proven who it is, by `way`, and if `strong` with a second factor."""
    account = await accounts.by_id(work.db, account_id)
    if account is None or account.deleted_at is not None:
        raise WrongCredentials
    secret = new_secret()
    session = Session(
        new_id(),
        account_id,
        address,
        browser[:LONGEST_BROWSER],
        created_at=work.now,
        seen_at=work.now,
        ends_at=work.now + SESSION_LIVES,
        way=way,
        strong_at=work.now if strong else None,
    )
    await storage.add(work.db, session, hash_of(secret))
    await audit.note(
        work.db,
        "signed_in",
        at=work.now,
        by=account_id,
        subject=account_id,
        session=session.id,
        address=address,
        details={"way": way, "second_factor": "yes" if strong else "no"},
    )
    return SignIn(await person_in(work, session, account), secret)


async def renew(work: Work, secret: str) -> Person | None:
    """The person of a living session, as known now; None when the session has ended."""
    session = await storage.see(work.db, hash_of(secret), at=work.now, idle_since=work.now - SESSION_IDLE)
    account = await accounts.by_id(work.db, session.account_id) if session else None
    if session is None or account is None:
        return None
    return await person_in(work, session, account)


async def person_in(work: Work, session: Session, account: Account) -> Person:
    """The person in this session, with the roles of now."""
    granted = await roles.granted_to(work.db, account.id, at=work.now)
    return replace(person_of(account), session_id=session.id, roles=granted, strong=session.strong_at is not None)


async def sign_out(work: Work, secret: str) -> None:
    """End the session; done twice it does nothing."""
    session = await storage.end(work.db, hash_of(secret))
    if session is not None:
        who = session.account_id
        await audit.note(work.db, "signed_out", at=work.now, by=who, subject=who, address=session.address)


async def list_sessions(work: Work, person: Person) -> list[Session]:
    """Where this person is signed in, the last seen first; at most fifty."""
    return await storage.of_account(work.db, person.account_id, at=work.now, idle_since=work.now - SESSION_IDLE)


async def end_session(work: Work, by: Person, session_id: UUID) -> None:
    """End one of one's own sessions: it gives no fresh token any more. Raises Unknown."""
    if not await storage.end_one(work.db, by.account_id, session_id):
        raise Unknown
    await _note_ended(work, by, 1)


async def end_other_sessions(work: Work, by: Person) -> int:
    """End all of one's own sessions but the present one; returns how many there were."""
    ended = await storage.end_others(work.db, by.account_id, by.session_id)
    await _note_ended(work, by, ended)
    return ended


async def end_all_sessions(work: Work, by: Person) -> None:
    """End all of one's own sessions, the present one too."""
    await _note_ended(work, by, await storage.end_others(work.db, by.account_id, None))


async def _note_ended(work: Work, by: Person, count: int) -> None:
    who, details = by.account_id, {"count": str(count)}
    await audit.note(
        work.db, "sessions_ended", at=work.now, by=who, subject=who, session=by.session_id, details=details
    )
