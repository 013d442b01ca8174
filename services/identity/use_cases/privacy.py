"""The privacy statement: who accepted which version."""

from services.identity.domain.accounts import PRIVACY_VERSION
from services.identity.domain.refusals import N_
from services.identity.storage import accounts, audit
from services.identity.use_cases.accounts import read_account
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.work import Work


async def must_accept(work: Work, person: Person) -> bool:
    """Whether there is a version of the statement that this person has not accepted."""
    account = await accounts.by_id(work.db, person.account_id)
    return account is not None and account.privacy_version != PRIVACY_VERSION


async def accept_privacy(work: Work, person: Person, *, ticked: bool) -> None:
    """Keep that the present version was accepted, and when. Raises WrongContent without the tick."""
    if not ticked:
        raise WrongContent([FieldError("privacy", "required", N_("Tick that you have read the privacy statement."))])
    account = await read_account(work, person)
    await accounts.accept_privacy(work.db, account.id, PRIVACY_VERSION, at=work.now)
    await audit.note(
        work.db,
        "privacy_accepted",
        at=work.now,
        by=account.id,
        subject=account.id,
        session=person.session_id,
        details={"version": PRIVACY_VERSION},
    )
