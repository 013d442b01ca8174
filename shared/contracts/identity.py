"""Facts that identity tells: about accounts, companies, authorities and roles."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Contract, Event

RoleKind = str
"""`importer`, `msca`, `customs` or `support` today. Text, so that a new kind of role breaks no listener."""


class AccountEvent(Event):
    """About one person's account."""

    topic = "identity.accounts"
    account_id: UUID
    version: int

    @property
    def key(self) -> str:
        return str(self.account_id)


class AccountConfirmed(AccountEvent):
    """A person confirmed the e-mail address; from now on the account can be used and written to."""

    wire_name = "eu.flegt.identity.account-confirmed.v1"
    first_name: str
    last_name: str
    email: str
    language: str
    time_zone: str


class MailEvent(Event):
    """A mail that only identity can ask for. On a topic of its own, as the link in it is for one reader only."""

    topic = "identity.mails"
    account_id: UUID
    email: str
    first_name: str
    language: str

    @property
    def key(self) -> str:
        return str(self.account_id)


class ConfirmationRequested(MailEvent):
    """A new account waits for its e-mail address to be confirmed. `path` is below the origin and works once."""

    wire_name = "eu.flegt.identity.confirmation-requested.v1"
    path: str
    expires_at: AwareDatetime


class RegistrationRepeated(MailEvent):
    """Somebody registered an e-mail address that already has an account: its owner is told, nobody else."""

    wire_name = "eu.flegt.identity.registration-repeated.v1"


class PasswordResetRequested(MailEvent):
    """Somebody forgot the password of this account. `path` is below the origin and works once."""

    wire_name = "eu.flegt.identity.password-reset-requested.v1"
    path: str
    expires_at: AwareDatetime


class OperatorRegistered(Event):
    """A company was entered."""

    wire_name = "eu.flegt.identity.operator-registered.v1"
    topic = "identity.operators"
    operator_id: UUID
    version: int
    name: str
    eori: str
    address: str
    town: str
    country: str

    @property
    def key(self) -> str:
        return str(self.operator_id)


class AuthorityRegistered(Event):
    """A competent authority or customs office was entered or corrected. `office` is the COL number."""

    wire_name = "eu.flegt.identity.authority-registered.v1"
    topic = "identity.authorities"
    authority_id: UUID
    version: int
    kind: str
    """`msca` or `customs` today."""
    name: str
    country: str
    office: str | None = None
    mailbox: str | None = None

    @property
    def key(self) -> str:
        return str(self.authority_id)


class Role(Contract):
    """What a role lets a person act as: `body_id` is the operator or authority, None for support."""

    role_id: UUID
    version: int
    account_id: UUID
    kind: RoleKind
    body_id: UUID | None = None
    body_name: str
    country: str | None = None
    office: str | None = None


class RoleEvent(Event):
    """About one role of one person; a person's role facts keep their order."""

    topic = "identity.roles"
    role: Role

    @property
    def key(self) -> str:
        return str(self.role.account_id)


class RoleRequested(RoleEvent):
    """A person asked for a role; support or an authority owes a decision."""

    wire_name = "eu.flegt.identity.role-requested.v1"
    person_name: str


class RoleGranted(RoleEvent):
    """The person may act in this role from now on."""

    wire_name = "eu.flegt.identity.role-granted.v1"


class RoleRefused(RoleEvent):
    """The request was refused, with the reason."""

    wire_name = "eu.flegt.identity.role-refused.v1"
    reason: str


class RoleRevoked(RoleEvent):
    """The person may not act in this role any more."""

    wire_name = "eu.flegt.identity.role-revoked.v1"
    reason: str
