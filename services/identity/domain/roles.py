"""Roles: asked for by a person, decided once by another, revoked with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.identity.domain.refusals import N_, Mistakes, NotAllowed, NotNow


class Kind(StrEnum):
    IMPORTER = "importer"
    MSCA = "msca"
    CUSTOMS = "customs"
    MONITOR = "monitor"
    SUPPORT = "support"


class Status(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    ENDED = "ended"


LIVING = (Status.REQUESTED, Status.GRANTED, Status.SUSPENDED)


class OneAuthorityOnly(NotNow):
    message = N_("A person can have one role in a competent authority only, and you have or asked for one already.")
    code = "one_authority_only"


class AlreadyAsked(NotNow):
    message = N_("You have this role already, or it waits for a decision.")
    code = "already_asked"


class AlreadyDecided(NotNow):
    message = N_("This request was decided or withdrawn already.")
    code = "already_decided"


class NotGranted(NotNow):
    message = N_("Only a granted role can be revoked.")
    code = "not_granted"


class OwnRequest(NotAllowed):
    message = N_("Nobody decides on their own role. A colleague has to do it.")
    code = "own_request"


class NotTheRequester(NotAllowed):
    message = N_("Only the person who asked for this role can withdraw the request.")
    code = "not_the_requester"


@dataclass(frozen=True)
class Application:
    """What the pop-up asks before a request is sent."""

    function: str
    phone: str
    reason: str
    as_agent: bool = False

    def checked(self) -> "Application":
        """The same, tidied. Raises WrongFields."""
        wrong = Mistakes()
        tidy = Application(
            wrong.text("function", self.function, required=N_("Enter your function, such as import manager.")),
            wrong.text("phone", self.phone, longest=40),
            wrong.text("reason", self.reason, longest=2_000),
            self.as_agent,
        )
        if tidy.phone and sum(character.isdigit() for character in tidy.phone) < len("112") + 1:
            wrong.add("phone", "bad_phone", N_("Enter a phone number with its country code, like +32 2 123 45 67."))
        wrong.refuse_if_any()
        return tidy


@dataclass(frozen=True)
class Role:
    """One role of one person: first a request, later what was decided about it. `version` grows with each change."""

    id: UUID
    version: int
    account_id: UUID
    kind: Kind
    body_id: UUID | None
    body_name: str
    country: str | None
    office: str | None
    status: Status
    requested_at: datetime
    application: Application
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    decision_reason: str = ""
    administrator: bool = False
    partner_country: str | None = None
    ends_at: datetime | None = None

    def decide(self, *, granted: bool, reason: str, by: UUID, at: datetime) -> "Role":
        """Grant or refuse it, once. Raises OwnRequest, AlreadyDecided, WrongFields."""
        if by == self.account_id:
            raise OwnRequest
        if self.status is not Status.REQUESTED:
            raise AlreadyDecided
        status = Status.GRANTED if granted else Status.REFUSED
        return self._changed(status, reason.strip() if granted else _given(reason), by, at)

    def withdraw(self, *, by: UUID, at: datetime) -> "Role":
        """Take the request back. Raises NotTheRequester, AlreadyDecided."""
        if by != self.account_id:
            raise NotTheRequester
        if self.status is not Status.REQUESTED:
            raise AlreadyDecided
        return self._changed(Status.WITHDRAWN, "", by, at)

    def revoke(self, *, reason: str, by: UUID, at: datetime) -> "Role":
        """End a granted role. Raises OwnRequest, NotGranted, WrongFields."""
        if by == self.account_id:
            raise OwnRequest
        if self.status is not Status.GRANTED:
            raise NotGranted
        return self._changed(Status.REVOKED, _given(reason), by, at)

    def _changed(self, status: Status, reason: str, by: UUID, at: datetime) -> "Role":
        return replace(
            self, version=self.version + 1, status=status, decision_reason=reason, decided_by=by, decided_at=at
        )


def _given(reason: str) -> str:
    wrong = Mistakes()
    reason = wrong.text("reason", reason, required=N_("Give the reason; the person will read it."), longest=2_000)
    wrong.refuse_if_any()
    return reason


def check_request(existing: Iterable[Role], *, kind: Kind, body_id: UUID | None) -> None:
    """Whether somebody with these roles may ask for one more. Raises AlreadyAsked, OneAuthorityOnly."""
    living = [role for role in existing if role.status in LIVING]
    if any(role.kind is kind and role.body_id == body_id for role in living):
        raise AlreadyAsked
    if kind is Kind.MSCA and any(role.kind is Kind.MSCA for role in living):
        raise OneAuthorityOnly
