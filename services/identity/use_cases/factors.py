"""Set up second factors and take them away again: authenticator apps, passkeys, recovery codes.

Whoever has a second factor shows it anew before anything about them changes, so that an unattended screen or an
older session, which never showed one, is not enough.
"""

from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.second_factor import (
    CHALLENGE_LIVES,
    FACTORS_AT_MOST,
    Factor,
    NothingToRecover,
    TooManyFactors,
    check_name,
    new_recovery_codes,
    recovery_hash,
    tidy,
)
from services.identity.passkeys import Asked
from services.identity.storage import accounts, audit, sessions
from services.identity.storage import factors as storage
from services.identity.storage.factors import App, Passkey
from services.identity.storage.sessions import Session
from services.identity.use_cases.notices import tell_owner
from services.identity.use_cases.refusals import ProofNeeded, obeying_rules
from services.identity.use_cases.second_factor import (
    Verifiers,
    in_session,
    is_proven_lately,
    own_session,
    strengthen,
)
from services.identity.use_cases.sessions import OpenWork, SignIn
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, NotYours, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work


@dataclass(frozen=True)
class Overview:
    """The factors of a person. They can be changed when `fresh`, or when there are none yet."""

    factors: list[Factor]
    codes_left: int
    fresh: bool


@dataclass(frozen=True)
class WaitingApp:
    """What an app has to learn before it can show its first code."""

    secret: str
    picture: str


@dataclass(frozen=True)
class Added:
    """A factor counts now. With the first one come recovery codes, which nobody can look up later."""

    signed_in: SignIn
    recovery_codes: list[str]


async def read_factors(work: Work, person: Person) -> Overview:
    """What there is."""
    found = await storage.of_account(work.db, person.account_id)
    left = await storage.recovery_codes_left(work.db, person.account_id)
    return Overview(found, left, not found or await is_proven_lately(work, person))


async def begin_app(work: Work, verifiers: Verifiers, person: Person) -> None:
    """Make the secret for one more app; it counts after its first code. Raises ProofNeeded, WrongState."""
    await _may_add(work, person)
    app = App(new_id(), person.account_id, "", verifiers.authenticators.new_secret(), 0)
    await storage.begin_app(work.db, app, at=work.now)


async def read_waiting_app(work: Work, verifiers: Verifiers, person: Person) -> WaitingApp | None:
    """The app that waits for its first code, if any. Raises ProofNeeded."""
    await _may_change(work, person)
    app = await storage.waiting_app(work.db, person.account_id)
    account = await accounts.by_id(work.db, person.account_id)
    if app is None or account is None:
        return None
    making = verifiers.authenticators
    return WaitingApp(making.readable(app.secret), making.picture(app.secret, account.email))


async def confirm_app(work: Work, verifiers: Verifiers, person: Person, *, name: str, code: str, address: str) -> Added:
    """The app shows the right code: it counts from now on. Raises ProofNeeded, WrongState, WrongContent."""
    session = await _may_add(work, person)
    app = await storage.waiting_app(work.db, person.account_id)
    if app is None:
        raise WrongState(N_("This app was set up already, or begun anew in another window."), code="no_app_waits")
    with obeying_rules():
        name = check_name(name)
    step = verifiers.authenticators.matching_step(app.secret, tidy(code), now=work.now, after=app.last_step)
    if step is None:
        wrong = N_("This is not the code of this moment. Look at the app again; its clock and yours must agree.")
        raise WrongContent([FieldError("code", "wrong_code", wrong)])
    codes = await _codes_if_first(work, person)
    await storage.confirm_app(work.db, app.id, name=name, step=step, at=work.now)
    return await _added(work, session, "app", name, codes, address)


async def ask_for_passkey(work: Work, verifiers: Verifiers, person: Person) -> Asked:
    """What a browser needs to make a passkey for this person. Raises ProofNeeded, WrongState."""
    await _may_add(work, person)
    account = await accounts.by_id(work.db, person.account_id)
    if account is None:
        raise Unknown
    known = [passkey.credential_id for passkey in await storage.passkeys(work.db, account.id)]
    asked = verifiers.passkeys.ask_for_new(account.id, email=account.email, name=account.name, known=known)
    await storage.keep_challenge(work.db, in_session(person), asked.challenge, ends_at=work.now + CHALLENGE_LIVES)
    return asked


async def add_passkey(
    open_work: OpenWork, verifiers: Verifiers, person: Person, *, name: str, credential: str, address: str
) -> Added:
    """A browser made a passkey: it counts from now on. Raises ProofNeeded, WrongState, WrongContent."""
    with obeying_rules():
        name = check_name(name, field="passkey_name")
    async with open_work() as work:
        challenge = await storage.take_challenge(work.db, in_session(person), at=work.now)
    made = verifiers.passkeys.made(credential, challenge) if challenge else None
    async with open_work() as work:
        session = await _may_add(work, person)
        codes = await _codes_if_first(work, person)
        if made is None or not await storage.add_passkey(
            work.db,
            Passkey(new_id(), person.account_id, made.credential_id, made.public_key, made.sign_count, name),
            at=work.now,
        ):
            wrong = N_("The passkey could not be set up. Please try once more.")
            raise WrongContent([FieldError("passkey_name", "wrong_passkey", wrong)])
        return await _added(work, session, "passkey", name, codes, address)


