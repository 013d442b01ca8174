"""The local mailbox: takes every mail and shows it on a page instead of sending it (`python -m deploy.local.mailbox`).

Settings: HOST, PORT (the page), SMTP_PORT, MAILBOX_DIR (one .eml file per mail, so that they survive a restart).
"""

import asyncio
import email
import email.message
import email.policy
import email.utils
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

PAGE_SIZE = 25
LARGEST_MAIL = 10 * 1024 * 1024
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""For what a mail brings: its styles and links work, nothing else of it does, and nothing is fetched."""
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
RECIPIENTS = "X-Envelope-To"
SENDER = "X-Envelope-From"


@dataclass(frozen=True)
class Mail:
    """One mail as the page and the JSON show it."""

    id: str
    subject: str
    author: str  # From
    sender: str  # Sender, or the envelope's
    to: list[str]
    cc: list[str]
    reply_to: list[str]
    recipients: list[str]  # the envelope's: those who would really have got it
    date: str
    text: str
    html: str | None  # where the mail is shown as HTML, if it has such a part
    links: list[str]
    received_at: str

    @classmethod
    def read(cls, path: Path) -> "Mail":
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = body(message)
        has_html = message.get_body(("html",)) is not None
        return cls(
            id=path.stem,
            subject=str(message.get("Subject", "")),
            author=str(message.get("From", "")),
            sender=str(message.get("Sender") or message.get(SENDER, "")),
            to=addresses(message, "To"),
            cc=addresses(message, "Cc"),
            reply_to=addresses(message, "Reply-To"),
            recipients=addresses(message, RECIPIENTS),
            date=str(message.get("Date", "")),
            text=text,
            html=f"/mailbox/{path.stem}/html" if has_html else None,
            links=LINK.findall(text),
            received_at=datetime.fromtimestamp(int(path.stem.split("-")[0]) / 1e9, UTC).isoformat(),
        )

    def is_for(self, address: str) -> bool:
        return address.lower() in {a.lower() for a in (*self.to, *self.cc, *self.recipients)}

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["from"] = values.pop("author")
        return values


def addresses(message: email.message.Message, header: str) -> list[str]:
    return [address for _, address in email.utils.getaddresses(message.get_all(header, [])) if address]


def body(message: email.message.EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    return str(part.get_content()) if part else ""


def html_body(content: bytes) -> str:
    """The mail as HTML; its links open beside it, as they cannot open in its sandbox."""
    part = email.message_from_bytes(content, policy=email.policy.default).get_body(("html",))
    html = str(part.get_content()) if part else ""
    return html.replace("<head>", '<head><base target="_blank">', 1)


class Mailbox:
    """All mails, newest last, in memory and as files."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.mails = {path.stem: Mail.read(path) for path in sorted(directory.glob("*.eml"))}

    def keep(self, content: bytes, sender: str, recipients: list[str]) -> None:
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        envelope = f"{SENDER}: {sender}\r\n{RECIPIENTS}: {', '.join(recipients)}\r\n".encode()
        draft = self.directory / f"{name}.new"
        draft.write_bytes(envelope + content)
        path = draft.rename(self.directory / f"{name}.eml")
        self.mails[name] = Mail.read(path)

    def html(self, mail: Mail) -> str:
        """The mail as HTML, read from its file."""
        return html_body((self.directory / f"{mail.id}.eml").read_bytes())

    def page(self, *, to: str = "", before: str = "", size: int = PAGE_SIZE) -> tuple[list[Mail], str | None]:
        """The newest mails (of one recipient; older than one mail), and where the next page begins."""
        found = []
        for mail in reversed(list(self.mails.values())):
            if (not before or mail.id < before) and (not to or mail.is_for(to)):
                found.append(mail)
                if len(found) > size:
                    return found[:size], found[size - 1].id
        return found, None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Called by aiosmtpd for each mail; kept before it is acknowledged."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        await asyncio.to_thread(self.keep, content, envelope.mail_from or "", envelope.rcpt_tos)
        return "250 Kept in the local mailbox"


templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["when"] = lambda iso: datetime.fromisoformat(iso).strftime("%d %B %Y, %H:%M:%S UTC")


def render(template: str, status: int = 200, **values: object) -> HTMLResponse:
    page = templates.get_template(template).render(**values)
    return HTMLResponse(page, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def application(mailbox: Mailbox, host: str, smtp_port: int) -> Starlette:
    async def list_mails(request: Request) -> Response:
        to = request.query_params.get("to", "").strip()
        mails, following = mailbox.page(to=to, before=request.query_params.get("after", ""))
        if wants_json(request):
            return JSONResponse({"items": [mail.as_json() for mail in mails], "next": following})
        return render("mails.html", mails=mails, following=following, to=to)

    async def show_mail(request: Request) -> Response:
        mail = mailbox.mails.get(request.path_params["id"])
        if wants_json(request):
            return JSONResponse(mail.as_json()) if mail else JSONResponse({"title": "No such mail"}, 404)
        return render("mail.html", mail=mail) if mail else render("no_mail.html", 404)

    async def show_html(request: Request) -> Response:
        mail = mailbox.mails.get(request.path_params["id"])
        if mail is None or mail.html is None:
            return render("no_mail.html", 404)
        headers = {
            "Content-Security-Policy": HTML_POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return HTMLResponse(await asyncio.to_thread(mailbox.html, mail), headers=headers)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(mailbox, data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True, loop=loop), host, smtp_port
        )
        async with server:
            yield

    routes = [
        Route("/mailbox", list_mails),
        Route("/mailbox/", list_mails),
        Route("/mailbox/{id:str}", show_mail),
        Route("/mailbox/{id:str}/html", show_html),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def main() -> None:
    mailbox = Mailbox(Path(os.environ["MAILBOX_DIR"]))
    host = os.environ.get("HOST", "127.0.0.1")
    app = application(mailbox, host, int(os.environ["SMTP_PORT"]))
    uvicorn.run(app, host=host, port=int(os.environ["PORT"]), log_level="warning", timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()
