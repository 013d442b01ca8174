"""Another e-mail address counts when the readers of both, the old and the new one, have said so."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.identity.domain.accounts import check_email, email_key
from services.identity.domain.refusals import N_, Mistakes, NotNow

CHANGE_LIVES = timedelta(hours=24)


class Side(StrEnum):
    """Whose reader confirms. The values are the purposes of the two links."""

    OLD = "email-old"
    NEW = "email-new"


class AddressLost(NotNow):
    message = N_("This address cannot be used any more. Your old one stays; you may ask again with another one.")
    code = "address_lost"


@dataclass(frozen=True)
class EmailChange:
    """Somebody asked for another address. Until it is complete the old one holds."""

    account_id: UUID
    new_email: str
    requested_at: datetime
    ends_at: datetime
    old_confirmed_at: datetime | None = None
    new_confirmed_at: datetime | None = None

    def confirm(self, side: Side, at: datetime) -> "EmailChange":
        """The same, confirmed by this side; in which order they do it does not matter."""
        if side is Side.OLD:
            return replace(self, old_confirmed_at=at)
        return replace(self, new_confirmed_at=at)

    @property
    def is_complete(self) -> bool:
        """Whether both sides have confirmed."""
        return self.old_confirmed_at is not None and self.new_confirmed_at is not None


def check_new_email(new_email: str, *, present: str) -> str:
    """The wished address, tidied. Raises WrongFields. Whether somebody else has it is not said here."""
    wrong = Mistakes()
    new_email = check_email(wrong, "email", new_email)
    if not wrong.found and email_key(new_email) == email_key(present):
        wrong.add("email", "same_email", N_("This is your e-mail address already."))
    wrong.refuse_if_any()
    return new_email
