"""Facts that identity tells: about accounts, companies, authorities and roles."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Contract, Event

RoleKind = str
"""`importer`, `msca`, `customs`, `issuer`, `monitor`, `support` today. Text, so that a new kind breaks no listener."""


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


class AccountDeleted(AccountEvent):
    """A person deleted the account. Whoever keeps the name or address puts the pseudonym in its place."""

    wire_name = "eu.flegt.identity.account-deleted.v1"
    pseudonym: str


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


class EmailChangeRequested(MailEvent):
    """A person wants another e-mail address: this goes to the old and to the new one, and both have to confirm.

    `email` is the address this mail is for, `new_email` the wished one. `path` is below the origin and works once.
    """

    wire_name = "eu.flegt.identity.email-change-requested.v1"
    new_email: str
    path: str
    expires_at: AwareDatetime


class AccountLinkRequested(MailEvent):
    """Somebody signed in elsewhere (such as EU Login) with the address of this account: is it the same person?

    `provider` is the name people know it by. `path` is below the origin and works once.
    """

    wire_name = "eu.flegt.identity.account-link-requested.v1"
    provider: str
    path: str
    expires_at: AwareDatetime


class SecurityNoticed(MailEvent):
    """Something changed by which somebody gets into this account; its owner is told in case it was another person.

    `what`: password-changed, email-changed, second-factor-added, second-factor-removed, recovery-code-used,
    account-linked, account-deleted today; a new one is shown by its own words.
    """

    wire_name = "eu.flegt.identity.security-noticed.v1"
    what: str
    at: AwareDatetime
    detail: str = ""


class RoleRequestWritten(MailEvent):
    """The mail of a role request, ready to be sent word for word: from the person (`email`), with a Sender of ours."""

    wire_name = "eu.flegt.identity.role-request-written.v1"
    role_id: UUID
    last_name: str
    to: str
    copy_to: str | None = None
    subject: str
    body: str


class OperatorRegistered(Event):
    """A company was entered, or its details changed (then with a higher version)."""

    wire_name = "eu.flegt.identity.operator-registered.v1"
    topic = "identity.operators"
    operator_id: UUID
    version: int
    name: str
    eori: str
    address: str
    town: str
    country: str
    closed: bool = False
    """Nobody can ask to act for it any more; what it did stays."""

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
    """`msca`, `customs` or `issuer` (a licensing authority of a partner country) today."""
    name: str
    country: str
    office: str | None = None
    mailbox: str | None = None
    closed: bool = False
    """It exists no longer: what it decided stands, nobody can choose it any more."""

    @property
    def key(self) -> str:
        return str(self.authority_id)


class Role(Contract):
    """What a role lets somebody act as: `body_id` is the operator or authority, None for support and monitors.

    `administrator` looks after the body's people; `partner_country` narrows a monitor's view; `machine` is a client
    program, `account_id` is then the client's id, and no mail can reach it.
    """

    role_id: UUID
    version: int
    account_id: UUID
    kind: RoleKind
    body_id: UUID | None = None
    body_name: str
    country: str | None = None
    office: str | None = None
    administrator: bool = False
    partner_country: str | None = None
    ends_at: AwareDatetime | None = None
    machine: bool = False


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
    additional: bool = False
    as_agent: bool = False


class RoleRequestWaiting(RoleEvent):
    """A request has waited for longer than it should; whoever may decide is reminded."""

    wire_name = "eu.flegt.identity.role-request-waiting.v1"
    person_name: str
    since: AwareDatetime


class RoleWithdrawn(RoleEvent):
    """The person took the request back; nobody has to decide it."""

    wire_name = "eu.flegt.identity.role-withdrawn.v1"


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


class RoleChanged(RoleEvent):
    """The role goes on with other terms: resumed, made administrator or not, another end. `change` says which.

    `change`: resumed, administrator, end, recertified today.
    """

    wire_name = "eu.flegt.identity.role-changed.v1"
    change: str
    reason: str = ""


class RoleSuspended(RoleEvent):
    """The person may not act in this role until it is resumed."""

    wire_name = "eu.flegt.identity.role-suspended.v1"
    reason: str


class RoleEnded(RoleEvent):
    """The role's last day has passed."""

    wire_name = "eu.flegt.identity.role-ended.v1"
