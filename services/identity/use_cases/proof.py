"""Showing once more who somebody is, before something that must not happen by an unattended screen."""

from services.identity.domain.accounts import Account
from services.identity.passwords import Passwords
from services.identity.storage import accounts, audit, sessions
from services.identity.use_cases.guessing import account_hash, count_attempt
from services.identity.use_cases.sessions import OpenWork
from shared.person import Person
from shared.problems import FieldError, NotSignedIn, WrongContent
from shared.web.i18n import N_


async def prove_password(
    open_work: OpenWork, passwords: Passwords, person: Person, password: str, *, address: str, field: str
) -> Account:
    """The person's account, when the password is right. Raises WrongContent for `field`, TooMany, NotSignedIn.

    Guessing here counts together with guessing at the sign-in.
    """
    async with open_work() as work:
        account = await accounts.by_id(work.db, person.account_id)
        if account is None or account.deleted_at is not None:
            raise NotSignedIn
        stopped = await count_attempt(work, account.email, address)
    if stopped is not None:
        raise stopped
    fits = await passwords.verify(account.password_hash, password)
    async with open_work() as work:
        if fits:
            await sessions.forget_attempts(work.db, account_hash(account.email))
            return account
        await audit.note(
            work.db,
            "password_refused",
            at=work.now,
            by=account.id,
            subject=account.id,
            session=person.session_id,
            address=address,
        )
    raise WrongContent([FieldError(field, "wrong_password", N_("This is not your present password."))])
