"""Customs offices and issuing authorities: what identity tells of them comes before the packaged data.

The packaged data count for what identity has not told of yet, and know addresses, which the facts do not carry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.licences.domain.form import Party
from services.licences.domain.licence import Licence
from services.licences.domain.reference import Reference
from services.licences.reference import known_authorities, reference
from services.licences.storage import bodies as storage
from services.licences.storage.bodies import Body
from shared import reference_data
from shared.reference_data import CustomsOffice
from shared.work import Work


@dataclass(frozen=True)
class Choices:
    """The issuing authorities that can be chosen, by country and name."""

    issuers: tuple[Party, ...]

    def of(self, country: str) -> list[Party]:
        """Those of one partner country."""
        return [issuer for issuer in self.issuers if issuer.country == country]


async def choices_of(work: Work) -> Choices:
    """All issuing authorities. Once identity has told of those of a country, only these are there."""
    packaged = known_authorities()
    told = await storage.issuers(work.db)
    countries = {body.country for body in told}
    known = [_party(body, packaged) for body in told if not body.closed]
    known += [party for party in packaged.values() if party.country not in countries]
    return Choices(tuple(sorted(known, key=lambda party: (party.country, party.name))))


async def issuers_named(work: Work, name: str) -> Mapping[str, Party]:
    """The known issuing authorities by casefolded name, with those of this name that only identity knows."""
    packaged = known_authorities()
    if not name or name.casefold() in packaged:
        return packaged
    told = await storage.told_about(work.db, issuer=name)
    return {**packaged, **{b.name.casefold(): _party(b, packaged) for b in told if not b.closed}}


async def offices_of(work: Work, country: str) -> list[CustomsOffice]:
    """The customs offices of a Member State that goods can be declared at, by name."""
    if not country:
        return []
    offices = {office.id: office for office in reference_data.customs_offices(country)}
    for body in await storage.customs_offices(work.db, country):
        _correct(offices, body)
    return sorted(offices.values(), key=lambda office: (office.name, office.id))


async def office_named(work: Work, col_number: str) -> CustomsOffice | None:
    """The open customs office with this COL number."""
    packaged = reference_data.customs_office(col_number)
    offices = {packaged.id: packaged} if packaged else {}
    for body in await storage.told_about(work.db, office=col_number):
        _correct(offices, body)
    return offices.get(col_number)


async def reference_for(work: Work, licence: Licence) -> Reference:
    """The reference data as identity corrected them, as far as this licence needs them."""
    known = reference()
    office, authority = licence.answers.point_of_entry or "", licence.boxes.issuing_authority
    told = await storage.told_about(work.db, office=office, issuer=authority.name)
    if not told:
        return known
    offices, authorities = dict(known.offices), set(known.authorities)
    for body in told:
        listed = (body.country, body.name.casefold())
        if body.office and body.closed:
            offices.pop(body.office, None)
        elif body.office:
            offices[body.office] = body.country
        elif body.closed:
            authorities.discard(listed)
        else:
            authorities.add(listed)
    return replace(known, offices=offices, authorities=frozenset(authorities))


def _correct(offices: dict[str, CustomsOffice], body: Body) -> None:
    col_number = body.office or ""
    if body.closed:
        offices.pop(col_number, None)
    elif col_number:
        known = offices.get(col_number, CustomsOffice(col_number, "", "", "", body.country))
        offices[col_number] = replace(known, name=body.name)


def _party(body: Body, packaged: Mapping[str, Party]) -> Party:
    known = packaged.get(body.name.casefold(), Party())
    return Party(body.name, known.address if known.country == body.country else "", body.country)
