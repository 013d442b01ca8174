"""What remains of somebody who deleted the account: a pseudonym, and what the law needs kept under it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.identity.domain.refusals import N_, NotNow
from services.identity.domain.roles import LIVING, Application, Role, Status

FIRST_NAME = "Former user"
REASON = N_("The person deleted the account.")


class LastSupportPerson(NotNow):
    message = N_("You are the last one in the support team. Let somebody else join it first.")
    code = "last_support_person"


def pseudonym_of(account_id: UUID) -> tuple[str, str]:
    """First and last name under which the acts of a deleted account stand, such as Former user 4F7A21.

    It is made of the account's own id, so everybody who keeps the id arrives at the same.
    """
    return FIRST_NAME, account_id.hex[-6:].upper()


def without_person(role: Role, *, at: datetime) -> Role:
    """The role of somebody who is gone: withdrawn if it was only requested, else revoked; an ended one stays so.

    What the person wrote about themselves is taken out; what others decided stays.
    """
    role = replace(role, application=Application("", "", "", role.application.as_agent), mail=None)
    if role.status not in LIVING:
        return role
    status = Status.WITHDRAWN if role.status is Status.REQUESTED else Status.REVOKED
    return replace(
        role,
        version=role.version + 1,
        status=status,
        decision_reason=REASON,
        decided_by=role.account_id,
        decided_at=at,
        administrator=False,
    )


def check_support_remains(leaving: UUID, support: Iterable[UUID]) -> None:
    """Somebody must be able to decide and to help. Raises LastSupportPerson."""
    others = set(support)
    if leaving in others and others == {leaving}:
        raise LastSupportPerson
