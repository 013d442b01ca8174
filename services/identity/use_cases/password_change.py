"""Another password, for somebody who knows the present one."""

from services.identity.domain.passwords import check_password
from services.identity.domain.refusals import N_, Mistakes
from services.identity.passwords import Passwords
from services.identity.storage import accounts, audit, sessions
from services.identity.use_cases.accounts import read_account, reader_of
from services.identity.use_cases.proof import prove_password
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.sessions import OpenWork
from shared.contracts.identity import SecurityNoticed
from shared.person import Person


async def change_password(
    open_work: OpenWork, passwords: Passwords, person: Person, *, current: str, new: str, address: str
) -> None:
    """Replace the password; this session goes on, all others end. Raises WrongContent, TooMany.

    The present password is asked for first: without it nobody learns anything about the new one.
    """
    account = await prove_password(open_work, passwords, person, current, address=address, field="current_password")
    with obeying_rules():
        wrong = Mistakes()
        names = (account.first_name, account.last_name)
        check_password(wrong, "password", new, email=account.email, names=names)
        if not wrong.found and new == current:
            wrong.add("password", "same_password", N_("This is your present password. Choose another one."))
        wrong.refuse_if_any()
    password_hash = await passwords.hash(new)
    async with open_work() as work:
        account = await read_account(work, person)
        await accounts.change_password(work.db, account.id, password_hash)
        await sessions.end_others(work.db, account.id, person.session_id)
        await audit.note(
            work.db,
            "password_changed",
            at=work.now,
            by=account.id,
            subject=account.id,
            session=person.session_id,
            address=address,
        )
        work.tell(SecurityNoticed(**reader_of(account), what="password-changed", at=work.now))
