"""What can be asked of notifications."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.domain import Choice, DeliveryState
from services.notifications.storage import event_log, messages, reading
from services.notifications.words import MESSAGE_STATES
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

UNREAD_COUNTED_TO = 100


@dataclass(frozen=True)
class Page:
    """A part of a list, and where the next begins."""

    items: list[Any]
    next: str | None


async def read_inbox(work: Work, person: Person, *, cursor: str | None = None) -> Page:
    """What was sent to this person, newest first."""
    key = key_of(cursor, 1)
    before = _uuid(key[0]) if key else None
    rows = await reading.inbox(work.db, person.account_id, before=before, limit=PAGE + 1)
    return _page(rows, PAGE, lambda row: cursor_of(row["delivery_id"]))


async def open_message(work: Work, person: Person, delivery_id: UUID) -> asyncpg.Record:
    """One message to this person, which is read from now on."""
    row = await reading.from_inbox(work.db, person.account_id, delivery_id)
    if row is None:
        raise Unknown
    await reading.mark_read(work.db, person.account_id, delivery_id=delivery_id, now=work.now)
    return row


async def mark_all_read(work: Work, person: Person) -> None:
    """Everything in this person's inbox counts as read."""
    await reading.mark_read(work.db, person.account_id, delivery_id=None, now=work.now)


async def count_unread(work: Work, person: Person) -> int:
    """How many messages wait to be read, counted up to a hundred."""
    return await reading.count_unread(work.db, person.account_id, up_to=UNREAD_COUNTED_TO)


async def read_preferences(work: Work, person: Person) -> list[str]:
    """What this person gets mails about."""
    off = await reading.switched_off(work.db, person.account_id)
    return [choice for choice in Choice if choice not in off]


async def choose_mails(work: Work, person: Person, wanted: list[str]) -> None:
    """Get mails about these, and about nothing else that can be switched off."""
    if unknown := set(wanted) - set(Choice):
        raise WrongContent(
            [
                FieldError(
                    "mails", "unknown_choice", N_("This cannot be chosen: %(choice)s."), params={"choice": min(unknown)}
                )
            ]
        )
    await reading.switch_off(work.db, person.account_id, [choice for choice in Choice if choice not in wanted])


async def read_deliveries(
    work: Work,
    person: Person,
    *,
    licence: str = "",
    state: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page:
    """The proof of delivery: all of it for support, for others what was sent to themselves.

    `licence` is a licence's id or its number.
    """
    if state and state not in {*DeliveryState, *MESSAGE_STATES}:
        raise WrongContent([FieldError("state", "unknown_state", N_("There is no such state."))])
    key = key_of(cursor, 2)
    about = _uuid(licence)
    rows = await reading.deliveries(
        work.db,
        account_id=None if person.is_support else person.account_id,
        about=about,
        licence_number=licence.upper() if licence and about is None else None,
        state=state or None,
        before=_place(key) if key else None,
        limit=limit + 1,
    )
    return _page(rows, limit, lambda row: cursor_of(row["message_id"], row["place"]))


async def count_deliveries(work: Work, person: Person) -> asyncpg.Record:
    """What is on its way or needs a person; for support."""
    _only_support(person)
    return await reading.delivery_counts(work.db)


async def send_again(work: Work, person: Person, delivery_id: UUID) -> None:
    """Send a failed mail once more. Only support may."""
    _only_support(person)
    state = await reading.send_again(work.db, delivery_id, now=work.now)
    if state is None:
        raise Unknown
    if state != DeliveryState.FAILED:
        raise WrongState(N_("Only a mail that has failed can be sent again."), code="not_failed")
    await messages.wake(work.db)


async def read_events(work: Work, person: Person, *, after: int, limit: int) -> list[asyncpg.Record]:
    """The public event log behind a position, as far as it concerns this person."""
    return await event_log.read_after(work.db, person, after, limit=limit)


def _only_support(person: Person) -> None:
    if not person.is_support:
        raise NotYours(N_("Only the support team can see this."))


def _page(rows: list[asyncpg.Record], size: int, cursor: Callable[[asyncpg.Record], str]) -> Page:
    more = len(rows) > size
    items = rows[:size]
    return Page(items, cursor(items[-1]) if more else None)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _place(key: list[Any]) -> tuple[UUID, UUID]:
    message_id, place = _uuid(key[0]), _uuid(key[1])
    if message_id is None or place is None:
        raise WrongContent([FieldError("cursor", "bad_cursor", N_("This is not a cursor that a list gave out."))])
    return message_id, place
