"""Who may see and do what. Of cases elsewhere a person may not even know."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from services.validation import storage
from services.validation.domain.proceedings import Actor
from services.validation.domain.refusals import Incomplete, NotAllowed, NotYourAct
from services.validation.domain.states import ActorKind, ValidationState
from services.validation.storage import StoredCase
from services.validation.words import shown
from shared.person import Person, Role
from shared.problems import FieldError, NotYours, Unknown, WrongContent, WrongState
from shared.work import Work

MONITOR = "monitor"
"""The kind of role that reads the cases of its scope and changes nothing (2173/2005 art. 5(2) and (3))."""
Choice = TypeVar("Choice", bound=StrEnum)


def role_as(person: Person, kind: ActorKind) -> Role:
    """The role in which somebody works on lists: the active one, else the first of its kind. Raises NotYours."""
    of_kind = [role for role in person.roles if role.kind == kind]
    if not of_kind:
        raise NotYours(_NOT_FOR[kind])
    return person.active_role if person.active_role in of_kind else of_kind[0]


def role_for_queue(person: Person) -> Role:
    """The role in which somebody looks at cases: as the authority, or as a monitor. Raises NotYours."""
    active = person.active_role
    if active is not None and active.kind == MONITOR:
        return active
    watching = next((role for role in person.roles if role.kind == MONITOR), None)
    is_authority = any(role.kind == ActorKind.MSCA for role in person.roles)
    return watching if watching is not None and not is_authority else role_as(person, ActorKind.MSCA)


_NOT_FOR = {
    ActorKind.MSCA: "Cases are for competent authorities. Your roles do not include one.",
    ActorKind.CUSTOMS: "Clearance is for customs offices. Your roles do not include one.",
}


async def case_of_authority(
    work: Work, person: Person, case_id: UUID, *, to_change: bool = False
) -> tuple[StoredCase, Actor]:
    """A case of the person's Member State. Raises NotYours without the role, Unknown for other countries."""
    role_as(person, ActorKind.MSCA)
    case = await storage.find(work.db, case_id, to_change=to_change)
    role = person.authority_of(case.country) if case else None
    if case is None or role is None:
        raise Unknown("There is no such case in your Member State.")
    _held(case, to_change=to_change)
    return case, Actor(ActorKind.MSCA, person.account_id, person.name, role.body_name)


async def case_of_monitor(work: Work, person: Person, case_id: UUID) -> tuple[StoredCase, Actor] | None:
    """A case in the scope of a monitor who is not of its authority, to read only; None for everybody else."""
    if not any(role.kind == MONITOR for role in person.roles):
        return None
    case = await storage.find(work.db, case_id)
    role = person.monitor_of(case.country, case.vpa_country) if case else None
    if case is None or role is None or person.authority_of(case.country):
        return None
    return case, Actor(ActorKind.MSCA, person.account_id, person.name, f"Monitor: {role.body_name}")


async def case_of_office(
    work: Work, person: Person, case_id: UUID, *, to_change: bool = False
) -> tuple[StoredCase, Actor]:
    """A licence with this office as point of entry. Raises NotYours without the role, Unknown for other offices.

    Other offices of the country may look at it where the authority's policy says so.
    Before it is validated an office may not see it; an attempt to act on it is left to the rules to refuse.
    """
    role_as(person, ActorKind.CUSTOMS)
    case = await storage.find(work.db, case_id, to_change=to_change)
    role = person.customs_at(case.point_of_entry) if case else None
    if case is not None and role is None and not to_change:
        role = await _office_that_may_look(work, person, case.country)
    hidden = case is not None and case.validation_state is not ValidationState.VALIDATED and not to_change
    if case is None or role is None or hidden:
        raise Unknown("There is no such accepted licence for your office.")
    _held(case, to_change=to_change)
    return case, Actor(ActorKind.CUSTOMS, person.account_id, person.name, role.body_name)


async def case_of_either(work: Work, person: Person, case_id: UUID, acting: ActorKind) -> tuple[StoredCase, Actor]:
    """A case to change as its office, or as its authority: what both may do. Raises as the two above."""
    find = case_of_authority if acting is ActorKind.MSCA else case_of_office
    return await find(work, person, case_id, to_change=True)


async def _office_that_may_look(work: Work, person: Person, country: str) -> Role | None:
    found = next((r for r in person.roles if r.kind == ActorKind.CUSTOMS and r.country == country), None)
    if found is None:
        return None
    policy, _version = await storage.policy_of(work.db, country)
    return found if policy.customs_see_country else None


def _held(case: StoredCase, *, to_change: bool) -> None:
    if to_change and not case.held:
        raise WrongState("This case was handed over to another authority, which acts on it now.")


def chosen(kind: type[Choice], value: str, field: str = "kind") -> Choice:
    """One of the choices. Raises WrongContent."""
    if value not in set(kind):
        raise WrongContent([FieldError(field, "unknown", "Choose one of the possibilities.")])
    return kind(value)


@contextmanager
def rules() -> Iterator[None]:
    """What the rules refuse, as refusals that pages and the API can answer with."""
    try:
        yield
    except Incomplete as refused:
        raise WrongContent(
            [FieldError(m.field, m.code, m.message, params=shown(m.params)) for m in refused.mistakes]
        ) from refused
    except NotYourAct as refused:
        raise NotYours(refused.message, params=shown(refused.params)) from refused
    except NotAllowed as refused:
        raise WrongState(refused.message, code=refused.code, params=shown(refused.params)) from refused
