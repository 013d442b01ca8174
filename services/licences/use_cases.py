"""What people can do with licences, and what is done when validation tells what became of one.

A licence belongs to a company: its importers see and edit all of its drafts, everybody else does not know of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.licences.domain.form import Boxes
from services.licences.domain.licence import (
    Answers,
    Attachment,
    Licence,
    Requester,
    mistakes_of_boxes,
)
from services.licences.domain.lodging_rules import licence_number_is_used_once
from services.licences.domain.problems import Flag, Mistake, NotADraft, NotInOrder
from services.licences.domain.soft_rules import flags_of
from services.licences.reference import known_authorities, reference
from services.licences.shapes import contract_of
from services.licences.storage import bodies
from services.licences.storage import licences as storage
from services.licences.storage.licences import Happening
from services.licences.storage.search import Row, Search
from services.licences.storage.search import search as search_rows
from shared.attachments import AttachmentStore, Checked
from shared.contracts.licences import LicenceSubmitted
from shared.contracts.validation import CaseEvent
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, Stale, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

FILE_BOXES = (2, 17, 18)
"""Boxes to which a scan can be attached."""
LONGEST_NAME = 200
MOST_FILES = 50


def refused(mistakes: Sequence[Mistake]) -> WrongContent:
    """What the rules found, as a refusal."""
    return WrongContent([FieldError(m.field, m.code, m.message, m.box, m.params) for m in mistakes])


async def create_draft(
    work: Work,
    person: Person,
    *,
    operator_id: UUID | None = None,
    boxes: Boxes | None = None,
    codes: Sequence[str] = (),
) -> Licence:
    """A new draft of a company of this person: the one named, else that of the active role, else the first one."""
    active = person.active_role.body_id if person.active_role else None
    company = operator_id or (active if active in person.companies else next(iter(person.companies), None))
    if company is None or not person.importer_of(company):
        raise NotYours(N_("Only importers can enter licences. Request the role of importer for your company."))
    operator = await bodies.operator(work.db, company)
    if operator is None:
        raise WrongState(N_("Your company was registered a moment ago. Try again in a few seconds."))
    filled = (boxes or Boxes()).filled_in(known_authorities())
    licence = Licence(
        id=new_id(),
        version=1,
        operator=operator,
        requester=Requester(person.account_id, person.name),
        boxes=filled,
        commodity_codes=tuple(dict.fromkeys((*codes, *filled.commodity_codes))),
        created_at=work.now,
        modified_at=work.now,
    )
    await storage.add(work.db, licence)
    return licence


async def save_draft(
    work: Work, person: Person, licence_id: UUID, *, version: int, boxes: Boxes, codes: Sequence[str] = ()
) -> Licence:
    """Keep what the form says now. Raises Stale when somebody saved it since `version`."""
    licence, _taken = await _held(work, person, licence_id)
    _require_version(licence, version)
    saved = licence.saved(boxes.filled_in(known_authorities()), codes, at=work.now)
    await storage.save_boxes(work.db, saved)
    return saved


async def attach_file(
    work: Work,
    store: AttachmentStore,
    person: Person,
    licence_id: UUID,
    *,
    box: int,
    name: str,
    content: bytes,
    checked: Checked,
) -> Attachment:
    """Add a file, whose content was `checked`, to a box of a draft."""
    licence, _taken = await _held(work, person, licence_id)
    if box not in FILE_BOXES:
        raise WrongContent([FieldError("box", "no_file_box", N_("Files belong to Box 2, 17 or 18."))])
    if len(licence.attachments) >= MOST_FILES:
        too_many = N_("A licence can have at most %(most)s files.")
        raise WrongContent([FieldError(f"attachments.box{box}", "too_many", too_many, box, {"most": MOST_FILES})])
    sha256 = await store.put(content)
    clean = " ".join(name.replace("\0", "").split())[-LONGEST_NAME:] or "scan"
    file = Attachment(new_id(), box, clean, checked.media_type, len(content), sha256, checked.pages)
    await storage.add_attachment(work.db, licence_id, file, at=work.now)
    return file


async def remove_attachment(work: Work, person: Person, licence_id: UUID, attachment_id: UUID) -> None:
    """Take a file off a draft."""
    await _held(work, person, licence_id)
    if not await storage.remove_attachment(work.db, licence_id, attachment_id):
        raise Unknown


async def delete_draft(work: Work, person: Person, licence_id: UUID) -> None:
    """Delete a draft for ever."""
    await _held(work, person, licence_id)
    await storage.delete(work.db, licence_id)


async def read_draft(work: Work, person: Person, licence_id: UUID) -> Licence:
    """A draft, for those who may edit it."""
    licence = await storage.load(work.db, licence_id)
    if licence is None:
        raise Unknown
    return _require_holder(person, licence)


async def check_boxes(work: Work, person: Person, licence_id: UUID) -> Licence:
    """The draft, when Boxes 1 to 18 are in order. Raises WrongContent with everything that is not."""
    licence, taken = await _held(work, person, licence_id)
    lodging = licence.lodging(reference(), at=work.now, number_taken=taken)
    if mistakes := mistakes_of_boxes(lodging) + licence_number_is_used_once(lodging):
        raise refused(mistakes)
    return licence


async def answer(work: Work, person: Person, licence_id: UUID, **answers: Any) -> Licence:
    """Keep what was answered on the way to handing in: fields of `Answers`; the others stay."""
    licence, _taken = await _held(work, person, licence_id)
    answered = licence.answered(replace(licence.answers, **answers))
    await storage.save_answers(work.db, answered)
    return answered


async def submit_licence(
    work: Work, person: Person, licence_id: UUID, *, answers: Answers | None = None, version: int | None = None
) -> Licence:
    """Hand a draft in, with `answers` or what was answered before. From here on only validation can move it.

    Raises WrongContent with everything that is wrong.
    """
    draft, taken = await _held(work, person, licence_id)
    if version is not None:
        _require_version(draft, version)
    with _said_in_words():
        answered = draft.answered(answers) if answers else draft
        licence = answered.submitted(reference(), at=work.now, number_taken=taken)
    try:
        await storage.submit(work.db, licence, by=person.name)
    except asyncpg.UniqueViolationError:
        lodging = draft.lodging(reference(), at=work.now, number_taken=True)
        raise refused(licence_number_is_used_once(lodging)) from None
    work.tell(LicenceSubmitted(licence=contract_of(licence)))
    return licence


def flags_if_submitted(licence: Licence, work: Work) -> list[Flag]:
    """What would be pointed out to the authority if the licence were handed in now."""
    return flags_of(licence.lodging(reference(), at=work.now))


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
    if licence is None or not _may_see(person, licence):
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


async def _held(work: Work, person: Person, licence_id: UUID) -> tuple[Licence, bool]:
    """A draft of this person's company, held until the transaction ends; and whether its number is taken."""
    found = await storage.lock(work.db, licence_id)
    if found is None:
        raise Unknown
    _require_holder(person, found[0])
    return found


def _require_holder(person: Person, licence: Licence) -> Licence:
    """Drafts are held by the importers of their company. Others do not know of it, or may only look."""
    if not _may_see(person, licence):
        raise Unknown
    if not person.importer_of(licence.operator.id):
        raise NotYours
    with _said_in_words():
        licence.require_draft()
    return licence


def _may_see(person: Person, licence: Licence) -> bool:
    """Its company; once handed in also the authority, and once validated the customs office, of its point of entry."""
    if person.importer_of(licence.operator.id):
        return True
    office = licence.answers.point_of_entry
    if licence.is_draft or office is None:
        return False
    if person.authority_of(reference().offices.get(office, "")):
        return True
    return licence.clearance_state != "not_ready" and person.customs_at(office) is not None


def _require_version(licence: Licence, version: int) -> None:
    if licence.version != version:
        raise Stale(N_("Somebody saved this draft since you opened it."))


@contextmanager
def _said_in_words() -> Iterator[None]:
    """What the rules raise, as refusals that a person understands."""
    try:
        yield
    except NotADraft:
        raise WrongState(
            N_("This licence was handed in. It can no longer be changed here; the competent authority has it.")
        ) from None
    except NotInOrder as found:
        raise refused(found.mistakes) from None


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
