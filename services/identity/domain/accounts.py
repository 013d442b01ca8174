"""Registering, and links in mails."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import available_timezones

from services.identity.domain.passwords import check_password
from services.identity.domain.refusals import N_, Mistakes, NotNow

PRIVACY_VERSION = "2026-11"
LINK_LIVES = timedelta(hours=24)
PASSWORD_LINK_LIVES = timedelta(hours=1)
LINKS_PER_HOUR = 5
ASKING_WINDOW = timedelta(hours=1)

_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@(?:[^\s@.<>\"(),:;\[\]\\]+\.)+[^\s@.<>\"(),:;\[\]\\\d]{2,}")


class LinkEnded(NotNow):
    message = N_("This link has ended. Ask for a new one; it reaches you within a minute.")
    code = "link_ended"


class LinkUsed(NotNow):
    message = N_("This link was used before and works only once.")
    code = "link_used"


class LinkUnknown(NotNow):
    message = N_("This link is not one of ours, or a newer one replaced it.")
    code = "link_unknown"


@dataclass(frozen=True)
class Account:
    """One person. It can be used once `confirmed_at` is set. Who came through a provider may have no password."""

    id: UUID
    version: int
    email: str
    first_name: str
    last_name: str
    password_hash: str | None
    language: str
    time_zone: str
    confirmed_at: datetime | None
    privacy_version: str = ""
    deleted_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Registration:
    """What a person fills in to get an account."""

    first_name: str
    last_name: str
    email: str
    password: str
    language: str
    time_zone: str
    privacy_accepted: bool

    def checked(self, languages: list[str]) -> "Registration":
        """The same, tidied. Raises WrongFields with everything that is wrong."""
        wrong = Mistakes()
        first = wrong.text("first_name", self.first_name, required=N_("Enter your first name."), longest=80)
        last = wrong.text("last_name", self.last_name, required=N_("Enter your last name."), longest=80)
        email = check_email(wrong, "email", self.email)
        check_password(wrong, "password", self.password, email=email, names=(first, last))
        check_manner(wrong, self.language, self.time_zone, languages)
        if not self.privacy_accepted:
            wrong.add("privacy", "required", N_("Tick that you have read the privacy statement."))
        wrong.refuse_if_any()
        return Registration(first, last, email, self.password, self.language, self.time_zone, privacy_accepted=True)


def check_email(wrong: Mistakes, field: str, email: str) -> str:
    """The address without blanks around it."""
    email = wrong.text(field, email, required=N_("Enter your e-mail address."), longest=254)
    if email and not _EMAIL.fullmatch(email):
        wrong.add(field, "bad_email", N_("Enter an e-mail address like name@example.com."))
    return email


def email_key(email: str) -> str:
    """What two spellings of one address have in common: accounts are found by it."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def check_manner(wrong: Mistakes, language: str, time_zone: str, languages: list[str]) -> None:
    """Language and time zone must be ones that mails and pages can be written in."""
    if language not in languages:
        wrong.add("language", "unknown", N_("Choose one of the languages."))
    if time_zone not in available_timezones():
        wrong.add("time_zone", "unknown", N_("Choose one of the time zones."))


def new_secret() -> str:
    """What stands in a link or a cookie: 32 random bytes that nobody guesses."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """All that is kept of a link's or cookie's secret. Random secrets need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True)
class Link:
    """A link that was sent by mail."""

    account_id: UUID
    purpose: str
    ends_at: datetime
    used_at: datetime | None

    def check(self, now: datetime) -> None:
        """Raises LinkUsed or LinkEnded."""
        if self.used_at is not None:
            raise LinkUsed
        if now >= self.ends_at:
            raise LinkEnded
