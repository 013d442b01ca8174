"""Registering, passwords, links in mails, and how much guessing is put up with."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import available_timezones

from services.identity.domain.refusals import N_, Mistakes, NotNow

PRIVACY_VERSION = "2026-11"
LINK_LIVES = timedelta(hours=24)
PASSWORD_LINK_LIVES = timedelta(hours=1)
LINKS_PER_HOUR = 5
GUESS_WINDOW = timedelta(minutes=15)
GUESSES_PER_ACCOUNT = 10
GUESSES_PER_ADDRESS = 50  # a whole office may share one address
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
SHORTEST_NAME_IN_PASSWORD = 3

_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@(?:[^\s@.<>\"(),:;\[\]\\]+\.)+[^\s@.<>\"(),:;\[\]\\\d]{2,}")
_KNOWN_BAD = (
    "password", "passwort", "motdepasse", "contrasena", "wachtwoord", "qwerty", "azerty", "letmein", "welcome",
    "iloveyou", "administrator", "changeme", "secret", "flegt", "timber",
)  # fmt: skip
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "1234567890", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn")


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


def check_password(wrong: Mistakes, field: str, password: str, *, email: str, names: tuple[str, ...]) -> None:
    """Long, and not what somebody would try first."""
    if len(password) < SHORTEST_PASSWORD:
        wrong.add(field, "too_short", N_("Use at least %(shortest)s characters."), shortest=SHORTEST_PASSWORD)
    elif len(password) > LONGEST_PASSWORD:
        wrong.add(field, "too_long", N_("At most %(longest)s characters fit here."), longest=LONGEST_PASSWORD)
    elif _contains_one_of(password, (email.partition("@")[0], *names)):
        wrong.add(field, "personal", N_("Choose a password that contains neither your name nor your e-mail address."))
    elif _is_known_bad(password):
        wrong.add(
            field,
            "known_bad",
            N_("This is among the first passwords that others would try. Four or more unrelated words are good."),
        )


def _contains_one_of(password: str, words: tuple[str, ...]) -> bool:
    lowered = password.casefold()
    return any(len(word) >= SHORTEST_NAME_IN_PASSWORD and word.casefold() in lowered for word in words)


def _is_known_bad(password: str) -> bool:
    """A known word with little around it, one character or a short piece repeated, or a run along the keyboard."""
    lowered = password.casefold()
    spelt = lowered.rstrip("0123456789!?.*").translate(str.maketrans("013457@$", "oleastas"))
    is_word = any(_is_little_more_than_known(re.sub(r"[\W\d_]", "", text)) for text in (lowered, spelt))
    is_repeated = re.fullmatch(r"(.{1,4})\1+.{0,3}", lowered) is not None
    return is_word or is_repeated or _is_run(lowered)


def _is_little_more_than_known(letters: str) -> bool:
    rest = letters
    for word in _KNOWN_BAD:
        rest = rest.replace(word, "")
    return len(rest) < len(letters) and len(rest) <= SHORTEST_NAME_IN_PASSWORD


def _is_run(lowered: str) -> bool:
    rows = [*_SEQUENCES, *(row[::-1] for row in _SEQUENCES)]
    return any(lowered in row * 3 for row in rows)


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


def is_too_much_guessing(for_account: int, from_address: int) -> bool:
    """Whether so many failures within GUESS_WINDOW are enough to make somebody wait."""
    return for_account >= GUESSES_PER_ACCOUNT or from_address >= GUESSES_PER_ADDRESS
