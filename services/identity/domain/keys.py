"""When a signing key is published, signs, and is believed: nobody is signed out while keys follow one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity.domain.refusals import N_, NotNow

CACHED_FOR = timedelta(seconds=60)
"""How long whoever verifies tokens may keep the published keys without asking again."""
PUBLISHED_BEFORE = timedelta(minutes=5)
"""So long a new key is published before it signs: longer than CACHED_FOR, and than replicas need to follow."""
BELIEVED_AFTER = timedelta(minutes=2)
"""So much longer than its last token a key is published, for clocks that differ and for the leeway of services."""


class KeyUnknown(NotNow):
    message = N_("There is no such key, or it has ended.")
    code = "key_unknown"


@dataclass(frozen=True)
class SigningKey:
    """A key pair; `private_key` is encrypted. It is believed until `ends_at`, for ever while that is not known yet."""

    kid: str
    private_key: bytes
    created_at: datetime
    signs_from: datetime
    ends_at: datetime | None = None

    def is_believed(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


def signing(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """The one that signs now: of those whose time has come the newest."""
    ready = [key for key in keys if key.signs_from <= now and key.is_believed(now)]
    return max(ready, key=lambda key: (key.signs_from, key.kid), default=None)


def is_due(keys: Sequence[SigningKey], now: datetime, *, lives: timedelta) -> bool:
    """Whether it is time for the next key: there is none, or the newest will be as old as it may get."""
    newest = max((key.signs_from for key in keys if key.is_believed(now)), default=None)
    return newest is None or now >= newest + lives - PUBLISHED_BEFORE


def next_signs_from(keys: Sequence[SigningKey], now: datetime) -> datetime:
    """When a key that is made now may sign: at once only when no other can."""
    return now + PUBLISHED_BEFORE if signing(keys, now) else now


def last_believed(next_signs: datetime, token_lives: timedelta) -> datetime:
    """Until when a key is believed whose follower signs from `next_signs` on."""
    return next_signs + token_lives + BELIEVED_AFTER
