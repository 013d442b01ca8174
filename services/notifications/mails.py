"""Writing mails: a message in a recipient's language, with one link; as text, and as HTML out of the same words."""

import re
import textwrap
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Literal
from urllib.parse import urlsplit

from babel import Locale, negotiate_locale
from jinja2 import Environment

from services.notifications.domain import KINDS, Audience, Message
from services.notifications.licence_words import licence_words, meaning
from services.notifications.storage.outgoing import Outgoing
from services.notifications.words import link_text, security_words
from shared.reference_data import customs_office
from shared.web.i18n import SOURCE_LANGUAGE, languages, using
from shared.web.words import state_name
from shared.work import Clock

WIDTH = 74
FACT_INDENT = "  "


@dataclass(frozen=True)
class Block:
    """A paragraph of lines, a list of facts as (label, value), or what the mail asks to open."""

    kind: Literal["text", "facts", "action"]
    lines: list[str]

    @property
    def facts(self) -> list[tuple[str, str]]:
        pairs = [line.strip().partition(": ") for line in self.lines]
        return [(label, value) for label, _, value in pairs]


@dataclass(frozen=True)
class Text:
    """What a recipient reads. A letter is somebody's own words."""

    subject: str
    body: str
    is_letter: bool = False

    def blocks(self, link: str | None = None) -> list[Block]:
        """The body in pieces; the first that consists of `link` alone is the action."""
        blocks: list[Block] = []
        for block in self.body.split("\n\n"):
            lines = block.strip("\n").splitlines()
            if not block.strip():
                continue
            if self.is_letter:
                blocks.append(Block("text", lines))
            elif lines == [link]:
                blocks.append(Block("action", lines))
                link = None
            else:
                blocks.append(Block("facts" if block.startswith(FACT_INDENT) else "text", lines))
        return blocks


class Writer:
    """Writes the texts of `templates/mails/<kind>.txt`. `sender` is who our mails come from."""

    def __init__(
        self, environment: Environment, *, origin: str, sender: str, support_mailbox: str, clock: Clock
    ) -> None:
        words = {
            "state_name": state_name,
            "office_name": office_name,
            "security_words": security_words,
            "licence_words": licence_words,
            "meaning": meaning,
        }
        self.html_environment = environment
        self.environment = environment.overlay(autoescape=False)
        self.environment.globals = environment.globals | words | {"support_mailbox": support_mailbox}
        self.origin = origin
        self.sender = sender
        self.clock = clock

    def link(self, message: Message) -> str:
        """Where the message leads to, below the origin."""
        return KINDS[message.kind].path.format(about=message.about, path=message.data.get("path", ""))

    def text(self, message: Message, *, language: str, time_zone: str) -> Text:
        """Subject and body for a page, in the reader's language and time zone: no greeting, no link."""
        return self._text(message, language, time_zone, None, on_page=True)

    def _text(self, message: Message, language: str, time_zone: str, first_name: str | None, *, on_page: bool) -> Text:
        if KINDS[message.kind].audience is Audience.LETTER:
            return Text(one_line(message.data["subject"]), message.data["body"], is_letter=True)
        values = {
            "kind": message.kind,
            "for_officials": KINDS[message.kind].for_officials,
            "data": message.data,
            "number": message.licence_number,
            "country_code": message.country,
            "expires_at": message.expires_at,
            "first_name": first_name,
            "link": self.origin + self.link(message),
            "origin": self.origin,
            "on_page": on_page,
        }
        template = KINDS[message.kind].template or message.kind
        with using(language, time_zone):
            subject, _, body = self.environment.get_template(f"mails/{template}.txt").render(values).partition("\n")
        body = re.sub(r"\n{3,}", "\n\n", body.strip())
        return Text(one_line(subject), body)

    def _html(self, message: Message, text: Text, language: str) -> str:
        """The same words for a mail program that shows HTML."""
        blocks = text.blocks(self.origin + self.link(message))
        lines = {line for block in blocks for line in block.lines}
        values: dict[str, Any] = {
            "subject": text.subject,
            "blocks": blocks,
            "links": {line for line in lines if line.startswith(self.origin) and " " not in line},
            "is_letter": text.is_letter,
            "language": spoken(language),
            "direction": Locale.parse(spoken(language), sep="-").text_direction,
        }
        with using(language):
            return self.html_environment.get_template("mails/mail.html").render(
                values | {"link_text": link_text(message.kind)}
            )

    def mail(self, outgoing: Outgoing) -> EmailMessage:
        """The whole mail. Its Message-ID is that of the delivery, so that a mail sent twice can be recognised."""
        message = outgoing.message
        text = self._text(message, outgoing.language, outgoing.time_zone, outgoing.first_name, on_page=False)
        mail = EmailMessage()
        if text.is_letter:
            names = f"{message.data['first_name']} {message.data['last_name']}"
            mail["From"] = address(message.data["email"], one_line(names))
            mail["Sender"] = address(self.sender)
        else:
            mail["From"] = address(self.sender)
        mail["To"] = address(outgoing.address)
        if outgoing.copy_to:
            mail["Cc"] = address(outgoing.copy_to)
        if outgoing.reply_to:
            mail["Reply-To"] = address(outgoing.reply_to)
        mail["Subject"] = text.subject
        mail["Date"] = format_datetime(self.clock())
        mail["Message-ID"] = f"<{outgoing.id}@{urlsplit(self.origin).hostname}>"
        mail["Auto-Submitted"] = "auto-generated"
        if KINDS[message.kind].choice and outgoing.first_name is not None:
            mail["List-Unsubscribe"] = f"<{self.origin}/notifications/preferences>"
        mail.set_content(text.body if text.is_letter else wrapped(text.body))
        mail.add_alternative(self._html(message, text, outgoing.language), subtype="html")
        mail["Content-Language"] = spoken(outgoing.language)  # earlier it would move into the part that is text
        return mail


def address(text: str, name: str | None = None) -> Address | str:
    """An address of a header, with the name in front of it if there is one.

    A domain of other letters is written as DNS knows it; a mailbox of other letters needs a mail server that takes
    SMTPUTF8 (RFC 6531).
    """
    own_name, spec = parseaddr(text)
    name = own_name if name is None else name
    mailbox, _, domain = spec.rpartition("@")
    spec = f"{mailbox}@{domain.encode('idna').decode()}"
    if mailbox.isascii():
        return Address(name, addr_spec=spec)
    quoted = name.replace("\\", "").replace('"', "")
    return f'"{quoted}" <{spec}>' if quoted else spec


def one_line(text: str) -> str:
    """What may stand in a header: no line breaks, nothing that cannot be seen."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def spoken(language: str) -> str:
    """The language that a mail is really in: the wished one, or English when there is no catalogue of it."""
    return negotiate_locale([language], languages(), sep="-") or SOURCE_LANGUAGE


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


def office_name(col_number: str | None) -> str:
    """A customs office as people call it: its name with the COL number."""
    office = customs_office(col_number or "")
    return f"{office.name} ({office.id})" if office else col_number or ""
