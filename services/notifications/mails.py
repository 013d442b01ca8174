"""Writing mails: a message in a recipient's language, as text with one link."""

import re
import textwrap
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from jinja2 import Environment

from services.notifications.domain import KINDS, Message
from services.notifications.storage.outgoing import Outgoing
from shared.reference_data import customs_office
from shared.web.i18n import using
from shared.web.words import state_name
from shared.work import Clock

WIDTH = 74
FACT_INDENT = "  "


@dataclass(frozen=True)
class Text:
    """What a recipient reads."""

    subject: str
    body: str

    @property
    def paragraphs(self) -> list[str | list[tuple[str, str]]]:
        """The body for a page: plain paragraphs, and lists of facts as (label, value)."""
        blocks = [block for block in self.body.split("\n\n") if block.strip()]
        return [_facts(block) if block.startswith(FACT_INDENT) else block for block in blocks]


class Writer:
    """Writes the texts of `templates/mails/<kind>.txt`."""

    def __init__(self, environment: Environment, *, origin: str, sender: str, clock: Clock) -> None:
        self.environment = environment.overlay(autoescape=False)
        self.environment.globals = environment.globals | {"state_name": state_name, "office_name": office_name}
        self.origin = origin
        self.sender = sender
        self.clock = clock

    def link(self, message: Message) -> str:
        """Where the message leads to, below the origin."""
        return KINDS[message.kind].path.format(about=message.about, path=message.data.get("path", ""))

    def text(self, message: Message, *, language: str, time_zone: str) -> Text:
        """Subject and body for a page, in the reader's language and time zone: no greeting, no link."""
        return self._render(message, language, time_zone, None, on_page=True)

    def _render(
        self, message: Message, language: str, time_zone: str, names: tuple[str, str] | None, *, on_page: bool
    ) -> Text:
        first_name, last_name = names or (None, None)
        values = {
            "data": message.data,
            "number": message.licence_number,
            "country_code": message.country,
            "expires_at": message.expires_at,
            "first_name": first_name,
            "last_name": last_name,
            "link": self.origin + self.link(message),
            "origin": self.origin,
            "on_page": on_page,
        }
        with using(language, time_zone):
            subject, _, body = self.environment.get_template(f"mails/{message.kind}.txt").render(values).partition("\n")
        body = re.sub(r"\n{3,}", "\n\n", body.strip())
        return Text(subject.strip(), body)

    def mail(self, outgoing: Outgoing) -> EmailMessage:
        """The whole mail. Its Message-ID is that of the delivery, so that a mail sent twice can be recognised."""
        known = outgoing.first_name is not None and outgoing.last_name is not None
        names = (outgoing.first_name or "", outgoing.last_name or "") if known else None
        text = self._render(outgoing.message, outgoing.language, outgoing.time_zone, names, on_page=False)
        mail = EmailMessage()
        mail["From"] = address(self.sender)
        mail["To"] = address(outgoing.address)
        if outgoing.copy_to:
            mail["Cc"] = address(outgoing.copy_to)
        if outgoing.reply_to:
            mail["Reply-To"] = address(outgoing.reply_to)
        mail["Subject"] = text.subject
        mail["Date"] = format_datetime(self.clock())
        mail["Message-ID"] = f"<{outgoing.id}@{urlsplit(self.origin).hostname}>"
        mail["Content-Language"] = outgoing.language
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(wrapped(text.body))
        return mail


def address(text: str) -> Address:
    """An address of a header, with the name in front of it if there is one."""
    name, spec = parseaddr(text)
    return Address(name, addr_spec=spec)


def wrapped(body: str) -> str:
    """Lines short enough for every mail program; links stay whole."""
    lines = [
        textwrap.fill(line, WIDTH, subsequent_indent=_indent(line), break_long_words=False, break_on_hyphens=False)
        for line in body.splitlines()
    ]
    return "\n".join(lines) + "\n"


def _indent(line: str) -> str:
    """A wrapped fact goes on under its own text."""
    return FACT_INDENT * 2 if line.startswith(FACT_INDENT) else ""


def _facts(block: str) -> list[tuple[str, str]]:
    pairs = [line.strip().partition(": ") for line in block.splitlines()]
    return [(label, value) for label, _, value in pairs]


def office_name(col_number: str | None) -> str:
    """A customs office as people call it: its name with the COL number."""
    office = customs_office(col_number or "")
    return f"{office.name} ({office.id})" if office else col_number or ""
