"""What every use case about roles needs: who decides, the role held for it, the fact, the record."""

from uuid import UUID

from services.identity.domain.roles import Act, Decider, Role, require, standings
from services.identity.storage import audit
from services.identity.storage import roles as storage
from services.identity.use_cases.refusals import obeying_rules
from shared.contracts import identity as contracts
from shared.person import Person
from shared.problems import NotYours, Stale, Unknown
from shared.web.i18n import N_
from shared.work import Work


def decider_of(person: Person) -> Decider:
    """What makes decisions this person's. Programs decide on nobody."""
    if person.is_machine:
        return Decider(person.account_id)
    return Decider(
        person.account_id,
        support=person.is_support,
        country=next((role.country for role in person.roles if role.kind == "msca"), None),
        administers=frozenset(role.body_id for role in person.roles if role.administrator and role.body_id),
    )


def require_decider(person: Person) -> Decider:
    """Raises NotYours for somebody who decides on no role at all."""
    decider = decider_of(person)
    if not decider.decides_anything:
        raise NotYours(
            N_("Only the support team, competent authorities and administrators decide on roles, and only people do.")
        )
    return decider


async def held(work: Work, by: Person, act: Act, role_id: UUID, *, version: int | None = None) -> Role:
    """The role, held until the transaction ends. Raises NotYours, Unknown, and Stale for another `version`."""
    decider = require_decider(by)
    role = await storage.locked(work.db, role_id)
    require_theirs(decider, act, role)
    if role is None:
        raise Unknown
    require_version(role, version)
    return role


def require_version(role: Role, version: int | None) -> None:
    """Raises Stale when somebody wants to act on another version than the present one."""
    if version is not None and role.version != version:
        raise Stale(N_("Somebody decided something about this role since you opened it."))


def require_theirs(decider: Decider, act: Act, role: Role | None) -> None:
    """Raises Unknown for roles of which this person may not know, NotYours for what is not theirs to do."""
    if role is None or (role.account_id != decider.account_id and not standings(decider, role)):
        raise Unknown
    with obeying_rules():
        require(decider, act, role)


def fact(role: Role) -> contracts.Role:
    """The role as other services hear of it."""
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


async def note(work: Work, act: str, role: Role, by: Person | None) -> None:
    """Record what was done to a role; `by` is None for what happens by itself or by command."""
    await audit.note(
        work.db,
        act,
        at=work.now,
        by=by.account_id if by else None,
        session=by.session_id if by else None,
        subject=role.account_id,
        details={"role_id": str(role.id), "kind": role.kind},
    )
