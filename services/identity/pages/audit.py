"""The record of every act that matters for security, for support: to search, and to take along as CSV."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response, StreamingResponse

from services.identity.access import InService
from services.identity.pages.act_words import act_word
from services.identity.storage.audit import Entry, Wanted
from services.identity.use_cases import audit as use_cases
from shared.http import SignedIn
from shared.person import Person
from shared.web.forms import Form
from shared.web.i18n import _, zone_of

router = APIRouter(prefix="/identity/audit", include_in_schema=False)
LIST = "/identity/audit"
COLUMNS = ("at", "act", "by", "about", "network_address", "details")


class Typed:
    """What somebody typed into the filter. What cannot be read is pointed out and filters nothing."""

    def __init__(self, request: Request, act: str = "", person: str = "", since: str = "", until: str = "") -> None:
        self.values = {"act": act.strip(), "person": person.strip(), "since": since.strip(), "until": until.strip()}
        self.form = Form.empty(self.values)
        zone = ZoneInfo(str(zone_of(request)))
        first, last = self._day("since"), self._day("until")
        self.wanted = Wanted(
            act=self.values["act"] or None,
            person=self._person(),
            since=datetime.combine(first, time(), zone) if first else None,
            until=datetime.combine(last + timedelta(days=1), time(), zone) if last else None,
        )

    def _day(self, field: str) -> date | None:
        try:
            return date.fromisoformat(self.values[field]) if self.values[field] else None
        except ValueError:
            self.form.error(field, _("Enter a date, such as 2026-11-22."))
            return None

    def _person(self) -> UUID | None:
        try:
            return UUID(self.values["person"]) if self.values["person"] else None
        except ValueError:
            self.form.error("person", _("Enter the id of an account, as it stands in the address of a person's page."))
            return None

    def address(self, path: str, **more: str) -> str:
        """A page with the same filter."""
        kept = {name: value for name, value in (self.values | more).items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path


Filter = Annotated[Typed, Depends(Typed)]


@router.get("")
async def show(
    request: Request, service: InService, person: SignedIn, typed: Filter, cursor: str | None = None
) -> Response:
    use_cases.require_support(person)
    async with service.work() as work:
        kinds = await use_cases.list_kinds_of_acts(work, person)
        entries: list[Entry] = []
        following = None
        if typed.form.ok:
            entries, following = await use_cases.find_acts(work, person, typed.wanted, cursor=cursor)
    return service.pages.render(
        request,
        "audit.html",
        status=200 if typed.form.ok else 422,
        form=typed.form,
        entries=entries,
        kinds=sorted(((kind, act_word(kind)) for kind in kinds), key=lambda option: option[1]),
        act_word=act_word,
        csv_url=typed.address(f"{LIST}/export"),
        next_url=typed.address(LIST, cursor=following) if following else None,
        first_url=typed.address(LIST) if cursor else None,
        breadcrumbs=[(_("Audit"), None)],
    )


@router.get("/export")
async def export(service: InService, person: SignedIn, typed: Filter) -> Response:
    """As CSV, sent while it is read: however long the record is, it needs little memory."""
    use_cases.require_support(person)
    name = f"audit-{service.clock():%Y-%m-%d}.csv"
    return StreamingResponse(
        _lines(service, person, typed.wanted),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _lines(service: Any, person: Person, wanted: Wanted) -> AsyncIterator[str]:
    yield _csv([COLUMNS])
    async for entries in use_cases.export_acts(service.work, person, wanted):
        yield _csv([_row(entry) for entry in entries])


def _row(entry: Entry) -> tuple[str, ...]:
    details = " ".join(f"{name}={value}" for name, value in entry.details.items())
    by, about = str(entry.by or ""), str(entry.about or "")
    return entry.at.isoformat(), entry.act, by, about, entry.address or "", details


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
