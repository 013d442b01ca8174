"""The postman: addresses messages and sends mails, as long as the service runs.

A mail is claimed, sent, and only then marked, together with the fact that it was sent. A crash in between sends it
once more, under the same Message-ID. Neither the mail server nor the database being away loses anything.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import asyncpg
from prometheus_client import Counter

from services.notifications.addressing import TOGETHER, AddressBook
from services.notifications.domain import Trouble, next_try
from services.notifications.mail_server import MailServer, MailServerAway, NotTaken, connected
from services.notifications.mails import Writer
from services.notifications.settings import Settings
from services.notifications.storage import erasure, messages, outgoing
from services.notifications.storage.outgoing import Outgoing
from shared.contracts.notifications import NotificationFailed, NotificationSent
from shared.database import AWAY
from shared.telemetry import log
from shared.work import Work

logger = log("postman")
MAILS = Counter("flegt_mails", "Mails, by what became of them", ["outcome"])
SHORTEST_WAIT = 0.05
LONGEST_DATABASE_PAUSE = 10.0

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


class Postman:
    """One per process; several may work on one database, as a claimed mail is passed over by the others."""

    def __init__(self, settings: Settings, *, open_work: OpenWork, writer: Writer, address_book: AddressBook) -> None:
        self.settings = settings
        self.open_work = open_work
        self.writer = writer
        self.address_book = address_book
        self._wake = asyncio.Event()
        self._server_failures = 0
        self._closed_until = 0.0

    async def run(self) -> None:
        """Work until cancelled. While the database is away, look again with growing pauses."""
        failures = 0
        while True:
            listening: asyncpg.Connection | None = None
            try:
                listening = await asyncpg.connect(str(self.settings.database_url), timeout=5, command_timeout=30)
                await listening.add_listener(messages.CHANNEL, lambda *_: self._wake.set())
                while not listening.is_closed():
                    self._wake.clear()
                    if not await self.round():
                        await self._wait()
                    failures = 0
            except AWAY as error:
                failures += 1
                logger.warning("database_away", error=repr(error))
                await asyncio.sleep(min(LONGEST_DATABASE_PAUSE, 0.2 * 2 ** min(failures, 10)))
            finally:
                if listening is not None:
                    listening.terminate()

    async def round(self) -> bool:
        """Address and send what is due, a little of it. True when there is more."""
        async with self.open_work() as work:
            addressed = await self.address_book.address(work)
        tried = await self._send_some()
        return addressed == TOGETHER or tried == self.settings.mail_batch

    async def _wait(self) -> None:
        """Until something is told, the next one is due, or the slow poll comes round."""
        async with self.open_work() as work:
            due = await outgoing.next_due(work.db, addressing_delay=self.settings.addressing_delay)
            seconds = (due - work.now).total_seconds() if due else self.settings.mail_poll_seconds
        closed_for = self._closed_until - asyncio.get_running_loop().time()
        seconds = min(self.settings.mail_poll_seconds, max(seconds, closed_for, SHORTEST_WAIT))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _send_some(self) -> int:
        """Send one batch over one connection. Returns how many mails were claimed."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._closed_until:
            return 0
        async with self.open_work() as work:
            lease = timedelta(seconds=self.settings.mail_lease_seconds)
            batch = await outgoing.claim(work.db, now=work.now, until=work.now + lease, limit=self.settings.mail_batch)
        if not batch:
            return 0
        waiting, deadline = list(batch), loop.time() + self.settings.mail_lease_seconds / 2
        try:
            async with connected(self.settings) as server:
                while waiting and loop.time() < deadline and await self._send(server, waiting[0]):
                    waiting.pop(0)
                    self._server_failures = 0
        except MailServerAway as away:
            await self._close(waiting, str(away))
        else:
            await self._give_back(waiting[1:] if loop.time() < deadline else waiting)
        return len(batch)

    async def _send(self, server: MailServer, mail: Outgoing) -> bool:
        """Send one mail and note what became of it. False when the connection is of no more use."""
        try:
            remark = await server.send(self.writer.mail(mail))
        except MailServerAway:
            raise
        except NotTaken as refusal:
            await self._after_trouble(mail, refusal.trouble)
            return not refusal.broken
        except Exception as error:  # whatever is wrong with one mail must not stop the others
            why = type(error).__name__  # and no traceback: it could hold an address
            logger.error("mail_not_written", delivery_id=str(mail.id), kind=mail.message.kind, error=why)  # noqa: TRY400
            await self._give_up(mail, f"The mail could not be written: {why}", "it could not be written")
            return True
        async with self.open_work() as work:
            if await outgoing.note_sent(work.db, mail.id, now=work.now, remark=remark):
                work.tell(NotificationSent(**_fact(mail)))
                await self._forget_if_last(work, mail)
        MAILS.labels("sent").inc()
        logger.info("mail_sent", delivery_id=str(mail.id), kind=mail.message.kind, about=str(mail.message.about))
        return True

    async def _after_trouble(self, mail: Outgoing, trouble: Trouble) -> None:
        attempts = mail.attempts + 1
        logger.warning("mail_not_taken", delivery_id=str(mail.id), attempts=attempts, why=trouble.summary)
        async with self.open_work() as work:
            due = next_try(
                trouble,
                attempts=attempts,
                now=work.now,
                lapses_at=mail.message.lapses_at(self.settings.mail_lapse),
                patience=self.settings.mail_patience,
            )
            if due is not None:
                MAILS.labels("put off").inc()
                await outgoing.put_off(work.db, mail.id, due_at=due, error=trouble.text)
                return
        await self._give_up(mail, trouble.text, trouble.summary)

    async def _give_up(self, mail: Outgoing, error: str, told: str) -> None:
        """`error` stays here, `told` goes out and holds no address."""
        async with self.open_work() as work:
            if await outgoing.note_failed(work.db, mail.id, now=work.now, error=error):
                work.tell(NotificationFailed(**_fact(mail), error=told))
                await self._forget_if_last(work, mail)
        MAILS.labels("failed").inc()

    async def _forget_if_last(self, work: Work, mail: Outgoing) -> None:
        """After the mail that says goodbye nothing needs the address."""
        if mail.message.kind == erasure.FAREWELL:
            await erasure.forget_farewell(work.db, mail.id)

    async def _close(self, waiting: list[Outgoing], why: str) -> None:
        """The mail server is away: leave it in peace for a while. No mail has used up a try."""
        self._server_failures += 1
        pause = min(self.settings.smtp_longest_pause_seconds, 0.5 * 2 ** min(self._server_failures, 20))
        self._closed_until = asyncio.get_running_loop().time() + pause
        logger.warning("mail_server_away", why=why, failures=self._server_failures, pause=pause)
        await self._give_back(waiting, f"The mail server cannot be reached: {why}")

    async def _give_back(self, waiting: list[Outgoing], error: str | None = None) -> None:
        if waiting:
            async with self.open_work() as work:
                await outgoing.give_back(work.db, [mail.id for mail in waiting], due_at=work.now, error=error)


def _fact(mail: Outgoing) -> dict[str, object]:
    return {
        "delivery_id": mail.id,
        "kind": mail.message.kind,
        "about": mail.message.about,
        "attempts": mail.attempts + 1,
    }
