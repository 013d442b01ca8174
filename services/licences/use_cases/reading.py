"""Reading: one licence, its files, the list; and noting what became of a licence that was handed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.licences.domain.attachments import Attachment
from services.licences.domain.licence import Licence
from services.licences.reference import reference
from services.licences.storage import bodies
from services.licences.storage import licences as storage
from services.licences.storage.licences import Happening
from services.licences.storage.search import Row, Search
from services.licences.storage.search import search as search_rows
from services.licences.use_cases.guards import may_see
from shared.contracts.validation import CaseEvent
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work


@dataclass(frozen=True)
class LicenceView:
    """A licence with its timeline, and which authority it goes to."""

    licence: Licence
    timeline: list[Happening]
    authority: str | None
    is_ours: bool


async def read_licence(work: Work, person: Person, licence_id: UUID) -> LicenceView:
    """A licence, for those who may see it. Raises Unknown for all others."""
    licence = await storage.load(work.db, licence_id)
    if licence is None or not may_see(person, licence):
        raise Unknown
    return LicenceView(
        licence,
        await storage.timeline(work.db, licence_id),
        await _authority_of(work, licence),
        person.importer_of(licence.operator.id) is not None,
    )


async def read_attachment(work: Work, person: Person, licence_id: UUID, attachment_id: UUID) -> Attachment:
    """A file of a licence, for those who may see the licence."""
    licence = (await read_licence(work, person, licence_id)).licence
    file = next((a for a in licence.attachments if a.id == attachment_id), None)
    if file is None:
        raise Unknown
    return file


@dataclass(frozen=True)
class Page:
    """One page of the list; `next` is the cursor of the page behind it."""

    rows: list[Row]
    next: str | None


async def search_licences(
    work: Work, person: Person, wanted: Search, *, cursor: str | None = None, limit: int = PAGE
) -> Page:
    """Licences of this person's companies, by whomever they were entered, the last modified first."""
    key = key_of(cursor, 2)
    after = _key(key) if key else None
    if not person.companies:
        return Page([], None)
    rows = await search_rows(work.db, person.companies, wanted, after=after, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, cursor_of(rows[-1].modified_at, rows[-1].id) if more else None)


async def note_progress(work: Work, event: CaseEvent, *, what: str, text: str) -> None:
    """Note what validation or customs decided. Raises Unknown when the licence was never here: a person must look."""
    happening = Happening(what, work.hearing.time if work.hearing else work.now, event.acting_body, text)
    if not await storage.note_progress(
        work.db,
        event.licence_id,
        version=event.version,
        validation_state=event.validation_state,
        clearance_state=event.clearance_state,
        happening=happening,
    ):
        raise Unknown


async def _authority_of(work: Work, licence: Licence) -> str | None:
    country = reference().offices.get(licence.answers.point_of_entry or "")
    return await bodies.competent_authority(work.db, country) if country else None


def _key(key: list[Any]) -> tuple[datetime, UUID]:
    try:
        return datetime.fromisoformat(key[0]), UUID(key[1])
    except (TypeError, ValueError, AttributeError):
        raise WrongContent(
            [FieldError("cursor", "bad_cursor", N_("This is not a cursor that a list gave out."))]
        ) from None
