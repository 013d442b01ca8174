"""The yearly report of a Member State (2173/2005 art. 8)."""

from datetime import date

from services.validation.domain.days import day_in
from services.validation.domain.reports import FIRST_YEAR, Period, Report, plus
from services.validation.storage import reports
from services.validation.use_cases.permissions import role_for_queue
from shared import reference_data
from shared.person import Person
from shared.problems import FieldError, NotYours, WrongContent
from shared.work import Work


async def report_year(
    work: Work, person: Person, *, year: int | None = None, as_of: date | None = None, country: str | None = None
) -> Report:
    """The report of the person's Member State, or of a monitor's scope; of last year's end unless asked otherwise.

    Raises NotYours, and WrongContent for a year or day that is not over yet, or without any licences.
    """
    role = role_for_queue(person)
    if role.country is None and role.partner_country is None:
        raise NotYours("Your authority has no Member State yet. The support team can complete it.")
    wanted = role.country or country or ""
    return await make_report(work, wanted, year=year, as_of=as_of, partner=role.partner_country)


async def make_report(
    work: Work, country: str, *, year: int | None = None, as_of: date | None = None, partner: str | None = None
) -> Report:
    """The report for whoever may ask (a command, or an official who was asked for the role). Raises WrongContent."""
    today = day_in(country, work.now)
    year, as_of = today.year if year is None else year, as_of or today
    mistakes = []
    if country not in reference_data.member_states():
        mistakes.append(FieldError("country", "unknown_country", "Choose a Member State."))
    if not FIRST_YEAR <= year <= today.year:
        mistakes.append(FieldError("year", "no_such_year", "Choose a year from 2016 until now."))
    elif not date(year, 1, 1) <= as_of <= today:
        message = "Choose a day from the first one of the year until today."
        mistakes.append(FieldError("as_of", "no_such_day", message))
    if mistakes:
        raise WrongContent(mistakes)
    period = Period(country, year, as_of)
    rows = await reports.by_heading(work.db, period, partner)
    partners = {row.partner for row in rows}
    licensed = {name: plus([row.quantities for row in rows if row.partner == name]) for name in partners}
    totals = await reports.totals(work.db, period, partner, licensed)
    return Report(period, partner, rows, totals, await reports.unmet(work.db, period, partner))
