"""The mail server, spoken to by SMTP: what it says is translated into what the postman must know."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr

import aiosmtplib

from services.notifications.domain import Trouble
from services.notifications.settings import Settings


class MailServerAway(Exception):
    """It cannot be reached, or takes no mail of ours at all: nothing is wrong with any single mail.

    The message says what happened and holds no address.
    """


class NotTaken(Exception):
    """It did not take this mail. `broken`: the connection is gone too."""

    def __init__(self, trouble: Trouble, *, broken: bool = False) -> None:
        super().__init__(trouble.summary)
        self.trouble = trouble
        self.broken = broken


class MailServer:
    """An open connection."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client

    async def send(self, mail: EmailMessage) -> str | None:
        """Hand one mail over; the envelope's sender is ours, whoever wrote it. Returns a remark when it was taken,
        but not for the copy.

        Raises NotTaken, MailServerAway.
        """
        sender = parseaddr(str(mail["Sender"] or mail["From"]))[1]
        to = _addresses(mail, "To")
        try:
            refused, _answer = await self._client.send_message(
                mail, sender=sender, recipients=[*to, *_addresses(mail, "Cc")]
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise NotTaken(Trouble(f"{first.code} {first.message}", first.code)) from error
        except aiosmtplib.SMTPSenderRefused as error:
            raise MailServerAway(f"it refuses our sender with {error.code}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise NotTaken(Trouble(f"{error.code} {error.message}", error.code)) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotTaken(Trouble(type(error).__name__), broken=True) from error
        for address, answer in refused.items():
            if address in to:
                raise NotTaken(Trouble(f"{answer.code} {answer.message}", answer.code))
        return f"The copy was refused: {' '.join(str(a.code) for a in refused.values())}" if refused else None


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[MailServer]:
    """A connection for some mails. Raises MailServerAway."""
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user,
        password=settings.smtp_password,
        timeout=settings.smtp_timeout_seconds,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
    )
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        client.close()
        raise MailServerAway(type(error).__name__) from error
    try:
        yield MailServer(client)
    finally:
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):  # a goodbye that fails changes nothing
            await client.quit()
        client.close()


def _addresses(mail: EmailMessage, header: str) -> list[str]:
    return [address for _name, address in getaddresses([str(value) for value in mail.get_all(header, [])])]
