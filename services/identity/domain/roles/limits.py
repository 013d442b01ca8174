"""How many requests one person may send, so that nobody floods those who decide."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.identity.domain.refusals import N_, NotNow

OPEN_REQUESTS = 10
REQUESTS_PER_DAY = 20
DAY = timedelta(days=1)


class TooManyOpen(NotNow):
    message = N_("Ten of your requests wait for a decision. You can ask again when one is decided or withdrawn.")
    code = "too_many_open"


def check_open_requests(waiting: int) -> None:
    """Raises TooManyOpen when so many requests of a person wait already."""
    if waiting >= OPEN_REQUESTS:
        raise TooManyOpen


def when_next(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """When somebody who sent requests at these times may send the next one; None when now."""
    lately = sorted(at for at in sent if at > now - DAY)
    return lately[-REQUESTS_PER_DAY] + DAY if len(lately) >= REQUESTS_PER_DAY else None
