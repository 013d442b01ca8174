"""Show a second factor: to finish a sign-in, to go on in a session, or, with a passkey, instead of everything else."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.identity.authenticators import Authenticators
from services.identity.domain.accounts import hash_of, new_secret
from services.identity.domain.guessing import CODE
from services.identity.domain.second_factor import (
    CHALLENGE_LIVES,
    guessing_key,
    is_app_code,
    is_fresh,
    recovery_hash,
    tidy,
)
from services.identity.domain.sessions import SESSION_IDLE
from services.identity.passkeys import Asked, Passkeys, credential_of
from services.identity.storage import accounts, audit, sessions
from services.identity.storage import factors as storage
from services.identity.storage.sessions import Session
from services.identity.use_cases.guessing import count_guess
from services.identity.use_cases.notices import tell_owner
from services.identity.use_cases.refusals import SecondFactorWrong, SignInEnded
from services.identity.use_cases.sessions import OpenWork, SignIn, open_session, person_in
from shared.person import Person
from shared.problems import NotSignedIn, TooMany
from shared.web.i18n import N_
from shared.work import Work

PASSKEY = "passkey"
PASSKEY_WRONG = N_("This passkey could not be used. Try once more, or choose another way.")


@dataclass(frozen=True)
class Verifiers:
    """What codes and passkeys are checked with."""

    authenticators: Authenticators
    passkeys: Passkeys


@dataclass(frozen=True)
class Answer:
    """What somebody shows: a code (an app's or a recovery code), or the answer of a passkey."""

    code: str = ""
    credential: str = ""


async def finish_sign_in(
    open_work: OpenWork, verifiers: Verifiers, secret: str, answer: Answer, *, address: str, browser: str
) -> SignIn:
    """Open the session that waits for its second step. Raises SignInEnded, SecondFactorWrong, TooMany.

    As with passwords the attempt is counted, and the challenge used up, in a transaction of its own.
    """
    async with open_work() as work:
        step = await storage.step(work.db, hash_of(secret), at=work.now)
        if step is None:
            raise SignInEnded
        who = step.account_id
        stopped = await _count(work, who, answer, address)
        challenge = await storage.take_challenge(work.db, _sign_in(secret), at=work.now)
    if stopped is not None:
        raise stopped
    async with open_work() as work:
        if await _is_right(work, verifiers, who, answer, challenge):
            if not await storage.end_step(work.db, hash_of(secret)):
                raise SignInEnded
            return await open_session(work, who, address=address, browser=browser, way=step.way, strong=True)
        await audit.note(work.db, "second_factor_refused", at=work.now, by=None, subject=who, address=address)
    raise _wrong(answer)


async def prove_in_session(
    open_work: OpenWork, verifiers: Verifiers, person: Person, answer: Answer, *, address: str
) -> SignIn:
    """Go on with a stronger session, which gets another secret. Raises NotSignedIn, SecondFactorWrong, TooMany."""
    who = person.account_id
    async with open_work() as work:
        await own_session(work, person)
        stopped = await _count(work, who, answer, address)
        challenge = await storage.take_challenge(work.db, in_session(person), at=work.now)
    if stopped is not None:
        raise stopped
    async with open_work() as work:
        session = await own_session(work, person)
        if await _is_right(work, verifiers, who, answer, challenge):
            return await strengthen(work, session, address=address)
        await audit.note(
            work.db,
            "second_factor_refused",
            at=work.now,
            by=who,
            subject=who,
            session=session.id,
            address=address,
        )
    raise _wrong(answer)


async def sign_in_with_passkey(
    open_work: OpenWork, verifiers: Verifiers, credential: str, *, bound_to: str, address: str, browser: str
) -> SignIn:
    """A passkey says who it is, and its device has verified the person: no password is needed.

    Raises SecondFactorWrong.
    """
    claimed = credential_of(credential)
    async with open_work() as work:
        challenge = await storage.take_challenge(work.db, bound_to, at=work.now)
    async with open_work() as work:
        passkey = await storage.passkey(work.db, claimed[0]) if claimed else None
        who = passkey.account_id if passkey else None
        if who and await _passkey_fits(work, verifiers, who, credential, challenge):
            return await open_session(work, who, address=address, browser=browser, way=PASSKEY, strong=True)
        await audit.note(work.db, "sign_in_failed", at=work.now, by=None, subject=who, address=address)
    raise SecondFactorWrong(PASSKEY_WRONG)


async def ask_waiting_sign_in(work: Work, verifiers: Verifiers, secret: str) -> Asked:
    """What the passkeys of whoever signs in here shall sign. Raises SignInEnded."""
    step = await storage.step(work.db, hash_of(secret), at=work.now)
    if step is None:
        raise SignInEnded
    return await _ask(work, verifiers, step.account_id, _sign_in(secret))


async def ask_session(work: Work, verifiers: Verifiers, person: Person) -> Asked:
    """What this person's passkeys shall sign. Raises NotSignedIn."""
    await own_session(work, person)
    return await _ask(work, verifiers, person.account_id, in_session(person))


async def ask_anybody(work: Work, verifiers: Verifiers, *, bound_to: str) -> Asked:
    """What any passkey that this browser has for us shall sign."""
    asked = verifiers.passkeys.ask_for_proof()
    await storage.keep_challenge(work.db, bound_to, asked.challenge, ends_at=work.now + CHALLENGE_LIVES)
    return asked


async def ways_of_waiting_sign_in(work: Work, secret: str) -> set[str]:
    """Which kinds of factor would finish this sign-in: app, passkey. Raises SignInEnded."""
    step = await storage.step(work.db, hash_of(secret), at=work.now)
    if step is None:
        raise SignInEnded
    return {factor.kind for factor in await storage.of_account(work.db, step.account_id)}


async def ways_of(work: Work, person: Person) -> set[str]:
    """Which kinds of factor this person has."""
    return {factor.kind for factor in await storage.of_account(work.db, person.account_id)}


async def is_proven_lately(work: Work, person: Person) -> bool:
    """Whether this session has shown a second factor within the last minutes. Raises NotSignedIn."""
    return is_fresh((await own_session(work, person)).strong_at, work.now)


async def own_session(work: Work, person: Person) -> Session:
    """The session a person acts in, as the database knows it. Raises NotSignedIn when it has ended."""
    session = await sessions.by_id(work.db, person.session_id, at=work.now, idle_since=work.now - SESSION_IDLE)
    if session is None or session.account_id != person.account_id:
        raise NotSignedIn
    return session


async def strengthen(work: Work, session: Session, *, address: str) -> SignIn:
    """From now on the session is known to be its owner's, and only by a new secret."""
    secret, who = new_secret(), session.account_id
    await sessions.strengthen(work.db, session.id, hash_of(secret), at=work.now)
    await audit.note(
        work.db, "second_factor_shown", at=work.now, by=who, subject=who, session=session.id, address=address
    )
    account = await accounts.by_id(work.db, who)
    if account is None:
        raise NotSignedIn
    return SignIn(await person_in(work, replace(session, strong_at=work.now), account), secret)


def in_session(person: Person) -> str:
    """To what the challenges of a session are bound."""
    return f"session {person.session_id}"


def _sign_in(secret: str) -> str:
    return f"sign-in {hash_of(secret).hex()}"


async def _count(work: Work, account_id: UUID, answer: Answer, address: str) -> TooMany | None:
    """Codes can be guessed; the signature of a passkey cannot."""
    return None if answer.credential else await count_guess(work, guessing_key(account_id), address, CODE)


def _wrong(answer: Answer) -> SecondFactorWrong:
    return SecondFactorWrong(PASSKEY_WRONG) if answer.credential else SecondFactorWrong()


async def _ask(work: Work, verifiers: Verifiers, account_id: UUID, bound_to: str) -> Asked:
    known = [passkey.credential_id for passkey in await storage.passkeys(work.db, account_id)]
    asked = verifiers.passkeys.ask_for_proof(known)
    await storage.keep_challenge(work.db, bound_to, asked.challenge, ends_at=work.now + CHALLENGE_LIVES)
    return asked


async def _is_right(
    work: Work, verifiers: Verifiers, account_id: UUID, answer: Answer, challenge: bytes | None
) -> bool:
    if answer.credential:
        return await _passkey_fits(work, verifiers, account_id, answer.credential, challenge)
    code = tidy(answer.code)
    fits = await (_app_fits(work, verifiers, account_id, code) if is_app_code(code) else _use(work, account_id, code))
    if fits:
        await sessions.forget_attempts(work.db, guessing_key(account_id))
    return fits


async def _app_fits(work: Work, verifiers: Verifiers, account_id: UUID, code: str) -> bool:
    for app in await storage.apps(work.db, account_id):
        step = verifiers.authenticators.matching_step(app.secret, code, now=work.now, after=app.last_step)
        if step is not None:
            return await storage.use_app(work.db, app.id, step=step, at=work.now)
    return False


async def _use(work: Work, account_id: UUID, code: str) -> bool:
    """Use up a recovery code; its owner is told, as somebody else may have found the sheet."""
    if not await storage.use_recovery_code(work.db, account_id, recovery_hash(account_id, code), at=work.now):
        return False
    await audit.note(work.db, "recovery_code_used", at=work.now, by=account_id, subject=account_id)
    await tell_owner(work, account_id, "recovery-code-used")
    return True


async def _passkey_fits(
    work: Work, verifiers: Verifiers, account_id: UUID, credential: str, challenge: bytes | None
) -> bool:
    claimed = credential_of(credential)
    passkey = await storage.passkey(work.db, claimed[0]) if claimed else None
    if challenge is None or claimed is None or passkey is None or passkey.account_id != account_id:
        return False
    if claimed[1] not in (None, account_id.bytes):
        return False
    count = verifiers.passkeys.proven(
        credential, challenge, public_key=passkey.public_key, sign_count=passkey.sign_count
    )
    if count is None:
        return False
    await storage.use_passkey(work.db, passkey.id, sign_count=count, at=work.now)
    return True
