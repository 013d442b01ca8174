"""Until when something should have happened to a case, by its authority's policy and by what was asked and promised."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.validation.domain.days import day_in
from services.validation.domain.policy import Policy

DUE_SOON = timedelta(days=2)
"""What is due within this time is shown as due."""
REMINDED, ESCALATED = 1, 2
"""Whoever works on the case is reminded after the limit, the administrators are told after twice the limit."""


@dataclass(frozen=True)
class Deadline:
    """The day by which a case should move, and how it stands to today."""

    on: date
    late: bool
    soon: bool


def state_of(validation_state: str, clearance_state: str) -> str:
    """What a case stands in, in the words of a policy: what customs says once the authority has accepted it."""
    return clearance_state if validation_state == "validated" else validation_state


def deadline(
    policy: Policy, *, country: str, state: str, since: datetime, due_on: date | None, now: datetime
) -> Deadline | None:
    """The earlier of the limit of its state and the day promised; None when nothing has to happen."""
    limit = policy.limit(state)
    days = [day for day in (due_on, limit and day_in(country, since + limit)) if day]
    if limit is None or not days:
        return None
    first, today = min(days), day_in(country, now)
    passed = now >= since + limit or bool(due_on and due_on < today)
    return Deadline(first, passed, not passed and first <= day_in(country, now + DUE_SOON))


def level(limit: timedelta | None, *, since: datetime, now: datetime) -> int:
    """0 in time, REMINDED after the limit, ESCALATED after twice the limit."""
    if limit is None or now < since + limit:
        return 0
    return ESCALATED if now >= since + 2 * limit else REMINDED
