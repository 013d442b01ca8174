"""Grant or refuse what was asked for, also several requests for one company; revoke what was granted."""

from collections.abc import Sequence
from uuid import UUID

from services.identity.domain.roles import Act, Role, Terms
from services.identity.storage import roles as storage
from services.identity.use_cases.refusals import obeying_rules
from services.identity.use_cases.roles.recording import fact, held, note, require_decider, require_theirs
from shared.contracts import identity as contracts
from shared.paging import PAGE
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work


async def decide_request(
    work: Work,
    by: Person,
    role_id: UUID,
    *,
    granted: bool,
    reason: str = "",
    terms: Terms | None = None,
    version: int | None = None,
) -> Role:
    """Grant it under these terms, or refuse it, once. Raises NotYours, Unknown, WrongState, WrongContent, Stale."""
    role = await held(work, by, Act.DECIDE, role_id, version=version)
    return await _decide(work, by, role, granted=granted, reason=reason, terms=terms)


async def decide_together(
    work: Work, by: Person, role_ids: Sequence[UUID], *, granted: bool, reason: str = "", terms: Terms | None = None
) -> list[Role]:
    """The same decision on several requests for one company or authority: all of them, or none if one is refused.

    Raises what `decide_request` does; WrongContent for none, too many, or requests for several bodies.
    """
    decider = require_decider(by)
    if not role_ids:
        raise WrongContent([FieldError("chosen", "none_chosen", N_("Tick at least one request."))])
    if len(set(role_ids)) > PAGE:
        raise WrongContent([FieldError("chosen", "too_many", N_("Decide on at most 50 requests together."))])
    roles = await storage.all_locked(work.db, role_ids)
    if len(roles) < len(set(role_ids)):
        raise Unknown
    for role in roles:
        require_theirs(decider, Act.DECIDE, role)
    if len({(role.kind, role.body_id) for role in roles}) > 1:
        message = N_("Only requests for the same company or authority can be decided together.")
        raise WrongContent([FieldError("chosen", "several_bodies", message)])
    return [await _decide(work, by, role, granted=granted, reason=reason, terms=terms) for role in roles]


async def revoke_role(work: Work, by: Person, role_id: UUID, *, reason: str, version: int | None = None) -> Role:
    """End a granted role for good, everywhere. Raises NotYours, Unknown, WrongState, WrongContent, Stale."""
    role = await held(work, by, Act.DECIDE, role_id, version=version)
    with obeying_rules():
        role = role.revoke(reason=reason, by=by.account_id, at=work.now)
    await storage.save(work.db, role)
    await note(work, "role_revoked", role, by)
    work.tell(contracts.RoleRevoked(role=fact(role), reason=role.decision_reason))
    return role


async def _decide(work: Work, by: Person, role: Role, *, granted: bool, reason: str, terms: Terms | None) -> Role:
    with obeying_rules():
        role = role.decide(granted=granted, reason=reason, by=by.account_id, at=work.now, terms=terms)
    await storage.save(work.db, role)
    await note(work, f"role_{role.status}", role, by)
    if granted:
        work.tell(contracts.RoleGranted(role=fact(role)))
    else:
        work.tell(contracts.RoleRefused(role=fact(role), reason=role.decision_reason))
    return role
