"""Roles that nobody asks for: monitors and members of the support team are made by support."""

from dataclasses import dataclass
from datetime import datetime

from services.identity.domain.accounts import Account
from services.identity.domain.identifiers import MEMBER_STATES
from services.identity.domain.refusals import Mistakes
from services.identity.domain.roles import LIVING, Act, AlreadyAsked, Application, Kind, Role, Status, Terms, require
from services.identity.storage import accounts
from services.identity.storage import roles as storage
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.roles.recording import decider_of, fact, note, require_decider
from shared.contracts import identity as contracts
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, NotYours, WrongContent
from shared.reference_data import vpa_countries
from shared.web.formats import country as country_name
from shared.web.i18n import N_, SOURCE_LANGUAGE, using
from shared.work import Work

SUPPORT_TEAM = "FLEGT licences"
NOTHING_ASKED = Application("", "", "")


@dataclass(frozen=True)
class Scope:
    """What a monitor may read (Regulation 2173/2005, article 5(2) and (3)): the licences with a point of entry in
    `country`, or of `partner_country`; with both, only those that are both."""

    country: str | None = None
    partner_country: str | None = None

    @property
    def name(self) -> str:
        """Stands where other roles have the name of their body."""
        with using(SOURCE_LANGUAGE):
            return " · ".join(country_name(code) for code in (self.country, self.partner_country) if code)

    def checked(self) -> "Scope":
        """Raises WrongFields."""
        wrong = Mistakes()
        if not (self.country or self.partner_country):
            wrong.add("country", "required", N_("Choose a Member State, a partner country, or both."))
        if self.country and self.country not in MEMBER_STATES:
            wrong.add("country", "unknown_country", N_("This is not a Member State."))
        if self.partner_country and self.partner_country not in {partner.code for partner in vpa_countries()}:
            wrong.add("partner_country", "unknown_country", N_("This is not a partner country."))
        wrong.refuse_if_any()
        return self


async def give_monitor_role(
    work: Work, by: Person, *, email: str, scope: Scope, ends_at: datetime | None, reason: str = ""
) -> Role:
    """Let somebody read the licences of a scope until a day. Raises NotYours, WrongContent, WrongState."""
    _require_support(by)
    with obeying_rules():
        scope = scope.checked()
        terms = Terms(ends_at).checked(Kind.MONITOR, work.now)
    account = await _person(work, email)
    given = _given(work, account, Kind.MONITOR, scope.name, scope=scope, ends_at=terms.ends_at, reason=reason, by=by)
    with obeying_rules():
        require(decider_of(by), Act.GIVE, given)
        for role in await storage.living_of(work.db, account.id):
            if (role.kind, role.country, role.partner_country) == (Kind.MONITOR, scope.country, scope.partner_country):
                raise AlreadyAsked
    return await _keep(work, given, by)


async def give_support_role(work: Work, by: Person, *, email: str, reason: str = "") -> Role:
    """Make somebody a member of the support team. Raises NotYours, WrongContent, WrongState."""
    _require_support(by)
    account = await _person(work, email)
    given = _given(work, account, Kind.SUPPORT, SUPPORT_TEAM, reason=reason, by=by)
    with obeying_rules():
        require(decider_of(by), Act.GIVE, given)
        if any(role.kind is Kind.SUPPORT for role in await storage.living_of(work.db, account.id)):
            raise AlreadyAsked
    return await _keep(work, given, by)


async def make_support_person(work: Work, account: Account) -> Role:
    """The support role by command: the first one has nobody to ask. Asking again changes nothing."""
    for role in await storage.living_of(work.db, account.id):
        if role.kind is Kind.SUPPORT and role.status in LIVING:
            return role
    return await _keep(work, _given(work, account, Kind.SUPPORT, SUPPORT_TEAM), None)


def _require_support(person: Person) -> None:
    if not require_decider(person).support:
        raise NotYours(N_("Only the support team gives roles that nobody asked for."))


async def _person(work: Work, email: str) -> Account:
    account = await accounts.by_email(work.db, email)
    if account is None or account.confirmed_at is None:
        raise WrongContent(
            [FieldError("email", "no_account", N_("Nobody has a confirmed account with this e-mail address."))]
        )
    return account


def _given(
    work: Work,
    account: Account,
    kind: Kind,
    name: str,
    *,
    scope: Scope | None = None,
    ends_at: datetime | None = None,
    reason: str = "",
    by: Person | None = None,
) -> Role:
    return Role(
        id=new_id(),
        version=1,
        account_id=account.id,
        kind=kind,
        body_id=None,
        body_name=name,
        country=scope.country if scope else None,
        office=None,
        status=Status.GRANTED,
        requested_at=work.now,
        application=NOTHING_ASKED,
        decided_at=work.now,
        decided_by=by.account_id if by else None,
        decision_reason=reason.strip(),
        partner_country=scope.partner_country if scope else None,
        ends_at=ends_at,
    )


async def _keep(work: Work, role: Role, by: Person | None) -> Role:
    await storage.add(work.db, role)
    await note(work, "role_granted", role, by)
    work.tell(contracts.RoleGranted(role=fact(role)))
    return role
