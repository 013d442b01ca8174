"""Many licences at once: a file is kept first, then entered in the background, so many at a time in one transaction.

What was entered is noted together with the drafts. So after a crash it goes on where it was, and nothing is doubled;
and a licence that the company has already is found by its number, when a file or a part of it is sent again.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.licences.domain.bulk import Entry, Remark, read_entry, read_sheet, remarks_of
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Licence, Operator, Requester, mistakes_of_boxes
from services.licences.domain.lodging import Lodging
from services.licences.reference import reference
from services.licences.storage import bodies, licences
from services.licences.storage import bulk as storage
from services.licences.storage.bulk import ENTERED, KNOWN, OUTCOMES, REFUSED, Job, Outcome, Upload, Waiting
from services.licences.storage.companies import one_at_a_time
from services.licences.use_cases.bodies import issuers_named
from services.licences.use_cases.guards import refused
from shared.database import AWAY
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, TooMany, Unknown, WrongContent, WrongState
from shared.roles import roles_of
from shared.telemetry import log
from shared.web.i18n import N_
from shared.work import Work

logger = log("bulk")
MOST_WAITING = 5
"""Files of one company that can wait at once."""
WAIT_SECONDS = 60
NO_LONGER_IMPORTER = N_("Whoever sent the file is no longer an importer of this company.")
FAILED = N_("This licence could not be entered, through a fault of ours. Enter it by hand, and tell support.")
SCAN_MISSING = "scan_missing"


@dataclass(frozen=True)
class Results:
    """A file, a page of what became of its entries, and the cursor of the next page."""

    upload: Upload
    outcomes: Sequence[Outcome]
    next: str | None = None


async def send_bulk(
    work: Work, person: Person, *, name: str, content: bytes, most: int, operator_id: UUID | None = None
) -> Upload:
    """Keep a file with many licences for a company of this person; they are entered in the background.

    Raises WrongContent when it cannot be read as a whole. What is wrong with single licences stands in the results.
    """
    company = operator_id or next(iter(person.companies), None)
    if company is None or not person.importer_of(company):
        raise NotYours(N_("Only importers can enter licences. Request the role of importer for your company."))
    if await bodies.operator(work.db, company) is None:
        raise WrongState(N_("Your company was registered a moment ago. Try again in a few seconds."))
    sheet = read_sheet(content, most=most)
    if sheet.mistakes:
        raise refused(sheet.mistakes)
    await one_at_a_time(work.db, company)
    if await storage.unfinished(work.db, company) >= MOST_WAITING:
        busy = N_("%(most)s files of your company are being entered. Send the next one when they are finished.")
        raise TooMany(busy, retry_after=WAIT_SECONDS, params={"most": MOST_WAITING})
    counts = {storage.WAITING: len(sheet.entries)}
    upload = Upload(new_id(), company, person.account_id, person.name, name, len(sheet.entries), work.now, None, counts)
    await storage.add(work.db, upload, sheet.entries)
    return upload


async def enter_waiting(work: Work, *, limit: int) -> bool:
    """Enter the next licences of the file that waits longest. False when there is nothing to do."""
    job = await storage.next_job(work.db)
    if job is None:
        return False
    await one_at_a_time(work.db, job.operator_id)
    entries = await storage.waiting(work.db, job.id, limit=limit)
    if not entries:
        await storage.finish(work.db, job.id, at=work.now)
        return True
    sender = Person(job.account_id, job.account_name).with_roles(await roles_of(work.db, job.account_id, at=work.now))
    operator = await bodies.operator(work.db, job.operator_id) if sender.importer_of(job.operator_id) else None
    if operator is None:
        await _refuse(work, job, entries, "no_longer_importer", NO_LONGER_IMPORTER)
        return True
    numbers = [waiting.entry.number for waiting in entries]
    known = await storage.licences_of(work.db, job.operator_id, numbers)
    for waiting in entries:
        try:
            async with work.db.transaction():
                await _enter(work, job, operator, waiting, known)
        except AWAY:
            raise
        except Exception:
            logger.exception("bulk_entry_failed", upload_id=str(job.id), position=waiting.position)
            await _refuse(work, job, [waiting], "failed", FAILED)
    return True


async def read_bulk(
    work: Work, person: Person, upload_id: UUID, *, only: str = "", cursor: str | None = None, limit: int = PAGE
) -> Results:
    """A file and what became of its licences, for importers of the company. Raises Unknown for all others."""
    upload = await _ours(work, person, upload_id)
    after = _number_in(cursor)
    wanted = only if only in OUTCOMES else ""
    rows = await storage.outcomes(work.db, upload_id, only=wanted, after=after, limit=limit + 1)
    more = len(rows) > limit
    return Results(upload, rows[:limit], cursor_of(rows[limit - 1].position) if more else None)


async def all_results(work: Work, person: Person, upload_id: UUID) -> AsyncIterator[Sequence[Outcome]]:
    """What became of all licences of a file, some at a time."""
    cursor: str | None = None
    while True:
        results = await read_bulk(work, person, upload_id, cursor=cursor)
        yield results.outcomes
        if (cursor := results.next) is None:
            return


async def list_bulk(
    work: Work, person: Person, *, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[Upload], str | None]:
    """Files of this person's companies, the last first, and the cursor of the next page."""
    if not person.companies:
        raise NotYours(N_("Only importers can enter licences. Request the role of importer for your company."))
    rows = await storage.of_companies(work.db, person.companies, after=_id_in(cursor), limit=limit + 1)
    return rows[:limit], cursor_of(rows[limit - 1].id) if len(rows) > limit else None


