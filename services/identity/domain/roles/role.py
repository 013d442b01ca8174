"""One role of one person: a request, its decision, and what becomes of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.identity.domain.refusals import N_, Mistakes, NotAllowed, NotNow
from services.identity.domain.role_mail import Mail


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
WITHOUT_BODY = (Kind.MONITOR, Kind.SUPPORT)
LONGEST_REASON = 2_000


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
    message = N_("Only a granted role can be changed or ended in this way.")
    code = "not_granted"


class NotSuspended(NotNow):
    message = N_("Only a suspended role can be resumed.")
    code = "not_suspended"


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
            wrong.text("reason", self.reason, longest=LONGEST_REASON),
            self.as_agent,
        )
        if tidy.phone and sum(character.isdigit() for character in tidy.phone) < len("112") + 1:
            wrong.add("phone", "bad_phone", N_("Enter a phone number with its country code, like +32 2 123 45 67."))
        wrong.refuse_if_any()
        return tidy


@dataclass(frozen=True)
class Terms:
    """Under which terms a role is granted. A role with an end stops by itself, also while identity is away."""

    ends_at: datetime | None = None
    administrator: bool = False

    def checked(self, kind: Kind, now: datetime) -> "Terms":
        """Raises WrongFields."""
        wrong = Mistakes()
        if self.ends_at is not None and self.ends_at <= now:
            wrong.add("ends_at", "past", N_("The last day of the role lies in the past."))
        if self.ends_at is None and kind is Kind.MONITOR:
            wrong.add("ends_at", "required", N_("Say until when. A monitor's role needs an end."))
        if self.administrator and kind in WITHOUT_BODY:
            wrong.add("administrator", "no_body", N_("This role belongs to no company or authority to look after."))
        wrong.refuse_if_any()
        return self


@dataclass(frozen=True)
class Role:
    """One role of one person: first a request, later what was decided about it. `version` grows with each change.

    `additional`: the person had another role when asking. `mail`: what was sent when asking.
    """

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
    additional: bool = False
    mail: Mail | None = None
    recertified_at: datetime | None = None

    def decide(self, *, granted: bool, reason: str, by: UUID, at: datetime, terms: Terms | None = None) -> "Role":
        """Grant it under these terms, or refuse it, once. Raises OwnRequest, AlreadyDecided, WrongFields."""
        self._refuse_own(by)
        if self.status is not Status.REQUESTED:
            raise AlreadyDecided
        if not granted:
            return self._changed(Status.REFUSED, _given(reason), by, at)
        terms = (terms or Terms()).checked(self.kind, at)
        role = self._changed(Status.GRANTED, _tidy(reason), by, at)
        return replace(role, administrator=terms.administrator, ends_at=terms.ends_at)

    def withdraw(self, *, by: UUID, at: datetime) -> "Role":
        """Take the request back. Raises NotTheRequester, AlreadyDecided."""
        if by != self.account_id:
            raise NotTheRequester
        if self.status is not Status.REQUESTED:
            raise AlreadyDecided
        return self._changed(Status.WITHDRAWN, "", by, at)

    def revoke(self, *, reason: str, by: UUID, at: datetime) -> "Role":
        """End a granted or suspended role for good. Raises OwnRequest, NotGranted, WrongFields."""
        self._refuse_own(by)
        self._require_held()
        return self._changed(Status.REVOKED, _given(reason), by, at)

    def suspend(self, *, reason: str, by: UUID, at: datetime) -> "Role":
        """Stop a granted role until it is resumed. Raises OwnRequest, NotGranted, WrongFields."""
        self._refuse_own(by)
        self._require_granted(at)
        return self._changed(Status.SUSPENDED, _given(reason), by, at)

    def resume(self, *, reason: str, by: UUID, at: datetime) -> "Role":
        """Let a suspended role go on; the reason may be empty. Raises OwnRequest, NotSuspended, WrongFields."""
        self._refuse_own(by)
        if self.status is not Status.SUSPENDED or self.is_over(at):
            raise NotSuspended
        return self._changed(Status.GRANTED, _tidy(reason), by, at)

    def appoint(self, *, administrator: bool, by: UUID, at: datetime) -> "Role":
        """Make the person the body's administrator, or end that. Raises OwnRequest, NotGranted, WrongFields."""
        self._refuse_own(by)
        self._require_granted(at)
        terms = Terms(self.ends_at, administrator).checked(self.kind, at)
        return replace(self, version=self.version + 1, administrator=terms.administrator)

    def move_end(self, *, ends_at: datetime | None, by: UUID, at: datetime) -> "Role":
        """Give the role another end, or none. Raises OwnRequest, NotGranted, WrongFields."""
        self._refuse_own(by)
        self._require_granted(at)
        terms = Terms(ends_at, self.administrator).checked(self.kind, at)
        return replace(self, version=self.version + 1, ends_at=terms.ends_at)

    def recertify(self, *, by: UUID, at: datetime) -> "Role":
        """Confirm that the person still needs it. Raises OwnRequest, NotGranted."""
        self._refuse_own(by)
        self._require_granted(at)
        return replace(self, version=self.version + 1, recertified_at=at)

    def end(self, *, at: datetime) -> "Role":
        """Note that its last day has passed; who decided on it stays known. Raises NotGranted before that."""
        self._require_held()
        if not self.is_over(at):
            raise NotGranted
        return replace(self, version=self.version + 1, status=Status.ENDED)

    def is_over(self, at: datetime) -> bool:
        """Whether its last day has passed."""
        return self.ends_at is not None and self.ends_at <= at

    def _refuse_own(self, by: UUID) -> None:
        if by == self.account_id:
            raise OwnRequest

    def _require_held(self) -> None:
        if self.status not in (Status.GRANTED, Status.SUSPENDED):
            raise NotGranted

    def _require_granted(self, at: datetime) -> None:
        if self.status is not Status.GRANTED or self.is_over(at):
            raise NotGranted

    def _changed(self, status: Status, reason: str, by: UUID, at: datetime) -> "Role":
        return replace(
            self, version=self.version + 1, status=status, decision_reason=reason, decided_by=by, decided_at=at
        )


def _given(reason: str) -> str:
    return _tidy(reason, required=N_("Give the reason; the person will read it."))


def _tidy(reason: str, *, required: str = "") -> str:
    wrong = Mistakes()
    reason = wrong.text("reason", reason, required=required, longest=LONGEST_REASON)
    wrong.refuse_if_any()
    return reason


def check_request(existing: Iterable[Role], *, kind: Kind, body_id: UUID | None) -> None:
    """Whether somebody with these roles may ask for one more. Raises AlreadyAsked, OneAuthorityOnly."""
    living = [role for role in existing if role.status in LIVING]
    if any(role.kind is kind and role.body_id == body_id for role in living):
        raise AlreadyAsked
    if kind is Kind.MSCA and any(role.kind is Kind.MSCA for role in living):
        raise OneAuthorityOnly
