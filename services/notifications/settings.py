"""What notifications reads from its environment beside the common settings."""

from datetime import timedelta
from typing import Literal

from services.notifications.domain import Patience
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The mail server, and how patient we are with it."""

    smtp_host: str
    smtp_port: int
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_timeout_seconds: float = 20
    mail_from: str
    """The sender, with a name if wished: `FLEGT licences <no-reply@flegt.example>`."""

    mail_batch: int = 20
    mail_poll_seconds: float = 5
    """The net under LISTEN/NOTIFY."""
    mail_lease_seconds: float = 300
    """How long a claimed mail belongs to one sender; after a crash another takes it then."""
    mail_first_pause_seconds: float = 30
    mail_longest_pause_seconds: float = 86_400
    mail_lapse_days: int = 30
    """Facts older than this are no longer mailed; they stand in the inbox (a refilled broker must not flood people)."""
    smtp_longest_pause_seconds: float = 60
    """Between two looks at a mail server that is away."""

    addressing_delay_seconds: float = 0.5
    """A message is addressed this long after it was heard: facts on other topics are here by then."""
    addressing_longest_pause_seconds: float = 3_600

    @property
    def mail_lapse(self) -> timedelta:
        """How old a fact may be and still be mailed."""
        return timedelta(days=self.mail_lapse_days)

    @property
    def addressing_delay(self) -> timedelta:
        """How long after it was heard a message is addressed."""
        return timedelta(seconds=self.addressing_delay_seconds)

    @property
    def mail_patience(self) -> Patience:
        """With mails that the server does not take now."""
        return Patience(
            timedelta(seconds=self.mail_first_pause_seconds), timedelta(seconds=self.mail_longest_pause_seconds)
        )

    @property
    def addressing_patience(self) -> Patience:
        """With messages whose recipients are not known yet."""
        return Patience(timedelta(seconds=1), timedelta(seconds=self.addressing_longest_pause_seconds))
