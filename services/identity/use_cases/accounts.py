"""Register, confirm, choose a new password, edit the profile."""

from datetime import timedelta
from typing import TypedDict
from uuid import UUID

from services.identity.domain.accounts import (
    LINK_LIVES,
    LINKS_PER_HOUR,
    PASSWORD_LINK_LIVES,
    PRIVACY_VERSION,
    Account,
    LinkUnknown,
    Registration,
    check_manner,
    hash_of,
    new_secret,
)
from services.identity.domain.passwords import check_password
from services.identity.domain.refusals import N_, Mistakes
from services.identity.storage import accounts as storage
from services.identity.storage import audit, sessions
from services.identity.use_cases.refusals import obeying_rules
from shared.contracts.identity import (
    AccountConfirmed,
    ConfirmationRequested,
    PasswordResetRequested,
    RegistrationRepeated,
    SecurityNoticed,
)
from shared.ids import new_id
from shared.person import Person
from shared.problems import NotSignedIn
from shared.web.i18n import languages
from shared.work import Work

HOUR = timedelta(hours=1)


def check_registration(registration: Registration) -> Registration:
    """The same, tidied; before its password is worth hashing. Raises WrongContent."""
    with obeying_rules():
        return registration.checked(languages())


async def register_account(
    work: Work, registration: Registration, *, password_hash: str, address: str | None = None
) -> UUID:
    """Enter a new account and mail a link to confirm it. Nobody learns here whether the address was taken.

    The owner of a taken address is told by mail. An account that was never confirmed is entered anew: whoever
    gets the mail decides which registration counts.
    """
    registration = check_registration(registration)
    account_id = new_id()
    if await storage.add(
        work.db, account_id, registration, password_hash, privacy_version=PRIVACY_VERSION, at=work.now
    ):
        await audit.note(work.db, "registered", at=work.now, by=account_id, subject=account_id, address=address)
    account = await storage.by_email(work.db, registration.email, lock=True)
    if account is None:
        raise LookupError(f"account {account_id} vanished while it was registered")
    if account.confirmed_at is None:
        await storage.replace_unconfirmed(
            work.db, account.id, registration, password_hash, privacy_version=PRIVACY_VERSION, at=work.now
        )
        current = await storage.by_id(work.db, account.id)
        await _send_confirmation_link(work, current or account)
    elif await may_be_mailed(work, "registration_repeated", account.id):
        work.tell(RegistrationRepeated(**reader_of(account)))
    return account.id


async def request_confirmation_again(work: Work, email: str) -> None:
    """Mail a new link, if there is such an account and it waits for one. Nobody learns whether."""
    account = await storage.by_email(work.db, email, lock=True)
    if account is not None and account.confirmed_at is None:
        await _send_confirmation_link(work, account)


async def read_link(work: Work, secret: str, purpose: str) -> None:
    """Whether a link can be used now. Raises WrongState with the codes link_unknown, link_used, link_ended."""
    with obeying_rules():
        link = await storage.link(work.db, hash_of(secret), purpose)
        if link is None:
            raise LinkUnknown
        link.check(work.now)


async def confirm_account(work: Work, secret: str, *, address: str | None = None) -> Account:
    """The mail reached its reader: the account can be used. Raises WrongState."""
    account_id = await use_link(work, secret, "confirmation")
    account = await storage.confirm(work.db, account_id, at=work.now)
    await audit.note(work.db, "confirmed", at=work.now, by=account_id, subject=account_id, address=address)
    tell_confirmed(work, account)
    return account


async def request_password_link(work: Work, email: str) -> None:
    """Mail a link for a new password, if there is such an account. Nobody learns whether."""
    account = await storage.by_email(work.db, email, lock=True)
    if account is None or not await may_be_mailed(work, "password_link_requested", account.id):
        return
    secret, ends_at = new_secret(), work.now + PASSWORD_LINK_LIVES
    await storage.add_link(work.db, hash_of(secret), account.id, purpose="password", at=work.now, ends_at=ends_at)
    work.tell(PasswordResetRequested(**reader_of(account), path=f"/identity/password/{secret}", expires_at=ends_at))


async def check_new_password(work: Work, secret: str, password: str) -> None:
    """Before it is worth hashing. Raises WrongState for the link, WrongContent for the password."""
    await read_link(work, secret, "password")
    link = await storage.link(work.db, hash_of(secret), "password")
    account = await storage.by_id(work.db, link.account_id) if link else None
    with obeying_rules():
        wrong = Mistakes()
        if account:
            names = (account.first_name, account.last_name)
            check_password(wrong, "password", password, email=account.email, names=names)
        wrong.refuse_if_any()


