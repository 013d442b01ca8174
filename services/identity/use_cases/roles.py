"""Ask for a role; grant, refuse, withdraw, revoke it."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.accounts import Account
from services.identity.domain.roles import Application, Kind, Role, Status, check_request
from services.identity.storage import audit, authorities, operators
from services.identity.storage import roles as storage
from services.identity.storage.roles import Request
from services.identity.use_cases.refusals import obeying_rules
from shared.contracts import identity as contracts
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work

SUPPORT_TEAM = "FLEGT licences"


@dataclass(frozen=True)
class Body:
    """A company or authority in which a person may have a role."""

    kind: Kind
    id: UUID
    name: str
    country: str
    office: str | None = None


@dataclass(frozen=True)
class Filter:
    """Which requests somebody who decides wants to see."""

    status: Status = Status.REQUESTED
    kind: str | None = None
    country: str | None = None


async def read_body(work: Work, kind: Kind, body_id: UUID) -> Body:
    """The company (for importers) or authority behind a role. Raises WrongContent when there is none."""
    if kind is Kind.IMPORTER:
        operator = await operators.by_id(work.db, body_id)
        if operator is not None:
            return Body(kind, body_id, operator.details.name, operator.details.country)
    elif kind in (Kind.MSCA, Kind.CUSTOMS):
        kept = await authorities.by_id(work.db, body_id)
        if kept is not None and kept.authority.kind == kind:
            return Body(kind, body_id, kept.authority.name, kept.authority.country, kept.authority.office)
    raise WrongContent([FieldError("body_id", "unknown", N_("There is no such company or authority."))])


async def request_role(work: Work, by: Person, *, kind: Kind, body_id: UUID, application: Application) -> Role:
    """Ask for a role. Raises WrongContent; WrongState with one_authority_only or already_asked."""
    with obeying_rules():
        application = application.checked()
        body = await read_body(work, kind, body_id)
        check_request(await storage.living_of(work.db, by.account_id), kind=kind, body_id=body_id)
    role = _asked(by.account_id, body, application, work)
    await storage.add(work.db, role)
    await _note(work, "role_requested", role, by)
    work.tell(contracts.RoleRequested(role=_fact(role), person_name=by.name))
    return role


async def withdraw_request(work: Work, by: Person, role_id: UUID) -> Role:
    """Take back one's own request. Raises Unknown, WrongState."""
    role = await storage.locked(work.db, role_id)
    if role is None or role.account_id != by.account_id:
        raise Unknown
    with obeying_rules():
        role = role.withdraw(by=by.account_id, at=work.now)
    await storage.save(work.db, role)
    await _note(work, "role_withdrawn", role, by)
    return role


async def decide_request(work: Work, by: Person, role_id: UUID, *, granted: bool, reason: str = "") -> Role:
    """Grant or refuse a request, once. Raises NotYours, Unknown, WrongState, WrongContent."""
    role = await _for_support(work, by, role_id)
    with obeying_rules():
        role = role.decide(granted=granted, reason=reason, by=by.account_id, at=work.now)
    await storage.save(work.db, role)
    await _note(work, f"role_{role.status}", role, by)
    if granted:
        work.tell(contracts.RoleGranted(role=_fact(role)))
    else:
        work.tell(contracts.RoleRefused(role=_fact(role), reason=role.decision_reason))
    return role


async def revoke_role(work: Work, by: Person, role_id: UUID, *, reason: str) -> Role:
    """End a granted role, everywhere. Raises NotYours, Unknown, WrongState, WrongContent."""
    role = await _for_support(work, by, role_id)
    with obeying_rules():
        role = role.revoke(reason=reason, by=by.account_id, at=work.now)
    await storage.save(work.db, role)
    await _note(work, "role_revoked", role, by)
    work.tell(contracts.RoleRevoked(role=_fact(role), reason=role.decision_reason))
    return role


async def make_support_person(work: Work, account: Account) -> Role:
    """The support role by command: the first one has nobody to ask. Asking again changes nothing."""
    for role in await storage.living_of(work.db, account.id):
        if role.kind is Kind.SUPPORT:
            return role
    role = Role(
        id=new_id(),
        version=1,
        account_id=account.id,
        kind=Kind.SUPPORT,
        body_id=None,
        body_name=SUPPORT_TEAM,
        country=None,
        office=None,
        status=Status.GRANTED,
        requested_at=work.now,
        application=Application("", "", ""),
        decided_at=work.now,
    )
    await storage.add(work.db, role)
    await _note(work, "role_granted", role, None)
    work.tell(contracts.RoleGranted(role=_fact(role)))
    return role


async def list_own_roles(work: Work, person: Person) -> list[Role]:
    """One's roles and requests, the newest first."""
    return await storage.of_account(work.db, person.account_id)


async def find_requests(
    work: Work, person: Person, wanted: Filter, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Request], str | None]:
    """One page of requests for those who decide, the oldest first, and the cursor of the next. Raises NotYours."""
    _require_support(person)
    found = await storage.queue(
        work.db,
        status=wanted.status,
        kind=wanted.kind,
        country=wanted.country,
        behind=key_of(cursor, 2),
        limit=limit + 1,
    )
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None


async def read_request(work: Work, person: Person, role_id: UUID) -> Request:
    """One request with whose it is. Raises NotYours, Unknown."""
    _require_support(person)
    request = await storage.request(work.db, role_id)
    if request is None:
        raise Unknown
    return request


async def count_waiting(work: Work, person: Person) -> int:
    """How many requests wait for this person's decision."""
    return await storage.count_waiting(work.db) if person.is_support else 0


def _require_support(person: Person) -> None:
    if not person.is_support:
        raise NotYours(N_("Only the support team decides on roles."))


async def _for_support(work: Work, by: Person, role_id: UUID) -> Role:
    _require_support(by)
    role = await storage.locked(work.db, role_id)
    if role is None:
        raise Unknown
    return role


def _asked(account_id: UUID, body: Body, application: Application, work: Work) -> Role:
    return Role(
        id=new_id(),
        version=1,
        account_id=account_id,
        kind=body.kind,
        body_id=body.id,
        body_name=body.name,
        country=body.country,
        office=body.office,
        status=Status.REQUESTED,
        requested_at=work.now,
        application=application,
    )


def _fact(role: Role) -> contracts.Role:
    return contracts.Role(
        role_id=role.id,
        version=role.version,
        account_id=role.account_id,
        kind=role.kind.value,
        body_id=role.body_id,
        body_name=role.body_name,
        country=role.country,
        office=role.office,
        administrator=role.administrator,
        partner_country=role.partner_country,
        ends_at=role.ends_at,
    )


async def _note(work: Work, act: str, role: Role, by: Person | None) -> None:
    await audit.note(
        work.db,
        act,
        at=work.now,
        by=by.account_id if by else None,
        session=by.session_id if by else None,
        subject=role.account_id,
        details={"role_id": str(role.id), "kind": role.kind},
    )
