"""Telling whoever works on a case, and then the administrators, that it stands for too long."""

from collections.abc import Collection
from uuid import UUID

from services.validation import storage
from services.validation.domain.days import day_in
from services.validation.domain.deadlines import ESCALATED, level, state_of
from services.validation.domain.policy import Policy
from services.validation.storage import StoredCase
from shared import reference_data
from shared.contracts.validation import CaseOverdue
from shared.work import Work

AT_ONCE = 100


async def remind_overdue(work: Work, *, countries: Collection[str] = ()) -> int:
    """Tell of some cases whose limit passed, once after the limit and once after twice the limit, and of answers that
    were due before today; returns of how many. When several do this at once, one of them does it all.

    Returned licences are left alone: the company has the baton, and validation must not tell new versions of them.
    """
    if not await storage.may_remind(work.db):
        return 0
    ours = sorted(countries or reference_data.member_states())
    policies = await storage.policies_of(work.db, ours)
    chosen = {country: policies.get(country, Policy()) for country in ours}
    days = {(country, state): days for country, policy in chosen.items() for state, days in policy.days.items()}
    standing = await storage.standing_too_long(work.db, days, now=work.now, limit=AT_ONCE)
    today = {country: day_in(country, work.now) for country in ours}
    promised = await storage.promised_and_past(work.db, today, limit=AT_ONCE)
    overdue = list(dict.fromkeys([*standing, *promised]))
    for licence_id in overdue:
        await _remind(work, licence_id, chosen)
    return len(overdue)


async def _remind(work: Work, licence_id: UUID, policies: dict[str, Policy]) -> None:
    stored = await storage.find(work.db, licence_id)
    if stored is None:
        raise LookupError(f"case {licence_id} is locked and gone")
    state = state_of(stored.validation_state, stored.clearance_state)
    reached = level(policies[stored.country].limit(state), since=stored.state_since, now=work.now)
    case = stored.to_decide()
    case.note_overdue(day_in(stored.country, work.now))
    await storage.keep_reminder(work.db, case, level=reached)
    work.tell(
        CaseOverdue(
            licence_id=stored.licence_id,
            version=case.version,
            licence_number=stored.licence_number,
            operator_id=stored.operator_id,
            requester_id=stored.requester_id,
            country=stored.country,
            point_of_entry=stored.point_of_entry,
            validation_state=stored.validation_state,
            clearance_state=stored.clearance_state,
            acting_body=_authority(stored),
            since=stored.state_since,
            officer_id=stored.officer.account_id if stored.officer else None,
            escalated=reached == ESCALATED,
        )
    )


def _authority(case: StoredCase) -> str:
    known = (body.name for body in reference_data.competent_authorities() if body.country == case.country)
    return next(known, case.country)
