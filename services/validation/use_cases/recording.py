"""Keeping an act: the case as it is now, its place in the history, and the event, in one transaction."""

from typing import Any

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.proceedings import Actor
from services.validation.domain.states import Act
from services.validation.storage import Entry, StoredCase
from shared.contracts.validation import CaseEvent
from shared.problems import Stale
from shared.work import Work


def not_passed(case: StoredCase, seen: int | None) -> None:
    """Raises Stale when somebody acted on the case after the version that was looked at."""
    if seen is not None and seen != case.version:
        raise Stale("Somebody else acted on this case after you opened it. Nothing of yours was recorded; look again.")


async def record(
    work: Work,
    before: StoredCase,
    after: Case,
    act: Act,
    by: Actor,
    fact: type[CaseEvent],
    *,
    seen: int | None,
    text: str = "",
    details: dict[str, Any] | None = None,
) -> Case:
    """Write the act down and tell it. `seen` is the version the person had before their eyes: raises Stale if passed.

    `details` become fields of the event, and stand in the history.
    """
    not_passed(before, seen)
    details = details or {}
    await storage.change(work.db, after, at=work.now)
    entry = Entry(work.now, act, by.account_id, by.name, by.body, text, details)
    await storage.note(work.db, after.licence_id, entry)
    work.tell(
        fact.model_validate(
            {
                "licence_id": after.licence_id,
                "version": after.version,
                "licence_number": before.licence_number,
                "operator_id": before.operator_id,
                "requester_id": before.requester_id,
                "country": before.country,
                "point_of_entry": before.point_of_entry,
                "validation_state": after.validation_state,
                "clearance_state": after.clearance_state,
                "acting_body": by.body,
                **details,
            }
        )
    )
    return after
