"""The yearly report: a page that prints well, CSV and a spreadsheet."""

from datetime import date
from typing import Literal

from fastapi import APIRouter, Request, Response

from services.validation import reports, use_cases
from services.validation.domain.reports import FIRST_YEAR, Report
from services.validation.pages.common import InService, address
from services.validation.use_cases.permissions import role_for_queue
from shared import reference_data
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.web.formats import country as country_name
from shared.web.forms import Form
from shared.web.i18n import N_, _
from shared.web.pages import see_other

router = APIRouter()
ANNUAL = "/validation/reports/annual"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/validation/reports")
async def first_report() -> Response:
    """There is one report."""
    return see_other(ANNUAL)


@router.get(ANNUAL)
async def annual(
    request: Request,
    service: InService,
    person: SignedIn,
    year: str = "",
    as_of: str = "",
    country: str = "",
    format: Literal["html", "csv", "xlsx"] = "html",  # noqa: A002 - the name in the address
) -> Response:
    """The report of a year, as known on a day; of this year and today when nothing is asked for."""
    form = Form.empty({"year": year, "as_of": as_of, "country": country})
    role = role_for_queue(person)
    chosen = role.country or country
    if not chosen:
        return _page(request, service, person, form, None)
    try:
        async with service.work() as work:
            report = await use_cases.report_year(work, person, year=_year(year), as_of=_day(as_of), country=chosen)
    except WrongContent as refusal:
        return _page(request, service, person, form.take(refusal), None, status=422)
    name = f"flegt-{report.period.country}-{report.period.year}-as-of-{report.period.as_of}"
    if format == "csv":
        return _file(reports.as_csv(report).encode(), "text/csv; charset=utf-8", f"{name}.csv")
    if format == "xlsx":
        return _file(reports.as_xlsx(report), XLSX, f"{name}.xlsx")
    form.values |= {"year": [str(report.period.year)], "as_of": [report.period.as_of.isoformat()]}
    return _page(request, service, person, form, report)


def _year(typed: str) -> int | None:
    if typed.strip() and not (typed.strip().isdecimal() and len(typed.strip()) == 4):
        raise WrongContent([FieldError("year", "not_a_year", N_("Write the year with four digits, such as 2026."))])
    return int(typed) if typed.strip() else None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError as error:
        raise WrongContent([FieldError("as_of", "not_a_day", N_("This is not a day."))]) from error


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _page(
    request: Request, service: InService, person: Person, form: Form, report: Report | None, *, status: int = 200
) -> Response:
    role = role_for_queue(person)
    asked = {name: form.text(name) for name in ("year", "as_of", "country")}
    this_year = service.clock().year
    return service.pages.render(
        request,
        "annual_report.html",
        status=status,
        report=report,
        role=role,
        form=form,
        years=[(str(year), str(year)) for year in range(this_year, FIRST_YEAR - 1, -1)],
        countries=None if role.country else [(code, country_name(code)) for code in reference_data.member_states()],
        heading_name=reports.heading_name,
        unmet_name=reports.unmet_name,
        csv_url=address(ANNUAL, {**asked, "format": "csv"}),
        xlsx_url=address(ANNUAL, {**asked, "format": "xlsx"}),
        breadcrumbs=[(_("Cases"), "/validation/cases"), (_("Yearly report"), None)],
    )
