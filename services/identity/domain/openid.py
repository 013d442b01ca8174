"""Signing in through an OpenID provider: what it says about a person, and what follows from it."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.identity.domain.accounts import Link, check_email, check_manner
from services.identity.domain.refusals import N_, Mistakes, NotNow

SIGN_IN_LIVES = timedelta(minutes=10)
ACCOUNT_FORM_LIVES = timedelta(minutes=30)
LINK_REQUEST_LIVES = timedelta(hours=1)
SIGN_INS_PER_ADDRESS = 100
"""So many ways to the provider may be open at the same time from one address: a whole office may share it."""
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2


class LastWay(NotNow):
    message = N_("This is your only way to sign in. Choose a password first, then remove it.")
    code = "last_way"


class AlreadyLinked(NotNow):
    message = N_("Your account is linked with another person there already. Remove that link first.")
    code = "already_linked"


@dataclass(frozen=True)
class Passage:
    """One way to the provider and back: secrets of ours that must come back with the browser and in the token."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Passage":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """What the provider is shown of the verifier before it sees it (PKCE, S256)."""
        return urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Untrue(Exception):
    """The provider's ID token is not one that we may believe; the code names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Stranger:
    """What the provider says about the person who signed in there."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    acr: str = ""
    amr: tuple[str, ...] = field(default=())

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> "Stranger":
        """Only words count: what is no text, or not plainly true, is left out."""
        amr = claims.get("amr")
        return cls(
            issuer=_text(claims, "iss"),
            subject=_text(claims, "sub"),
            email=_text(claims, "email"),
            email_verified=claims.get("email_verified") is True,
            first_name=_text(claims, "given_name")[:80],
            last_name=_text(claims, "family_name")[:80],
            language=_text(claims, "locale")[:2].lower(),
            acr=_text(claims, "acr"),
            amr=tuple(value for value in amr if isinstance(value, str)) if isinstance(amr, list) else (),
        )

    def is_strong(self, *, acr: Collection[str], amr: Collection[str]) -> bool:
        """Whether the provider says that a second factor was used, by one of these values."""
        return self.acr in acr or any(value in amr for value in self.amr)


def check_claims(claims: Mapping[str, Any], *, nonce: str, client_id: str) -> None:
    """What remains to be checked when signature, issuer, audience and time are right. Raises Untrue."""
    if not hmac.compare_digest(_text(claims, "nonce").encode(), nonce.encode()):
        raise Untrue("nonce")
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id) != client_id or (len(audience) > 1 and "azp" not in claims):
        raise Untrue("azp")
    if not 0 < len(_text(claims, "sub")) <= LONGEST_SUBJECT:
        raise Untrue("sub")


def check_access_token(claims: Mapping[str, Any], digest: bytes) -> None:
    """Whether the ID token speaks of the access token with this digest, if of any (at_hash). Raises Untrue."""
    expected = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if "at_hash" in claims and not hmac.compare_digest(_text(claims, "at_hash").encode(), expected):
        raise Untrue("at_hash")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True)
class Waiting:
    """Somebody whom the provider knows and we do not yet: about to make an account, or to confirm that one is theirs.

    `account_id` is that account; without it there is none yet.
    """

    account_id: UUID | None
    issuer: str
    subject: str
    email: str
    first_name: str
    last_name: str
    language: str
    strong: bool
    target: str
    ends_at: datetime
    used_at: datetime | None = None

    def check(self, now: datetime) -> None:
        """Raises LinkUsed or LinkEnded, as every link of ours."""
        Link(self.account_id or UUID(int=0), "openid", self.ends_at, self.used_at).check(now)


@dataclass(frozen=True)
class Newcomer:
    """What a person fills in whose name and address the provider has vouched for."""

    first_name: str
    last_name: str
    language: str
    time_zone: str
    privacy_accepted: bool

    def checked(self, languages: list[str]) -> "Newcomer":
        """The same, tidied. Raises WrongFields with everything that is wrong."""
        wrong = Mistakes()
        first = wrong.text("first_name", self.first_name, required=N_("Enter your first name."), longest=80)
        last = wrong.text("last_name", self.last_name, required=N_("Enter your last name."), longest=80)
        check_manner(wrong, self.language, self.time_zone, languages)
        if not self.privacy_accepted:
            wrong.add("privacy", "required", N_("Tick that you have read the privacy statement."))
        wrong.refuse_if_any()
        return Newcomer(first, last, self.language, self.time_zone, privacy_accepted=True)


def is_address(email: str) -> bool:
    """Whether this is an e-mail address that accounts can have."""
    wrong = Mistakes()
    check_email(wrong, "email", email)
    return not wrong.found


@dataclass(frozen=True)
class Tie:
    """An account's link with a person at a provider."""

    id: UUID
    account_id: UUID
    issuer: str
    subject: str
    provider: str
    linked_at: datetime
    used_at: datetime | None


def check_removal(*, ties: int, other_ways: bool) -> None:
    """Whether one of so many links may go; `other_ways` are a password or a passkey. Raises LastWay."""
    if ties <= 1 and not other_ways:
        raise LastWay
