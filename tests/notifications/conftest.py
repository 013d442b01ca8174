"""The service over a real database, with a real SMTP server that keeps what it gets."""

import asyncio
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import ConsumerRecord
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from fastapi import FastAPI

from services.notifications.main import build
from services.notifications.service import Notifications
from services.notifications.settings import Settings
from shared import background
from shared.contracts import Event
from shared.person import Person
from shared.testing.apps import browser, opened
from shared.testing.people import Issuer, know
from shared.testing.settings import settings_for
from shared.testing.waiting import until


@dataclass
class MailSink:
    """An SMTP server. `answers` gives an address (or "DATA") an answer other than yes."""

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    envelopes: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True, hostname="sink.example"), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append((list(envelope.rcpt_tos), message))
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 Kept"

    def envelope_of(self, mail: EmailMessage) -> tuple[str, list[str]]:
        """Who the envelope of this mail said it comes from, and for whom it is."""
        return next((sender, to) for sender, to, kept in self.envelopes if kept is mail)

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that this address got."""
        return [mail for recipients, mail in self.mails if address in recipients]

    async def wait_for(self, address: str, count: int = 1, *, about: str = "") -> list[EmailMessage]:
        """The mails to this address with `about` in their subject, as soon as there are so many."""

        def found() -> list[EmailMessage]:
            return [mail for mail in self.to(address) if about in mail["Subject"]]

        async def enough() -> bool:
            return len(found()) >= count

        await until(enough, what=f"{count} mails")
        return found()


Enter = Callable[[Person], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    server = MailSink()
    await server.open()
    yield server
    await server.close()


@pytest.fixture
async def app(database_url: str, sink: MailSink, issuer: Issuer) -> AsyncIterator[FastAPI]:
    """The service's application; neither hearing nor the postman runs."""
    settings = settings_for(
        Settings,
        database_url,
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_tls="none",
        smtp_timeout_seconds=2,
        smtp_longest_pause_seconds=0.2,
        mail_from="FLEGT licences <no-reply@flegt.example>",
        mail_poll_seconds=0.3,
        mail_first_pause_seconds=0.05,
        mail_longest_pause_seconds=0.2,
        addressing_delay_seconds=0,
        addressing_longest_pause_seconds=0.2,
        support_mailbox="support@flegt.example",
        **issuer.settings,
    )
    async with opened(build(settings)) as app:
        yield app


@pytest.fixture
def service(app: FastAPI) -> Notifications:
    service: Notifications = app.state.service
    return service


@pytest.fixture
async def enter(app: FastAPI, issuer: Issuer, service: Notifications) -> AsyncIterator[Enter]:
    """Opens a browser in which somebody is signed in."""
    browsers: list[httpx.AsyncClient] = []

    async def enter(someone: Person) -> httpx.AsyncClient:
        async with service.work() as work:
            await know(work.db, someone)
        browsers.append(browser(app, issuer.cookies(someone)))
        return browsers[-1]

    yield enter
    for opened_browser in browsers:
        await opened_browser.aclose()


async def work_off(service: Notifications) -> None:
    """Let the postman address and send everything that is due now."""
    while await service.postman.round():
        pass


@pytest.fixture
async def postman(service: Notifications) -> AsyncIterator[None]:
    """The postman, at work during the test."""
    task = asyncio.create_task(service.postman.run())
    yield
    await background.stop(task)


def words_of(mail: EmailMessage) -> str:
    """What a mail says, as text."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


Hear = Callable[..., Awaitable[None]]


@pytest.fixture
def hear(service: Notifications) -> Hear:
    """Lets the service hear events as they come from Kafka, one batch."""

    async def hear(*events: Event, id: UUID | None = None, time: datetime | None = None) -> None:  # noqa: A002
        await service.hearing.hear([record_of(event, id or uuid4(), time or datetime.now(UTC)) for event in events])

    return hear


def record_of(event: Event, event_id: UUID, time: datetime) -> ConsumerRecord:
    """The message as the relay of the event's owner sends it."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": event.wire_name,
        "ce_source": event.owner(),
        "ce_subject": event.key,
        "ce_time": time.isoformat(),
        "content-type": "application/json",
    }
    body = event.model_dump_json().encode()
    raw: Any = [(name, value.encode()) for name, value in headers.items()]
    return ConsumerRecord(
        topic=event.topic, partition=0, offset=0, timestamp=0, timestamp_type=0, key=event.key.encode(), value=body,
        checksum=None, serialized_key_size=0, serialized_value_size=len(body), headers=raw,
    )  # fmt: skip
