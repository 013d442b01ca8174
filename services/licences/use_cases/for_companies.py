"""A competent authority enters a licence for a company of its country, and holds it until it is handed in.

Both see the draft in their lists, and the company is told when it is handed in. The officer who enters it does not
decide on it: validation knows who that was.
"""

from uuid import UUID

from services.licences.domain.licence import EnteringAuthority, Licence
from services.licences.domain.reading import clean
from services.licences.storage import companies as storage
from services.licences.storage.companies import Company
from shared.contracts.licence import Requester
from shared.contracts.licences import LicenceDraftedByAuthority
from shared.person import Person, Role
from shared.problems import FieldError, NotYours, WrongContent
from shared.web.i18n import N_
from shared.work import Work

MOST_FOUND = 20
SHORTEST = 2
"""Letters of a company's name that are needed to search."""
ONLY_IMPORTERS = N_("Only importers can enter licences. Request the role of importer for your company.")


async def find_companies(work: Work, person: Person, typed: str) -> list[Company]:
    """Companies of the officer's country with this text in their name or EORI number. Raises NotYours, WrongContent."""
    role, text = officer(person), clean(typed)
    if len(text) < SHORTEST:
        raise WrongContent([FieldError("company", "too_short", N_("Enter at least two letters of the name."))])
    return await storage.find_companies(work.db, role.country or "", text, limit=MOST_FOUND)


async def role_to_enter_for(work: Work, person: Person, company_id: UUID | None) -> Role:
    """The role by which an officer may enter a licence for this company. Raises NotYours."""
    if not any(role.kind == "msca" for role in person.roles):
        raise NotYours(ONLY_IMPORTERS)
    company = await storage.company(work.db, company_id) if company_id else None
    role = person.authority_of(company.country) if company and company.country else None
    if role is None or role.body_id is None:
        raise NotYours(N_("A competent authority enters licences for companies of its own country."))
    return role


def entering(role: Role | None) -> EnteringAuthority | None:
    """The authority of this role; None when a company enters its own licence."""
    return EnteringAuthority(role.body_id, role.body_name) if role and role.body_id else None


def tell_company(work: Work, licence: Licence) -> None:
    """Tell the company, once it is handed in, that an authority entered this licence for it. Until then it is a draft
    in its list, which may yet be deleted."""
    if licence.entered_by is None:
        return
    office = licence.answers.point_of_entry or ""
    work.tell(
        LicenceDraftedByAuthority(
            licence_id=licence.id,
            version=licence.version,
            licence_number=licence.boxes.licence_number,
            operator_id=licence.operator.id,
            country=office[:2],
            point_of_entry=office,
            by=Requester(account_id=licence.requester.account_id, name=licence.requester.name),
            authority=licence.entered_by.name,
        )
    )


def officer(person: Person) -> Role:
    """The role in a competent authority: the active one, else the first. Raises NotYours."""
    active = person.active_role
    mine = [role for role in (active, *person.roles) if role and role.kind == "msca" and role.country]
    if not mine:
        raise NotYours(ONLY_IMPORTERS)
    return mine[0]
