"""Enter and find companies."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.operators import OperatorDetails
from services.identity.storage import audit, roles
from services.identity.storage import operators as storage
from services.identity.storage.operators import Found, Operator
from services.identity.storage.roles import Request
from services.identity.use_cases.refusals import EoriTaken, obeying_rules
from shared.contracts.identity import OperatorRegistered
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import Unknown, WrongState
from shared.work import Work


@dataclass(frozen=True)
class OperatorView:
    """A company, and for those who belong to it or to support, its people."""

    operator: Operator
    people: list[Request] | None


async def create_operator(work: Work, by: Person, details: OperatorDetails) -> Operator:
    """Enter a company. Raises WrongContent, or EoriTaken naming the company that is there already."""
    with obeying_rules():
        details = details.checked()
    operator_id = new_id()
    if not await storage.add(work.db, operator_id, details, at=work.now, by=by.account_id):
        existing = await storage.by_eori(work.db, details.eori)
        if existing is None:
            raise WrongState
        raise EoriTaken(existing.id, existing.details.name)
    await audit.note(
        work.db, "operator_created", at=work.now, by=by.account_id, subject=operator_id, session=by.session_id
    )
    work.tell(
        OperatorRegistered(
            operator_id=operator_id,
            version=1,
            name=details.name,
            eori=details.eori,
            address=details.address,
            town=" ".join(filter(None, (details.postal_code, details.town))),
            country=details.country,
        )
    )
    return Operator(operator_id, 1, details, work.now)


async def read_operator(work: Work, person: Person, operator_id: UUID) -> OperatorView:
    """A company. Raises Unknown."""
    operator = await storage.by_id(work.db, operator_id)
    if operator is None:
        raise Unknown
    insider = person.is_support or person.importer_of(operator_id) is not None
    people = await roles.people_of(work.db, operator_id) if insider else None
    return OperatorView(operator, people)


async def find_operators(
    work: Work, text: str, country: str | None, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Found], str | None]:
    """One page of companies, and the cursor of the next. Raises WrongContent for a wrong cursor."""
    found = await storage.search(work.db, text, country, behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None
