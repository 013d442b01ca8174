"""An importer claims a licence that its issuing authority sent electronically.

Whoever claims names the partner country, the number and the date of expiry. Numbers follow one another, so the date is
what only those know who have seen the licence; attempts are counted so that nobody finds it by trying.
"""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from services.licences.domain.electronic import ClaimedByAnother
from services.licences.domain.licence import Licence, Requester
from services.licences.domain.number import normalised
from services.licences.storage import bodies, licences
from services.licences.storage import electronic as storage
from services.licences.storage.companies import one_at_a_time
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, NotYours, TooMany, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

OF_PERSON, OF_COMPANY = 5, 20
"""Attempts without success: of one person in an hour, of all of a company in a day."""
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOT_FOUND = N_(
    "No electronic licence of this country, number and date of expiry can be claimed. Compare all three with the "
    "licence; if they are right, ask the issuing authority whether it sent the licence, or enter it from the paper."
)
CLAIMED_BY_ANOTHER = N_(
    "Another company claimed this licence. If it was issued for your goods, write to the competent authority of your "
    "country or to support, with the number and a copy of the licence."
)


@dataclass(frozen=True)
class Attempt:
    """One try to claim, counted before it is known whether it is right."""

    id: UUID
    company: UUID


async def note_attempt(work: Work, person: Person, *, operator_id: UUID | None = None) -> Attempt:
    """Count an attempt, in a transaction of its own. Raises NotYours, and TooMany when it may not even be tried."""
    company = operator_id or next(iter(person.companies), None)
    if company is None or not person.importer_of(company):
        raise NotYours(N_("Only importers can claim licences. Request the role of importer for your company."))
    await one_at_a_time(work.db, company)
    attempt = Attempt(new_id(), company)
    await storage.add_attempt(work.db, attempt.id, person.account_id, company, at=work.now)
    by_person, by_company = await storage.attempts(work.db, person.account_id, company, since=work.now - DAY)
    in_the_hour = [at for at in by_person if at > work.now - HOUR]
    ends = [
        tries[-most - 1] + window
        for tries, most, window in ((in_the_hour, OF_PERSON, HOUR), (by_company, OF_COMPANY, DAY))
        if len(tries) > most
    ]
    if ends:
        seconds = int((max(ends) - work.now).total_seconds()) + 1
        raise TooMany(
            N_("Too many attempts to claim a licence. Wait %(minutes)s minutes and try again."),
            retry_after=seconds,
            params={"minutes": seconds // 60 + 1},
        )
    return attempt


async def forget_attempt(work: Work, attempt: Attempt) -> None:
    """Take an attempt off again that was no guess."""
    await storage.forget_attempt(work.db, attempt.id, before=work.now - DAY)


async def claim_licence(
    work: Work, person: Person, attempt: Attempt, *, country: str, number: str, expiry_date: dt.date
) -> Licence:
    """The draft of a company with the boxes as they were issued; the one it has, when it claimed the licence before.

    Raises WrongContent, with the same words whatever is wrong, and WrongState when another company claimed it.
    """
    operator = await bodies.operator(work.db, attempt.company)
    if operator is None:
        raise WrongState(N_("Your company was registered a moment ago. Try again in a few seconds."))
    electronic = await storage.lock_number(work.db, country, normalised(number))
    if electronic is None or not electronic.is_known_to(expiry_date):
        raise WrongContent([FieldError("licence_number", "not_found", NOT_FOUND, 3)])
    await forget_attempt(work, attempt)
    try:
        had = electronic.draft_of(operator.id)
    except ClaimedByAnother:
        raise WrongState(CLAIMED_BY_ANOTHER, code="claimed_by_another") from None
    if had and (licence := await licences.load(work.db, had)):
        return licence
    licence = Licence(
        id=new_id(),
        version=1,
        operator=operator,
        requester=Requester(person.account_id, person.name),
        boxes=electronic.boxes,
        commodity_codes=electronic.boxes.commodity_codes,
        issued_electronically=True,
        attachments=tuple(replace(file, id=new_id()) for file in electronic.attachments),
        created_at=work.now,
        modified_at=work.now,
    )
    await licences.add(work.db, licence)
    await storage.claim(work.db, electronic, licence)
    return licence
