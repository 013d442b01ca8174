"""Tell people by mail what changed about how one gets into their account."""

from uuid import UUID

from services.identity.storage import accounts
from services.identity.use_cases.accounts import reader_of
from shared.contracts.identity import SecurityNoticed
from shared.work import Work


async def tell_owner(work: Work, account_id: UUID, what: str, *, detail: str = "") -> None:
    """A mail to the owner, in case it was somebody else. `what` is one of those that SecurityNoticed names."""
    account = await accounts.by_id(work.db, account_id)
    if account is not None:
        work.tell(SecurityNoticed(**reader_of(account), what=what, at=work.now, detail=detail))