async def choose_new_password(work: Work, secret: str, *, password_hash: str, address: str | None = None) -> None:
    """Replace a forgotten password; every session ends. The mail arrived, so the address is confirmed too."""
    account_id = await use_link(work, secret, "password")
    await storage.change_password(work.db, account_id, password_hash)
    await sessions.end_all(work.db, account_id)
    before = await storage.by_id(work.db, account_id)
    if before is not None and before.confirmed_at is None:
        tell_confirmed(work, await storage.confirm(work.db, account_id, at=work.now))
    await audit.note(work.db, "password_changed", at=work.now, by=account_id, subject=account_id, address=address)
    if before is not None:
        work.tell(SecurityNoticed(**reader_of(before), what="password-changed", at=work.now))


async def read_account(work: Work, person: Person) -> Account:
    """One's own account. Raises NotSignedIn when it is no more."""
    account = await storage.by_id(work.db, person.account_id)
    if account is None or account.deleted_at is not None:
        raise NotSignedIn
    return account


async def edit_profile(
    work: Work, by: Person, *, first_name: str, last_name: str, language: str, time_zone: str
) -> Account:
    """Change name, language and time zone; mails and pages follow. Raises WrongContent."""
    with obeying_rules():
        wrong = Mistakes()
        first = wrong.text("first_name", first_name, required=N_("Enter your first name."), longest=80)
        last = wrong.text("last_name", last_name, required=N_("Enter your last name."), longest=80)
        check_manner(wrong, language, time_zone, languages())
        wrong.refuse_if_any()
    account = await storage.change_profile(
        work.db, by.account_id, first_name=first, last_name=last, language=language, time_zone=time_zone
    )
    await audit.note(
        work.db, "profile_changed", at=work.now, by=by.account_id, subject=by.account_id, session=by.session_id
    )
    tell_confirmed(work, account)
    return account


async def make_confirmed_account(work: Work, registration: Registration, *, password_hash: str) -> Account:
    """An account that needs no mail: for the first support person and for demonstration data.

    Raises WrongContent when the address is taken. The password itself never comes here.
    """
    account_id = new_id()
    if not await storage.add(
        work.db, account_id, registration, password_hash, privacy_version=PRIVACY_VERSION, at=work.now
    ):
        with obeying_rules():
            wrong = Mistakes()
            wrong.add("email", "email_taken", N_("There is an account with this e-mail address already."))
            wrong.refuse_if_any()
    account = await storage.confirm(work.db, account_id, at=work.now)
    await audit.note(work.db, "made_by_command", at=work.now, by=None, subject=account_id)
    tell_confirmed(work, account)
    return account


def person_of(account: Account) -> Person:
    """The account as somebody who acts, without roles and outside any session."""
    return Person(account.id, account.name, account.language, account.time_zone)


async def use_link(work: Work, secret: str, purpose: str) -> UUID:
    """Whose link this is; it is used up now. Raises WrongState."""
    with obeying_rules():
        link = await storage.link(work.db, hash_of(secret), purpose, lock=True)
        if link is None:
            raise LinkUnknown
        link.check(work.now)
    await storage.use_link(work.db, hash_of(secret), at=work.now)
    return link.account_id


async def _send_confirmation_link(work: Work, account: Account) -> None:
    if not await may_be_mailed(work, "confirmation_requested", account.id):
        return
    secret, ends_at = new_secret(), work.now + LINK_LIVES
    await storage.add_link(work.db, hash_of(secret), account.id, purpose="confirmation", at=work.now, ends_at=ends_at)
    work.tell(ConfirmationRequested(**reader_of(account), path=f"/identity/confirm/{secret}", expires_at=ends_at))


async def may_be_mailed(work: Work, act: str, account_id: UUID) -> bool:
    """Nobody's mailbox is filled by strangers: only so many mails of a kind in an hour."""
    if await audit.count(work.db, act, account_id, since=work.now - HOUR) >= LINKS_PER_HOUR:
        return False
    await audit.note(work.db, act, at=work.now, by=None, subject=account_id)
    return True


class Reader(TypedDict):
    """Whom a mail is for."""

    account_id: UUID
    email: str
    first_name: str
    language: str


def reader_of(account: Account) -> Reader:
    """The present address of this account."""
    return Reader(account_id=account.id, email=account.email, first_name=account.first_name, language=account.language)


def tell_confirmed(work: Work, account: Account) -> None:
    """What other services know of a person; again with a higher version when it changes."""
    work.tell(
        AccountConfirmed(
            **reader_of(account), version=account.version, last_name=account.last_name, time_zone=account.time_zone
        )
    )
