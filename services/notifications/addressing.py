"""Finding out who a message is for. Facts about people and roles travel on other topics than those about licences,
so a message waits, with growing pauses and for as long as it takes, until its recipients are known."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

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
            Audience.SUPPORT: self._support,
            Audience.GIVEN: _given,
        }
        return await ways[message.audience](work, message)

    async def _support(self, work: Work, message: Message) -> list[Recipient]:
        """The support team, with the competent authority of the body's country in copy; answers go to the person.

        A company may sit outside the Union: then there is no authority, and no copy.
        """
        person = await recipients.account_of(work.db, message.person_id)
        if person is None:
            raise NotKnownYet("account")
        copies = [mailbox for mailbox in await recipients.authority_mailboxes(work.db, message.country) if mailbox]
        return [Recipient(self.support_mailbox, copy_to=next(iter(copies), None), reply_to=person.address)]


async def _company(work: Work, message: Message) -> list[Recipient]:
    people, unknown = await recipients.company_of(work.db, message.operator_id, message.person_id)
    if unknown:
        raise NotKnownYet("account")
    return people


async def _person(work: Work, message: Message) -> list[Recipient]:
    person = await recipients.account_of(work.db, message.person_id)
    if person is None:
        raise NotKnownYet("account")
    return [person]


async def _authority(work: Work, message: Message) -> list[Recipient]:
    mailboxes = await recipients.authority_mailboxes(work.db, message.country)
    if not mailboxes:
        raise NotKnownYet("authority")
    return _boxes(*mailboxes)


async def _customs(work: Work, message: Message) -> list[Recipient]:
    return _boxes(await recipients.office_mailbox(work.db, message.office))


async def _given(_work: Work, message: Message) -> list[Recipient]:
    return [Recipient(message.data["email"], language=message.data["language"])]


def _boxes(*mailboxes: str | None) -> list[Recipient]:
    """The mailboxes of bodies that have one."""
    return [Recipient(mailbox) for mailbox in mailboxes if mailbox]
