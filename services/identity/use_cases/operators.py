"""Enter, find, change and close companies."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.identity.domain import changes as domain_changes
from services.identity.domain.operators import ClosedAlready, NotClosed, OperatorDetails, changed, reason_to_close
from services.identity.storage import audit, authorities, changes, operator_search, roles
from services.identity.storage import operators as storage
from services.identity.storage.changes import Change, NewChange
from services.identity.storage.operator_search import Found, Wanted
from services.identity.storage.operators import Operator
from services.identity.storage.roles import Request
from services.identity.use_cases.clients import end_clients_of
from services.identity.use_cases.refusals import EoriTaken, obeying_rules
from shared.contracts.identity import OperatorRegistered
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import NotYours, Stale, Unknown, WrongState
from shared.web.i18n import N_
from shared.work import Work


@dataclass(frozen=True)
class OperatorView:
    """A company; for those who belong to it, its authority and support also its people and its history."""

    operator: Operator
    people: list[Request] | None
    history: list[Change] | None
    may_edit: bool


async def create_operator(
    work: Work, by: Person, details: OperatorDetails, *, eori_confirmed: bool = False
) -> Operator:
    """Enter a company. Raises WrongContent, or EoriTaken naming the company that is there already."""
    with obeying_rules():
        details = details.checked(eori_confirmed=eori_confirmed)
    operator_id = new_id()
    if not await storage.add(work.db, operator_id, details, at=work.now, by=by.account_id):
        raise await _taken(work, details.eori)
    operator = Operator(operator_id, 1, details, work.now)
    await _remember(work, by, operator, {}, "operator_created")
    return operator


async def read_operator(work: Work, person: Person, operator_id: UUID) -> OperatorView:
    """A company. That an authority read the names of its people is put on record. Raises Unknown."""
    operator = await storage.by_id(work.db, operator_id)
    if operator is None:
        raise Unknown
    own = person.is_support or person.importer_of(operator_id) is not None
    overseen = person.authority_of(operator.details.country) is not None
    people = await roles.people_of(work.db, operator_id) if own or overseen else None
    if overseen and not own and people:
        await _note(work, "people_read", person, operator_id)
    history = await changes.of(work.db, operator_id) if own or overseen else None
    return OperatorView(operator, people, history, may_edit=_may_edit(person, operator_id))


async def read_for_editing(work: Work, by: Person, operator_id: UUID) -> Operator:
    """A company, for somebody about to change it. Raises Unknown, NotYours."""
    operator = await storage.by_id(work.db, operator_id)
    if operator is None:
        raise Unknown
    _require_editor(by, operator_id)
    return operator


async def edit_operator(
    work: Work, by: Person, operator_id: UUID, wanted: OperatorDetails, *, version: int, eori_confirmed: bool = False
) -> Operator:
    """Change its details. Raises Unknown, NotYours, Stale, WrongContent, EoriTaken."""
    operator = await _for_change(work, by, operator_id, version)
    with obeying_rules():
        details = changed(operator.details, wanted, by_support=by.is_support, confirmed=eori_confirmed)
    difference = domain_changes.between(operator.details, details)
    if not difference:
        return operator
    operator = replace(operator, version=operator.version + 1, details=details)
    if not await storage.save(work.db, operator):
        raise await _taken(work, details.eori)
    if "name" in difference:
        await authorities.rename_in_roles(work.db, operator_id, details.name)
    await _remember(work, by, operator, difference, "operator_edited")
    return operator


async def close_operator(work: Work, by: Person, operator_id: UUID, *, reason: str, version: int) -> Operator:
    """Nobody can ask to act for it any more, its clients end; what it did stays.

    Raises Unknown, NotYours, Stale, WrongContent.
    """
    operator = await _for_change(work, by, operator_id, version)
    _require_support(by)
    with obeying_rules():
        if operator.closed_at:
            raise ClosedAlready
        closed = replace(operator, closed_at=work.now, closed_reason=reason_to_close(reason))
    await end_clients_of(work, operator_id, by=by.account_id)
    return await _open_or_close(work, by, closed, {"state": ("open", f"closed: {closed.closed_reason}")})


async def reopen_operator(work: Work, by: Person, operator_id: UUID, *, version: int) -> Operator:
    """Undo its closing. Raises Unknown, NotYours, Stale, WrongState."""
    operator = await _for_change(work, by, operator_id, version)
    _require_support(by)
    with obeying_rules():
        if not operator.closed_at:
            raise NotClosed
    return await _open_or_close(
        work, by, replace(operator, closed_at=None, closed_reason=""), {"state": ("closed", "open")}
    )


async def changes_since(work: Work, by: Person, operator_id: UUID, version: int) -> list[Change]:
    """What others changed since that version, for somebody whose form came too late. Raises NotYours."""
    _require_editor(by, operator_id)
    return await changes.of(work.db, operator_id, since=version)


async def find_operators(
    work: Work, wanted: Wanted, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Found], str | None]:
    """One page of companies, and the cursor of the next. Raises WrongContent for a wrong cursor."""
    found = await operator_search.search(work.db, wanted, behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None


async def find_similar(work: Work, wanted: Wanted) -> list[Found]:
    """Companies named nearly like this, the most similar first: for when nothing fits."""
    return await operator_search.similar(work.db, wanted)


async def list_operators(
    work: Work, by: Person, wanted: Wanted, *, cursor: str | None
) -> tuple[list[Found], str | None]:
    """For support: every company, without a search if need be. Raises NotYours, WrongContent."""
    _require_support(by)
    return await find_operators(work, wanted, cursor=cursor)


async def _open_or_close(work: Work, by: Person, operator: Operator, change: domain_changes.Changes) -> Operator:
    operator = replace(operator, version=operator.version + 1)
    await storage.save(work.db, operator)
    await _remember(work, by, operator, change, "operator_closed" if operator.closed_at else "operator_reopened")
    return operator


async def _for_change(work: Work, by: Person, operator_id: UUID, version: int) -> Operator:
    operator = await storage.locked(work.db, operator_id)
    if operator is None:
        raise Unknown
    _require_editor(by, operator_id)
    if operator.version != version:
        raise Stale
    return operator


async def _taken(work: Work, eori: str) -> Exception:
    """What to raise: it names the company that has the number."""
    existing = await storage.by_eori(work.db, eori)
    return EoriTaken(existing.id, existing.details.name) if existing else WrongState()


async def _remember(work: Work, by: Person, operator: Operator, change: domain_changes.Changes, act: str) -> None:
    """History, audit, and the fact for the others."""
    entry = NewChange(operator.id, operator.version, change)
    await changes.add(work.db, [entry], at=work.now, by=by.account_id, source="person")
    await _note(work, act, by, operator.id)
    details = operator.details
    work.tell(
        OperatorRegistered(
            operator_id=operator.id,
            version=operator.version,
            name=details.name,
            eori=details.eori,
            address=details.address,
            town=" ".join(filter(None, (details.postal_code, details.town))),
            country=details.country,
            closed=operator.closed_at is not None,
        )
    )


def _may_edit(person: Person, operator_id: UUID) -> bool:
    return person.is_support or person.administrator_of(operator_id) is not None


def _require_editor(person: Person, operator_id: UUID) -> None:
    if not _may_edit(person, operator_id):
        raise NotYours(N_("The company's own administrators and the support team look after its details."))


def _require_support(person: Person) -> None:
    if not person.is_support:
        raise NotYours(N_("Only the support team may do this."))


async def _note(work: Work, act: str, by: Person, operator_id: UUID) -> None:
    await audit.note(work.db, act, at=work.now, by=by.account_id, session=by.session_id, subject=operator_id)