async def _enter(
    work: Work, job: Job, operator: Operator, waiting: Waiting, known: dict[tuple[str, str], UUID]
) -> None:
    """Make a draft of one entry, or say why not."""
    entry = waiting.entry
    boxes, remarks = read_entry(entry)
    boxes = boxes.filled_in(await issuers_named(work, boxes.issuing_authority.name))
    if found := (*entry.remarks, *remarks):
        await storage.dealt_with(work.db, job.id, waiting.position, REFUSED, remarks=found)
        return
    if double := _double(known, boxes):
        await storage.dealt_with(work.db, job.id, waiting.position, KNOWN, licence_id=double)
        return
    licence = Licence(
        id=new_id(),
        version=1,
        operator=operator,
        requester=Requester(job.account_id, job.account_name),
        boxes=boxes,
        commodity_codes=boxes.commodity_codes,
        created_at=work.now,
        modified_at=work.now,
    )
    await licences.add(work.db, licence)
    gaps = _gaps(work, entry, boxes)
    await storage.dealt_with(work.db, job.id, waiting.position, ENTERED, licence_id=licence.id, remarks=gaps)
    known[boxes.vpa_country, boxes.licence_number] = licence.id


def _double(known: dict[tuple[str, str], UUID], boxes: Boxes) -> UUID | None:
    """The licence of the company with this number; where a country is missing, the number decides."""
    for (country, number), licence_id in known.items():
        if number == boxes.licence_number and (country == boxes.vpa_country or not (country and boxes.vpa_country)):
            return licence_id
    return None


def _gaps(work: Work, entry: Entry, boxes: Boxes) -> list[Remark]:
    """What would block handing the draft in, beside its scan, which no table can carry."""
    mistakes = mistakes_of_boxes(Lodging(boxes, work.now, reference()))
    return remarks_of(entry, (mistake for mistake in mistakes if mistake.code != SCAN_MISSING))


async def _refuse(work: Work, job: Job, entries: Sequence[Waiting], code: str, message: str) -> None:
    for waiting in entries:
        remark = Remark(waiting.entry.rows[0], "", code, message)
        await storage.dealt_with(work.db, job.id, waiting.position, REFUSED, remarks=[remark])


async def _ours(work: Work, person: Person, upload_id: UUID) -> Upload:
    upload = await storage.load(work.db, upload_id)
    if upload is None or not person.importer_of(upload.operator_id):
        raise Unknown
    return upload


def _number_in(cursor: str | None) -> int:
    key = key_of(cursor, 1)
    if key and not isinstance(key[0], int):
        raise _bad_cursor()
    return min(max(key[0], 0), 2**31 - 1) if key else 0


def _id_in(cursor: str | None) -> UUID | None:
    try:
        key = key_of(cursor, 1)
        return UUID(key[0]) if key else None
    except (ValueError, TypeError, AttributeError):
        raise _bad_cursor() from None


def _bad_cursor() -> WrongContent:
    return WrongContent([FieldError("cursor", "bad_cursor", N_("This is not a cursor that a list gave out."))])
