"""What is told to whom, when it is tried again, and when it is given up. No mail server is known here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class Audience(StrEnum):
    """Who a kind of message is for; who that is by name and address is found out when it is addressed."""

    COMPANY = "company"  # who entered the licence, and everybody else with a role in that company
    OFFICER = "officer"  # who works on the case (`officer_id` in the data), else the authority's mailbox
    ADMINISTRATORS = "administrators"  # the administrators of the competent authority of `country`
    PERSON = "person"  # the one whose account or role it is about
    AUTHORITY = "authority"  # the mailbox of the competent authority of `country`
    CUSTOMS = "customs"  # the mailbox of the customs office `office`
    DECIDERS = "deciders"  # the people of authorities who may decide about this role
    REMINDED = "reminded"  # the same people, and the support team's mailbox
    GIVEN = "given"  # an address that came with the fact: somebody without a confirmed account
    OWNER = "owner"  # an address that came with the fact, and the inbox of the account that it is about
    LETTER = "letter"  # to and copy as the fact says: a mail that a person wrote


class Choice(StrEnum):
    """What a person can switch mails off for. The inbox shows everything all the same."""

    SUBMISSIONS = "submissions"
    DECISIONS = "decisions"
    CLEARANCE = "clearance"
    ROLES = "roles"
    REQUESTS = "requests"


@dataclass(frozen=True)
class Kind:
    """One kind of message. `path` is where its link leads; without a `choice` it is always mailed, if it is at all.

    `mailed`: otherwise it only stands in the inbox.
    """

    name: str
    audience: Audience
    path: str
    choice: Choice | None = None
    mailed: bool = True
    template: str = ""
    """The template of its text; without one it has its own, named as the kind."""

    @property
    def for_officials(self) -> bool:
        """Whether an authority or office reads it, not the company."""
        return self.audience in {Audience.AUTHORITY, Audience.CUSTOMS, Audience.OFFICER, Audience.ADMINISTRATORS}


def _fact(name: str, audience: Audience, path: str, choice: Choice | None = None, *, mailed: bool = True) -> Kind:
    """A fact of a licence whose words stand in licence_words.py."""
    return Kind(name, audience, path, choice, mailed, template="licence-fact")


_LICENCE, _CASE = "/licences/{about}", "/validation/cases/{about}"
_KINDS = (
    Kind("confirmation", Audience.GIVEN, "{path}"),
    Kind("registration-repeated", Audience.GIVEN, "/identity/sign-in"),
    Kind("password-reset", Audience.GIVEN, "{path}"),
    Kind("email-change", Audience.GIVEN, "{path}"),
    Kind("account-link", Audience.GIVEN, "{path}"),
    Kind("security-notice", Audience.OWNER, "/identity/profile"),
    Kind("account-deleted", Audience.GIVEN, "/"),
    Kind("role-request-letter", Audience.LETTER, "/identity/requests/{about}"),
    Kind("role-requested", Audience.DECIDERS, "/identity/requests/{about}", Choice.REQUESTS),
    Kind("role-request-waiting", Audience.REMINDED, "/identity/requests/{about}", Choice.REQUESTS),
    Kind("role-withdrawn", Audience.DECIDERS, "/identity/requests", mailed=False),
    Kind("role-granted", Audience.PERSON, "/identity/roles", Choice.ROLES),
    Kind("role-refused", Audience.PERSON, "/identity/roles", Choice.ROLES),
    Kind("role-revoked", Audience.PERSON, "/identity/roles", Choice.ROLES),
    Kind("role-changed", Audience.PERSON, "/identity/roles", Choice.ROLES),
    Kind("role-suspended", Audience.PERSON, "/identity/roles", Choice.ROLES),
    Kind("role-ended", Audience.PERSON, "/identity/roles", Choice.ROLES),
    Kind("licence-submitted", Audience.COMPANY, "/licences/{about}", Choice.SUBMISSIONS),
    Kind("licence-to-decide", Audience.AUTHORITY, "/validation/cases/{about}"),
    Kind("licence-validated", Audience.COMPANY, "/licences/{about}", Choice.DECISIONS),
    Kind("licence-to-clear", Audience.CUSTOMS, "/validation/clearances/{about}"),
    Kind("licence-rejected", Audience.COMPANY, "/licences/{about}", Choice.DECISIONS),
    Kind("licence-cleared", Audience.COMPANY, "/licences/{about}", Choice.CLEARANCE),
    Kind("clearance-suspended", Audience.COMPANY, "/licences/{about}", Choice.CLEARANCE),
    Kind("suspension-to-settle", Audience.AUTHORITY, "/validation/cases/{about}"),
    Kind("clearance-resumed", Audience.COMPANY, "/licences/{about}", Choice.CLEARANCE),
    Kind("clearance-refused", Audience.COMPANY, "/licences/{about}", Choice.CLEARANCE),
    _fact("information-requested", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("verification-opened", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("verification-ended", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("licence-returned", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("licence-amended", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("licence-withdrawn", Audience.COMPANY, _LICENCE, Choice.SUBMISSIONS),
    _fact("withdrawal-declined", Audience.COMPANY, _LICENCE, Choice.SUBMISSIONS),
    _fact("validation-cancelled", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("clearance-called-off", Audience.CUSTOMS, "/validation/clearances"),
    _fact("licence-replaced", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("point-of-entry-changed", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("case-handed-over", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("case-received", Audience.AUTHORITY, _CASE),
    _fact("fee-recorded", Audience.COMPANY, _LICENCE, Choice.DECISIONS),
    _fact("declaration-corrected", Audience.COMPANY, _LICENCE, Choice.CLEARANCE),
    _fact("licence-drafted", Audience.COMPANY, _LICENCE, Choice.SUBMISSIONS),
    _fact("answer-received", Audience.AUTHORITY, _CASE),
    _fact("decision-to-confirm", Audience.AUTHORITY, _CASE),
    _fact("number-disputed", Audience.AUTHORITY, "/validation/cases"),
    _fact("case-overdue", Audience.OFFICER, _CASE),
    _fact("case-escalated", Audience.ADMINISTRATORS, _CASE),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}


@dataclass(frozen=True)
class Message:
    """Something to be told, as it was heard: about which thing, to which audience, in no language yet.

    `about` is the id of the licence, role or account; `person_id` who entered the licence or whose role it is.
    For a role `operator_id` is its company or authority. `event_id` and `kind` together exist once. After `expires_at`
    its link is of no use.
    """

    id: UUID
    event_id: UUID
    kind: str
    about: UUID
    happened_at: datetime
    expires_at: datetime | None = None
    person_id: UUID | None = None
    operator_id: UUID | None = None
    country: str | None = None
    office: str | None = None
    licence_number: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def audience(self) -> Audience:
        return KINDS[self.kind].audience

    def lapses_at(self, lapse: timedelta) -> datetime:
        """When it is too old to be mailed: `lapse` after it happened, or earlier if it expires."""
        lapses = self.happened_at + lapse
        return min(lapses, self.expires_at) if self.expires_at else lapses


class DeliveryState(StrEnum):
    """What became of one message to one recipient. `SILENT` stands in the inbox only."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    SILENT = "silent"