async def rename_factor(work: Work, person: Person, factor_id: UUID, name: str) -> None:
    """Give a factor another name. Raises Unknown, WrongContent."""
    with obeying_rules():
        name = check_name(name)
    if not await storage.rename(work.db, person.account_id, factor_id, name):
        raise Unknown


async def remove_factor(work: Work, person: Person, factor_id: UUID, *, address: str) -> None:
    """Take a factor away. With the last one the recovery codes go, and no session is strong any more.

    Raises ProofNeeded, Unknown.
    """
    session = await _may_change(work, person)
    name = await storage.remove(work.db, person.account_id, factor_id)
    if name is None:
        raise Unknown
    if not await storage.has_any(work.db, person.account_id):
        await storage.remove_all(work.db, person.account_id)
        await sessions.weaken(work.db, person.account_id)
    await _note(work, "second_factor_removed", session, address)
    await tell_owner(work, person.account_id, "second-factor-removed", detail=name)


async def replace_recovery_codes(work: Work, person: Person, *, address: str) -> list[str]:
    """A new set; the codes from before do not work any more. Raises ProofNeeded, WrongState."""
    session = await _may_change(work, person)
    with obeying_rules():
        if not await storage.has_any(work.db, person.account_id):
            raise NothingToRecover
    await _note(work, "recovery_codes_replaced", session, address)
    return await _new_codes(work, person)


async def remove_lost_factors(work: Work, by: Person, account_id: UUID, *, address: str) -> None:
    """Support helps somebody who lost every factor: all are removed, every session ends, the owner is told.

    Raises NotYours, Unknown, WrongState.
    """
    if not by.is_support:
        raise NotYours(N_("Only the support team may remove the second factors of somebody else."))
    if by.account_id == account_id:
        raise NotYours(N_("Nobody removes their own second factors like this. A colleague has to do it."), code="own")
    await _remove_lost(work, account_id, by=by, address=address)


async def reset_by_command(work: Work, email: str) -> None:
    """The same by whoever runs the service, when no support person can. Raises Unknown, WrongState."""
    account = await accounts.by_email(work.db, email)
    if account is None:
        raise Unknown
    await _remove_lost(work, account.id, by=None, address=None)


async def count_factors(work: Work, by: Person, account_id: UUID) -> int:
    """How many second factors somebody has, for support. Raises NotYours."""
    if not by.is_support:
        raise NotYours
    return len(await storage.of_account(work.db, account_id))


async def reseal_apps(work: Work, verifiers: Verifiers) -> None:
    """While SECRET_KEY is replaced: encrypt the apps' secrets anew. Raises SecretKeyChanged."""
    kept = await storage.sealed_secrets(work.db)
    for before, after in verifiers.authenticators.resealed(kept).items():
        await storage.reseal(work.db, before, after)


async def _remove_lost(work: Work, account_id: UUID, *, by: Person | None, address: str | None) -> None:
    if await accounts.by_id(work.db, account_id, lock=True) is None:
        raise Unknown
    if not await storage.has_any(work.db, account_id):
        raise WrongState(N_("This person has no second factor."), code="no_second_factor")
    await storage.remove_all(work.db, account_id)
    await sessions.end_all(work.db, account_id)
    await audit.note(
        work.db,
        "second_factors_reset",
        at=work.now,
        by=by.account_id if by else None,
        subject=account_id,
        session=by.session_id if by else None,
        address=address,
    )
    await tell_owner(work, account_id, "second-factor-removed")


async def _may_change(work: Work, person: Person) -> Session:
    """Raises NotSignedIn, and ProofNeeded when a factor exists and was not shown lately in this session."""
    session = await own_session(work, person)
    await accounts.by_id(work.db, person.account_id, lock=True)
    if await storage.has_any(work.db, person.account_id) and not await is_proven_lately(work, person):
        raise ProofNeeded
    return session


async def _may_add(work: Work, person: Person) -> Session:
    session = await _may_change(work, person)
    with obeying_rules():
        if len(await storage.of_account(work.db, person.account_id)) >= FACTORS_AT_MOST:
            raise TooManyFactors
    return session


async def _codes_if_first(work: Work, person: Person) -> list[str]:
    return [] if await storage.has_any(work.db, person.account_id) else await _new_codes(work, person)


async def _new_codes(work: Work, person: Person) -> list[str]:
    codes = new_recovery_codes()
    hashes = [recovery_hash(person.account_id, code) for code in codes]
    await storage.replace_recovery_codes(work.db, person.account_id, hashes, at=work.now)
    return codes


async def _added(work: Work, session: Session, kind: str, name: str, codes: list[str], address: str) -> Added:
    await _note(work, "second_factor_added", session, address, kind=kind)
    await tell_owner(work, session.account_id, "second-factor-added", detail=name)
    return Added(await strengthen(work, session, address=address), codes)


async def _note(work: Work, act: str, session: Session, address: str, **details: str) -> None:
    who = session.account_id
    await audit.note(
        work.db, act, at=work.now, by=who, subject=who, session=session.id, address=address, details=details
    )
