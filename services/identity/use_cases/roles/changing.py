"""What becomes of a granted role: suspended and resumed, other terms, confirmed for another year."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.identity.domain.roles import Act, Role
from services.identity.storage import roles as storage
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.roles.recording import fact, held, note, require_decider, require_theirs
from shared.contracts import identity as contracts
from shared.paging import PAGE
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work


async def suspend_role(work: Work, by: Person, role_id: UUID, *, reason: str, version: int | None = None) -> Role:
    """Stop a role until it is resumed. Raises NotYours, Unknown, WrongState, WrongContent, Stale."""
    role = await held(work, by, Act.DECIDE, role_id, version=version)
    with obeying_rules():
        role = role.suspend(reason=reason, by=by.account_id, at=work.now)
    await storage.save(work.db, role)
    await note(work, "role_suspended", role, by)
    work.tell(contracts.RoleSuspended(role=fact(role), reason=role.decision_reason))
    return role


async def resume_role(work: Work, by: Person, role_id: UUID, *, reason: str = "", version: int | None = None) -> Role:
    """Let a suspended role go on. Raises NotYours, Unknown, WrongState, WrongContent, Stale."""
    role = await held(work, by, Act.DECIDE, role_id, version=version)
    with obeying_rules():
        role = role.resume(reason=reason, by=by.account_id, at=work.now)
    return await _keep_changed(work, by, role, change="resumed", act="role_resumed")


async def appoint(work: Work, by: Person, role_id: UUID, *, administrator: bool, version: int | None = None) -> Role:
    """Make somebody the body's administrator, or end that. Raises NotYours, Unknown, WrongState, Stale."""
    role = await held(work, by, Act.APPOINT, role_id, version=version)
    if role.administrator == administrator:
        return role
    with obeying_rules():
        role = role.appoint(administrator=administrator, by=by.account_id, at=work.now)
    act = "administrator_appointed" if administrator else "administrator_dismissed"
    return await _keep_changed(work, by, role, change="administrator", act=act)


async def move_end(
    work: Work, by: Person, role_id: UUID, *, ends_at: datetime | None, version: int | None = None
) -> Role:
    """Give a role another end, or none. Raises NotYours, Unknown, WrongState, WrongContent, Stale."""
    role = await held(work, by, Act.DECIDE, role_id, version=version)
    if role.ends_at == ends_at:
        return role
    with obeying_rules():
        role = role.move_end(ends_at=ends_at, by=by.account_id, at=work.now)
    return await _keep_changed(work, by, role, change="end", act="role_end_moved")


async def recertify(work: Work, by: Person, role_ids: Sequence[UUID]) -> list[Role]:
    """Confirm that these roles are still needed. Raises NotYours, Unknown, WrongState, WrongContent."""
    decider = require_decider(by)
    if not role_ids:
        raise WrongContent([FieldError("chosen", "none_chosen", N_("Tick at least one role."))])
    if len(set(role_ids)) > PAGE:
        raise WrongContent([FieldError("chosen", "too_many", N_("Confirm at most 50 roles together."))])
    roles = await storage.all_locked(work.db, role_ids)
    if len(roles) < len(set(role_ids)):
        raise Unknown
    confirmed = []
    for role in roles:
        require_theirs(decider, Act.DECIDE, role)
        with obeying_rules():
            role = role.recertify(by=by.account_id, at=work.now)
        confirmed.append(await _keep_changed(work, by, role, change="recertified", act="role_recertified"))
    return confirmed


async def _keep_changed(work: Work, by: Person, role: Role, *, change: str, act: str) -> Role:
    reason = role.decision_reason if change == "resumed" else ""
    await storage.save(work.db, role)
    await note(work, act, role, by)
    work.tell(contracts.RoleChanged(role=fact(role), change=change, reason=reason))
    return role
