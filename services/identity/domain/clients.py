"""Machine clients: what a program of a company or authority may do, and the secrets it proves itself with."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.identity.domain.refusals import N_, Mistakes, NotNow, WrongFields

SCOPES = {
    "licences:read": N_("Read licences"),
    "licences:write": N_("Enter and submit licences"),
    "validation:read": N_("Read cases and clearances"),
    "validation:write": N_("Decide on cases, clear licences"),
    "notifications:read": N_("Read events and deliveries"),
    "notifications:write": N_("Subscribe to events"),
    "identity:read": N_("Look up companies and authorities"),
}
MOST_SECRETS = 2
"""Two secrets are valid at a time, so that a program can change to the new one while the old one still works."""
MOST_CLIENTS = 50
"""Clients of one company or authority."""
MARK = "flegt_"
"""How every secret begins, so that tools which look for leaked secrets know one when they see it."""
SHOWN = len(MARK) + 6
USE_NOTED_EVERY = timedelta(minutes=1)
LONGEST_AHEAD = timedelta(days=3_653)
GUESS_WINDOW = timedelta(minutes=15)
GUESSES_PER_CLIENT = 10
GUESSES_PER_ADDRESS = 50


class ClientStatus(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class TooManySecrets(NotNow):
    message = N_("Two secrets are valid already. End one of them first.")
    code = "too_many_secrets"


class TooManyClients(NotNow):
    message = N_("Your company or authority has as many clients as it can have. Delete one that is not used any more.")
    code = "too_many_clients"


class SecretEnded(NotNow):
    message = N_("This secret has ended already.")
    code = "secret_ended"


class ClientNotEnabled(NotNow):
    message = N_("This client is disabled or has ended.")
    code = "client_not_enabled"


class ClientNotDisabled(NotNow):
    message = N_("This client is not disabled.")
    code = "client_not_disabled"


@dataclass(frozen=True)
class Wish:
    """What somebody fills in for a new client. `last_day` is a date as a browser sends it, or nothing."""

    body_id: UUID | None
    name: str
    scopes: Sequence[str]
    last_day: str = ""

    def checked(self, *, now: datetime, time_zone: str) -> "Plan":
        """What the client will be. Raises WrongFields with everything that is wrong."""
        wrong = Mistakes()
        name = wrong.text("name", self.name, required=N_("Enter a name, such as that of the program."), longest=100)
        if not self.scopes or not set(self.scopes) <= set(SCOPES):
            wrong.add("scopes", "required", N_("Tick at least one thing that the client may do."))
        ends_at = end_of_day(wrong, "last_day", self.last_day, now=now, time_zone=time_zone)
        if self.body_id is None:
            wrong.add("body_id", "required", N_("Choose the company or authority that the client acts for."))
        if self.body_id is None or wrong.found:
            raise WrongFields(wrong.found)
        return Plan(self.body_id, name, tuple(scope for scope in SCOPES if scope in self.scopes), ends_at)


@dataclass(frozen=True)
class Plan:
    """A wish that was found right."""

    body_id: UUID
    name: str
    scopes: tuple[str, ...]
    ends_at: datetime | None


@dataclass(frozen=True)
class Client:
    """A program that acts for a body: as importer of a company, or as an authority of its kind.

    `role_id` and `version` are those of its role in other services; `version` grows with every change.
    """

    id: UUID
    version: int
    role_id: UUID
    name: str
    kind: str
    body_id: UUID
    body_name: str
    country: str
    office: str | None
    scopes: tuple[str, ...]
    status: ClientStatus
    created_at: datetime
    created_by: UUID
    ends_at: datetime | None = None
    last_used_at: datetime | None = None

    def works(self, at: datetime) -> bool:
        """Whether it gets tokens at this time."""
        return self.status is ClientStatus.ENABLED and (self.ends_at is None or self.ends_at > at)

    def disabled(self) -> "Client":
        """The same, stopped for now. Raises ClientNotEnabled."""
        if self.status is not ClientStatus.ENABLED:
            raise ClientNotEnabled
        return self._changed(ClientStatus.DISABLED)

    def enabled(self) -> "Client":
        """The same, working again. Raises ClientNotDisabled."""
        if self.status is not ClientStatus.DISABLED:
            raise ClientNotDisabled
        return self._changed(ClientStatus.ENABLED)

    def deleted(self) -> "Client":
        """The same, gone for ever; its row stays, because licences name it."""
        return self._changed(ClientStatus.DELETED)

    def _changed(self, status: ClientStatus) -> "Client":
        return replace(self, version=self.version + 1, status=status)


@dataclass(frozen=True)
class Secret:
    """One secret of a client, of which only a hash is kept; `prefix` is how it begins."""

    id: UUID
    client_id: UUID
    prefix: str
    created_at: datetime
    ends_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        return self.ends_at is None or self.ends_at > at

    def ended(self, at: datetime) -> "Secret":
        """The same, not valid any more. Raises SecretEnded."""
        if not self.is_valid(at):
            raise SecretEnded
        return replace(self, ends_at=at)


def new_client_secret() -> str:
    """Unguessable: 32 random bytes. A slow hash would protect nothing that a fast one does not."""
    return MARK + secrets.token_urlsafe(32)


def check_new_client(existing: Collection[Client]) -> None:
    """Whether a body with these clients may have one more. Raises TooManyClients."""
    if len(existing) >= MOST_CLIENTS:
        raise TooManyClients


def check_new_secret(client: Client, existing: Collection[Secret], *, at: datetime) -> None:
    """Whether the client may get one more secret. Raises ClientNotEnabled, TooManySecrets."""
    if not client.works(at):
        raise ClientNotEnabled
    if sum(secret.is_valid(at) for secret in existing) >= MOST_SECRETS:
        raise TooManySecrets


def is_too_much_guessing(for_client: int, from_address: int) -> bool:
    """Whether one more refusal is too many."""
    return for_client >= GUESSES_PER_CLIENT or from_address >= GUESSES_PER_ADDRESS


def granted_scopes(given: Sequence[str], asked: Collection[str]) -> tuple[str, ...] | None:
    """The scopes of a token: all that the client was given, or those asked for; None if it asks for others."""
    if not set(asked) <= set(given):
        return None
    return tuple(scope for scope in given if not asked or scope in asked)


def end_of_day(wrong: Mistakes, field: str, typed: str, *, now: datetime, time_zone: str) -> datetime | None:
    """When the day that was typed is over where the person is; None when nothing was typed."""
    if not typed:
        return None
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        wrong.add(field, "bad_date", N_("Enter a date, or leave this empty."))
        return None
    if not today <= day <= today + LONGEST_AHEAD:
        wrong.add(field, "bad_date", N_("Choose today or a day that comes, at most ten years ahead."))
        return None
    return datetime.combine(day + timedelta(days=1), time(), zone)