@dataclass(frozen=True)
class Recipient:
    """Whom one mail goes to. A body's mailbox has no account. `choices_off`: what the person wants no mail about."""

    address: str
    account_id: UUID | None = None
    language: str = "en"
    time_zone: str = "Europe/Brussels"
    copy_to: str | None = None
    reply_to: str | None = None
    choices_off: frozenset[str] = frozenset()


def first_state(message: Message, recipient: Recipient, *, now: datetime, lapse: timedelta) -> DeliveryState:
    """Whether a message is mailed, or only stands in the inbox: switched off, too old, or never mailed."""
    kind = KINDS[message.kind]
    if not kind.mailed or kind.choice in recipient.choices_off or now >= message.lapses_at(lapse):
        return DeliveryState.SILENT
    return DeliveryState.WAITING


@dataclass(frozen=True)
class Trouble:
    """Why a mail did not go. `code` is the mail server's answer (RFC 5321), None when it did not answer at all.

    `text` may hold addresses and stays in this service; `summary` holds none and may be logged and told.
    """

    text: str
    code: int | None = None

    @property
    def is_final(self) -> bool:
        """5xx: the server will never take it."""
        return self.code is not None and 500 <= self.code < 600

    @property
    def summary(self) -> str:
        return f"the mail server answered {self.code}" if self.code else "the mail server did not answer"


@dataclass(frozen=True)
class Patience:
    """How long is waited between tries: each pause is twice the one before, up to the longest."""

    first: timedelta
    longest: timedelta

    def pause(self, attempts: int) -> timedelta:
        """The pause after this many tries (one or more)."""
        doubled: timedelta = self.first * 2 ** min(attempts - 1, 40)
        return min(doubled, self.longest)


def next_try(
    trouble: Trouble, *, attempts: int, now: datetime, lapses_at: datetime, patience: Patience
) -> datetime | None:
    """When a mail that met trouble is tried again; None when it is given up."""
    due = now + patience.pause(attempts)
    return None if trouble.is_final or due >= lapses_at else due
