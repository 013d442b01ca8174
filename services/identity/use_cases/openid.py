"""Sign in through an OpenID provider; make or link an account on the first time; look after the links."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.accounts import PRIVACY_VERSION, Account, LinkUnknown, Registration, hash_of, new_secret
from services.identity.domain.openid import (
    ACCOUNT_FORM_LIVES,
    LINK_REQUEST_LIVES,
    SIGN_IN_LIVES,
    SIGN_INS_PER_ADDRESS,
    AlreadyLinked,
    Newcomer,
    Passage,
    Stranger,
    Tie,
    Waiting,
    check_removal,
    is_address,
)
from services.identity.openid import SignInRefused
from services.identity.storage import accounts, audit, email_changes, factors
from services.identity.storage import openid as storage
from services.identity.use_cases.accounts import may_be_mailed, reader_of, tell_confirmed
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.sessions import SecondStep, SignIn, begin, open_session
from shared.contracts.identity import AccountLinkRequested, SecurityNoticed
from shared.ids import new_id
from shared.person import Person
from shared.problems import TooMany, Unknown, WrongState
from shared.web.i18n import N_, languages
from shared.work import Work


@dataclass(frozen=True)
class Visit:
    """From where somebody signs in, through which provider, and whether that one vouches for a second factor."""

    provider: str
    strong: bool
    address: str
    browser: str


@dataclass(frozen=True)
class Unfinished:
    """The provider knows the person, we do not yet. With `secret` an account can be made; else a mail was sent."""

    secret: str | None


async def begin_passage(work: Work, *, browser_secret: str, target: str, address: str) -> Passage:
    """A new way to the provider and back to `target`, for this browser alone. Raises TooMany."""
    if await storage.open_sign_ins(work.db, address, at=work.now) >= SIGN_INS_PER_ADDRESS:
        raise TooMany(
            N_("Too many attempts to sign in. Wait some minutes and try again."),
            retry_after=int(SIGN_IN_LIVES.total_seconds()),
        )
    passage = Passage.new()
    await storage.add_sign_in(
        work.db,
        hash_of(passage.state),
        hash_of(browser_secret),
        passage,
        target=target,
        address=address,
        at=work.now,
        ends_at=work.now + SIGN_IN_LIVES,
    )
    return passage


async def take_passage(work: Work, state: str, *, browser_secret: str) -> tuple[Passage, str]:
    """The way that this browser began, and where it leads; it is used up now. Raises SignInRefused."""
    found = await storage.take_sign_in(work.db, hash_of(state), hash_of(browser_secret), at=work.now)
    if found is None:
        raise SignInRefused(
            N_("This sign-in was not begun in this browser, took too long, or was finished before."), code="state"
        )
    nonce, verifier, target = found
    return Passage(state, nonce, verifier), target


async def note_failure(work: Work, code: str, *, address: str) -> None:
    """Somebody came back from the provider and was not let in."""
    await audit.note(
        work.db, "sign_in_failed", at=work.now, by=None, address=address, details={"way": "openid", "why": code}
    )


async def arrive(work: Work, stranger: Stranger, visit: Visit, *, target: str) -> SignIn | SecondStep | Unfinished:
    """Let in whoever is linked with an account; others only begin something. Raises SignInRefused."""
    tie = await storage.use_tie(work.db, stranger.issuer, stranger.subject, at=work.now)
    if tie is not None:
        return await _let_in(work, tie.account_id, visit)
    if not stranger.email_verified or not is_address(stranger.email):
        raise SignInRefused(
            N_("%(provider)s does not vouch for an e-mail address of yours. Confirm it there first, or register here."),
            code="email_not_verified",
            params={"provider": visit.provider},
        )
    account = await accounts.by_email(work.db, stranger.email, lock=True)
    if account is not None and account.confirmed_at is not None:
        await _ask_to_link(work, account, stranger, visit, target)
        return Unfinished(None)
    return Unfinished(await _wait(work, stranger, visit, target))


async def read_newcomer(work: Work, secret: str) -> Waiting:
    """Who is about to make an account. Raises WrongState."""
    with obeying_rules():
        return await _waiting(work, secret, with_account=False)


async def create_account(work: Work, secret: str, newcomer: Newcomer, visit: Visit) -> SignIn | SecondStep:
    """Make the account, confirmed and linked, and let its person in. Raises WrongContent, WrongState.

    An account that was registered with this address but never confirmed is nobody's: it is made anew, without its
    password.
    """
    with obeying_rules():
        waiting = await _waiting(work, secret, with_account=False)
        newcomer = newcomer.checked(languages())
    account_id = await _add_account(work, waiting.email, newcomer)
    account = await accounts.confirm(work.db, account_id, at=work.now)
    details = {"way": "openid"}
    for act in ("registered", "confirmed"):
        await audit.note(
            work.db, act, at=work.now, by=account_id, subject=account_id, address=visit.address, details=details
        )
    await _tie(work, account, waiting, visit, used=True)
    await storage.use_waiting(work.db, hash_of(secret), at=work.now)
    tell_confirmed(work, account)
    return await _let_in(
        work, account_id, Visit(visit.provider, waiting.strong, address=visit.address, browser=visit.browser)
    )


async def read_link_request(work: Work, secret: str) -> None:
    """Whether the mailed link can be used now. Raises WrongState."""
    with obeying_rules():
        await _waiting(work, secret, with_account=True)


async def confirm_link(work: Work, secret: str, visit: Visit) -> None:
    """The owner of the account says that it is the same person. Raises WrongState."""
    with obeying_rules():
        waiting = await _waiting(work, secret, with_account=True)
    account = await accounts.by_id(work.db, waiting.account_id, lock=True) if waiting.account_id else None
    if account is None or account.deleted_at is not None:
        raise Unknown
    await _tie(work, account, waiting, visit)
    await storage.use_waiting(work.db, hash_of(secret), at=work.now)
    work.tell(SecurityNoticed(**reader_of(account), what="account-linked", at=work.now, detail=visit.provider))


async def list_ties(work: Work, person: Person) -> list[Tie]:
    """Where else than here this person may sign in."""
    return await storage.ties(work.db, person.account_id)


async def remove_tie(work: Work, person: Person, tie_id: UUID) -> None:
    """Sign in there no more. Raises Unknown, and WrongState when it is the only way in."""
    account = await accounts.by_id(work.db, person.account_id, lock=True)
    ties = await storage.ties(work.db, person.account_id, lock=True)
    tie = next((tie for tie in ties if tie.id == tie_id), None)
    if account is None or tie is None:
        raise Unknown
    other_ways = account.password_hash is not None or bool(await factors.passkeys(work.db, account.id))
    with obeying_rules():
        check_removal(ties=len(ties), other_ways=other_ways)
    await storage.remove_tie(work.db, tie.id)
    await audit.note(
        work.db,
        "account_unlinked",
        at=work.now,
        by=person.account_id,
        subject=person.account_id,
        session=person.session_id,
        details={"issuer": tie.issuer},
    )
    work.tell(SecurityNoticed(**reader_of(account), what="account-unlinked", at=work.now, detail=tie.provider))


async def _let_in(work: Work, account_id: UUID, visit: Visit) -> SignIn | SecondStep:
    """A second factor that the provider vouches for counts here; without it our own is asked for."""
    where = {"address": visit.address, "browser": visit.browser, "way": visit.provider}
    if visit.strong:
        return await open_session(work, account_id, strong=True, **where)
    return await begin(work, account_id, **where)


async def _ask_to_link(work: Work, account: Account, stranger: Stranger, visit: Visit, target: str) -> None:
    if any(tie.issuer == stranger.issuer for tie in await storage.ties(work.db, account.id)):
        raise SignInRefused(AlreadyLinked.message, code=AlreadyLinked.code)
    if await may_be_mailed(work, "account_link_requested", account.id):
        secret = await _wait(work, stranger, visit, target, account)
        work.tell(
            AccountLinkRequested(
                **reader_of(account),
                provider=visit.provider,
                path=f"/identity/openid/link/{secret}",
                expires_at=work.now + LINK_REQUEST_LIVES,
            )
        )


async def _wait(work: Work, stranger: Stranger, visit: Visit, target: str, account: Account | None = None) -> str:
    secret = new_secret()
    waiting = Waiting(
        account.id if account else None,
        stranger.issuer,
        stranger.subject,
        stranger.email,
        stranger.first_name,
        stranger.last_name,
        stranger.language,
        visit.strong,
        target,
        work.now + (LINK_REQUEST_LIVES if account else ACCOUNT_FORM_LIVES),
    )
    await storage.add_waiting(work.db, hash_of(secret), waiting, at=work.now)
    return secret


async def _waiting(work: Work, secret: str, *, with_account: bool) -> Waiting:
    """Raises LinkUnknown, LinkUsed, LinkEnded."""
    found = await storage.waiting(work.db, hash_of(secret), with_account=with_account)
    if found is None:
        raise LinkUnknown
    found.check(work.now)
    return found


async def _add_account(work: Work, email: str, newcomer: Newcomer) -> UUID:
    registration = Registration(
        newcomer.first_name, newcomer.last_name, email, "", newcomer.language, newcomer.time_zone, privacy_accepted=True
    )
    account_id = new_id()
    if await accounts.add(work.db, account_id, registration, None, privacy_version=PRIVACY_VERSION, at=work.now):
        return account_id
    account = await accounts.by_email(work.db, email, lock=True)
    if account is None or account.confirmed_at is not None:
        raise WrongState(N_("An account with this e-mail address was made in the meantime. Please sign in again."))
    await accounts.replace_unconfirmed(
        work.db, account.id, registration, None, privacy_version=PRIVACY_VERSION, at=work.now
    )
    await email_changes.drop_links(work.db, account.id)
    return account.id


async def _tie(work: Work, account: Account, waiting: Waiting, visit: Visit, *, used: bool = False) -> None:
    """Raises WrongState when one of both is linked already."""
    tie = Tie(
        new_id(), account.id, waiting.issuer, waiting.subject, visit.provider, work.now, work.now if used else None
    )
    if not await storage.add_tie(work.db, tie):
        with obeying_rules():
            raise AlreadyLinked
    await audit.note(
        work.db,
        "account_linked",
        at=work.now,
        by=account.id,
        subject=account.id,
        address=visit.address,
        details={"issuer": waiting.issuer},
    )
