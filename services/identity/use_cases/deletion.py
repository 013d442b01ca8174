"""Deleting one's own account: personal data go, what the law needs kept stays under a pseudonym."""

from services.identity.domain.accounts import Account
from services.identity.domain.deletion import check_support_remains, pseudonym_of, without_person
from services.identity.domain.roles import Role, Status
from services.identity.passwords import Passwords
from services.identity.storage import audit, roles, sessions
from services.identity.storage import deletion as storage
from services.identity.use_cases.accounts import read_account, reader_of
from services.identity.use_cases.guessing import account_hash
from services.identity.use_cases.proof import prove_password
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.roles import recording
from services.identity.use_cases.sessions import OpenWork
from shared.contracts.identity import AccountDeleted, RoleRevoked, RoleWithdrawn, SecurityNoticed
from shared.person import Person
from shared.work import Work


async def delete_account(
    open_work: OpenWork, passwords: Passwords, person: Person, *, password: str, address: str
) -> None:
    """Delete the person's account for good. Raises WrongContent, TooMany; WrongState for the last support person."""
    await prove_password(open_work, passwords, person, password, address=address, field="password")
    async with open_work() as work:
        await _delete(work, await read_account(work, person), person)


async def _delete(work: Work, account: Account, by: Person) -> None:
    with obeying_rules():
        check_support_remains(account.id, await storage.support_team(work.db, at=work.now))
    for role_id in await storage.roles_of(work.db, account.id):
        before = await roles.locked(work.db, role_id)
        if before is not None:
            await _close_role(work, before, by)
    await sessions.forget_attempts(work.db, account_hash(account.email))
    first, last = pseudonym_of(account.id)
    version = await storage.forget_person(work.db, account.id, first_name=first, last_name=last, at=work.now)
    await audit.forget_addresses(work.db, account.id)
    await audit.note(work.db, "account_deleted", at=work.now, by=account.id, subject=account.id)
    work.tell(AccountDeleted(account_id=account.id, version=version, pseudonym=f"{first} {last}"))
    work.tell(SecurityNoticed(**reader_of(account), what="account-deleted", at=work.now))


async def _close_role(work: Work, before: Role, by: Person) -> None:
    after = without_person(before, at=work.now)
    await storage.save_role(work.db, after)
    if after.status is before.status:
        return
    await recording.note(work, f"role_{after.status}", after, by)
    if after.status is Status.WITHDRAWN:
        work.tell(RoleWithdrawn(role=recording.fact(after)))
    else:
        work.tell(RoleRevoked(role=recording.fact(after), reason=after.decision_reason))
