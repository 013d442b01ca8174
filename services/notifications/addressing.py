"""Finding out who a message is for. Facts about people and roles travel on other topics than those about licences,
so a message waits, with growing pauses and for as long as it takes, until its recipients are known."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from services.notifications.domain import Audience, Message, Patience, Recipient, first_state
from services.notifications.storage import messages, recipients
from shared.telemetry import log
from shared.work import Work

logger = log("addressing")
TOGETHER = 100


class NotKnownYet(Exception):
    """A recipient is on its way on another topic; says who is missing."""


@dataclass(frozen=True)
class AddressBook:
    """Where support's mailbox is, and how patient we are with what is not known yet.

    A message is looked at `delay` after it was heard; `lapse` after it happened nobody is mailed any more.
    """

    support_mailbox: str
    patience: Patience
    delay: timedelta
    lapse: timedelta

    async def address(self, work: Work) -> int:
        """Address what is due, at most some at a time. Returns how many were looked at."""
        due = await messages.due_messages(work.db, until=work.now - self.delay, limit=TOGETHER)
        for message, attempts in due:
            try:
                found = await self.find(work, message)
            except NotKnownYet as missing:
                later = work.now + self.patience.pause(attempts + 1)
                await messages.put_off_addressing(work.db, message.id, due_at=later, waits_for=str(missing))
                logger.info("message_not_addressed_yet", message_id=str(message.id), waits_for=str(missing))
            else:
                await self._deliver(work, message, found)
        return len(due)

    async def _deliver(self, work: Work, message: Message, found: list[Recipient]) -> None:
        """One delivery for each recipient. A message for nobody is settled too, and shown as such."""
        for recipient in found:
            state = first_state(message, recipient, now=work.now, lapse=self.lapse)
            await messages.add_delivery(work.db, message, recipient, state, now=work.now)
        await messages.settle_addressing(work.db, message.id, state="addressed" if found else "nobody")

    async def find(self, work: Work, message: Message) -> list[Recipient]:
        """Everybody to be written to. Raises NotKnownYet."""
        ways: dict[Audience, Callable[[Work, Message], Awaitable[list[Recipient]]]] = {
            Audience.COMPANY: _company,
            Audience.PERSON: _person,
            Audience.AUTHORITY: _authority,
            Audience.CUSTOMS: _customs,
            Audience.OFFICER: _officer,
            Audience.ADMINISTRATORS: _administrators,
            Audience.DECIDERS: _deciders,
            Audience.REMINDED: self._reminded,
            Audience.GIVEN: _given,
            Audience.OWNER: _owner,
            Audience.LETTER: _letter,
        }
        return await ways[message.audience](work, message)

    async def _reminded(self, work: Work, message: Message) -> list[Recipient]:
        """The support team, which may decide everything, and the people who may decide this."""
        return _boxes(self.support_mailbox) + await _deciders(work, message)


async def _company(work: Work, message: Message) -> list[Recipient]:
    return _all_known(
        await recipients.company_of(work.db, message.operator_id, creator_id=message.person_id, at=work.now)
    )


async def _deciders(work: Work, message: Message) -> list[Recipient]:
    """Who, beside support, may decide about the role of a message; never the person who asked for it."""
    return _all_known(
        await recipients.deciders_of(
            work.db,
            message.data["role"],
            body_id=message.operator_id,
            country=message.country,
            without=message.person_id,
            at=work.now,
        )
    )


async def _person(work: Work, message: Message) -> list[Recipient]:
    person = await recipients.account_of(work.db, message.person_id)
    if person is not None:
        return [person]
    if await recipients.is_erased(work.db, message.person_id):
        return []
    raise NotKnownYet("account")


async def _authority(work: Work, message: Message) -> list[Recipient]:
    mailboxes = await recipients.authority_mailboxes(work.db, message.country)
    if not mailboxes:
        raise NotKnownYet("authority")
    return _boxes(*mailboxes)


async def _officer(work: Work, message: Message) -> list[Recipient]:
    """Who works on the case; the authority's mailbox while nobody does, or when that officer is gone."""
    officer = message.data.get("officer_id")
    person = await recipients.account_of(work.db, UUID(officer)) if officer else None
    return [person] if person else await _authority(work, message)


async def _administrators(work: Work, message: Message) -> list[Recipient]:
    """Who looks after the competent authority; its mailbox when nobody does."""
    people = _all_known(await recipients.administrators_of(work.db, message.country, at=work.now))
    return people or await _authority(work, message)


async def _customs(work: Work, message: Message) -> list[Recipient]:
    return _boxes(await recipients.office_mailbox(work.db, message.office))


async def _given(_work: Work, message: Message) -> list[Recipient]:
    return [Recipient(message.data["email"], language=message.data["language"])]


async def _owner(work: Work, message: Message) -> list[Recipient]:
    """The given address, in the inbox and by the clock of the account's person as far as the account is known."""
    person = await recipients.account_of(work.db, message.about)
    [given] = await _given(work, message)
    return [replace(given, account_id=person.account_id, time_zone=person.time_zone) if person else given]


async def _letter(_work: Work, message: Message) -> list[Recipient]:
    """As the person who wrote it would have sent it; answers go to that person."""
    letter = message.data
    return [
        Recipient(letter["to"], language=letter["language"], copy_to=letter["copy_to"], reply_to=letter["email"]),
    ]


def _all_known(found: tuple[list[Recipient], int]) -> list[Recipient]:
    people, unknown = found
    if unknown:
        raise NotKnownYet("account")
    return people


def _boxes(*mailboxes: str | None) -> list[Recipient]:
    """The mailboxes of bodies that have one."""
    return [Recipient(mailbox) for mailbox in mailboxes if mailbox]
