"""What a national customs system asks of licences, by number and declaration as it knows them.

The functions are those of the certificate exchange of the EU customs single window (Regulation (EU) 2022/2399,
Delegated Regulation (EU) 2024/2145): availability, reserve, consume, free, override, amend after clearance, list, and
what changed. All raise NotYours without a role at the office, and Unknown where nothing is to be known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.mrn import BadDeclarationNumber, declaration_number
from services.validation.domain.proceedings import Actor, DeclaredLine
from services.validation.domain.quantities import Quantities
from services.validation.domain.states import AWAITING, ActorKind
from services.validation.storage import StoredCase
from services.validation.storage.lists import Change
from services.validation.use_cases.clearing import clear_licence, correct_declaration, free_licence, reserve_licence
from services.validation.use_cases.permissions import role_as
from services.validation.use_cases.reading import note_look
from shared.paging import LARGEST_PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent
from shared.work import Work


@dataclass(frozen=True)
class Availability:
    """Whether a declaration can be made on a licence now, and on how much of what."""

    case: StoredCase
    available: bool
    headings: Sequence[str]


async def check_availability(work: Work, person: Person, *, office: str, number: str) -> Availability:
    """A licence that was accepted for the office, by its number as written in the declaration. The look is kept."""
    case = await _at(work, person, office, number)
    await note_look(work, case, _require(person, office))
    headings = sorted({line.commodity_code[:4] for line in case.licence.boxes.commodities})
    is_free = (case.validation_state, case.clearance_state) == AWAITING and case.reserved_for is None
    return Availability(case, is_free, headings)


async def reserve(work: Work, person: Person, *, office: str, number: str, declaration: str) -> Case:
    """Keep the licence for a declaration."""
    case = await _at(work, person, office, number)
    return await reserve_licence(work, person, case.licence_id, declaration=declaration)


async def free(work: Work, person: Person, *, office: str, number: str, declaration: str) -> Case:
    """Let a reserved licence go: the declaration was withdrawn or invalidated before release."""
    case = await _at(work, person, office, number)
    return await free_licence(work, person, case.licence_id, declaration=declaration)


async def consume(
    work: Work,
    person: Person,
    *,
    office: str,
    number: str,
    declaration: str,
    declared: Quantities,
    lines: Sequence[DeclaredLine] = (),
    override_reason: str = "",
) -> Case:
    """The goods are released against the declaration; `override_reason` where they differ and the authority allows."""
    case = await _at(work, person, office, number)
    return await clear_licence(
        work,
        person,
        case.licence_id,
        declaration=declaration,
        declared=declared,
        lines=lines,
        override_reason=override_reason,
    )


async def amend(
    work: Work,
    person: Person,
    *,
    office: str,
    declaration: str,
    corrected: str,
    declared: Quantities,
    reason: str,
) -> Case:
    """The declaration was amended after clearance. `corrected` is its number now."""
    _require(person, office)
    try:
        found = await storage.by_declaration_at(work.db, office, declaration_number(declaration))
    except BadDeclarationNumber:
        found = None
    if found is None:
        raise Unknown("No licence of this office was cleared against this declaration.")
    return await correct_declaration(
        work, person, found, declaration=corrected or declaration, declared=declared, reason=reason
    )


async def list_changes(
    work: Work, person: Person, *, office: str, cursor: str | None, limit: int
) -> tuple[Sequence[Change], str | None]:
    """Licences of the office by their last change, and the cursor to go on from: what a system was not told yet."""
    _require(person, office)
    key = key_of(cursor, 2)
    try:
        after = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    except (TypeError, ValueError) as error:
        raise WrongContent([FieldError("cursor", "bad_cursor", "This is not a cursor that we gave out.")]) from error
    found = await storage.changes_at(work.db, office, after=after, limit=max(1, min(limit, LARGEST_PAGE)))
    last = cursor_of(found[-1].modified_at.isoformat(), found[-1].licence_id) if found else cursor
    return found, last


async def _at(work: Work, person: Person, office: str, number: str) -> StoredCase:
    _require(person, office)
    found = await storage.by_number_at(work.db, office, number)
    case = await storage.find(work.db, found) if found else None
    if case is None or case.decision is None or case.validation_state == "rejected":
        raise Unknown("No licence with this number was accepted for this office.")
    return case


def _require(person: Person, office: str) -> Actor:
    role_as(person, ActorKind.CUSTOMS)
    role = person.customs_at(office)
    if role is None:
        raise Unknown("You do not act for this customs office.")
    return Actor(ActorKind.CUSTOMS, person.account_id, person.name, role.body_name)
