"""What the issuing authority's system does with a licence that it sends itself."""

from dataclasses import replace
from uuid import UUID

import asyncpg

from services.licences.domain.attachments import FILE_BOXES, MOST_FILES, Attachment, clean_name
from services.licences.domain.electronic import (
    CLAIMED,
    ElectronicLicence,
    IssuingBody,
    Notice,
    NotUnclaimed,
    mistakes_of_issued,
)
from services.licences.domain.form import Boxes, Party
from services.licences.domain.number import normalised
from services.licences.domain.reference import zone_of
from services.licences.reference import reference
from services.licences.storage import electronic as storage
from services.licences.use_cases.bodies import issuers_named
from services.licences.use_cases.guards import refused, said_in_words
from shared.attachments.files import Kept
from shared.ids import new_id
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import FieldError, NotYours, Stale, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

NUMBER_EXISTS = N_("An electronic licence of this country and number is here already.")


async def post_electronic(work: Work, person: Person, boxes: Boxes) -> ElectronicLicence:
    """Keep a licence that its issuing authority sent. Raises WrongContent, or WrongState when its number is here."""
    authority = issuing_body(person)
    filled = await _checked(work, boxes, authority)
    licence = ElectronicLicence(new_id(), 1, authority, filled, posted_at=work.now, modified_at=work.now)
    if not await storage.add(work.db, licence):
        raise WrongState(NUMBER_EXISTS, code="number_exists")
    return licence


async def read_electronic(work: Work, person: Person, electronic_id: UUID) -> ElectronicLicence:
    """One, for the authority that sent it. Raises Unknown for all others."""
    licence = await storage.load(work.db, electronic_id)
    return _own(person, licence)


async def list_electronic(
    work: Work, person: Person, *, number: str = "", cursor: str | None = None, limit: int = PAGE
) -> tuple[list[ElectronicLicence], str | None]:
    """Those that the authority sent, the last first, and the cursor of the next page."""
    body, after = issuing_body(person), _after(cursor)
    rows = await storage.of_authority(work.db, body.id, number=normalised(number), after=after, limit=limit + 1)
    return rows[:limit], cursor_of(rows[limit - 1].id) if len(rows) > limit else None


async def replace_electronic(
    work: Work, person: Person, electronic_id: UUID, *, version: int, boxes: Boxes
) -> ElectronicLicence:
    """Put other boxes in place of those sent before, while nobody claimed the licence."""
    licence = await _held(work, person, electronic_id, version)
    filled = await _checked(work, boxes, licence.authority)
    replaced = licence.replaced(filled, at=work.now)
    try:
        await storage.save(work.db, replaced)
    except asyncpg.UniqueViolationError:
        raise WrongState(NUMBER_EXISTS, code="number_exists") from None
    return replaced


async def notice_electronic(
    work: Work, person: Person, electronic_id: UUID, *, version: int, notice: Notice
) -> ElectronicLicence:
    """Withdraw or extend a licence that nobody claimed."""
    licence = await _held(work, person, electronic_id, version)
    with said_in_words():
        noticed = licence.noticed(notice, at=work.now, today=work.now.astimezone(zone_of(None)).date())
    await storage.save(work.db, noticed)
    await storage.add_notice(work.db, noticed)
    return noticed


async def require_room_in_electronic(work: Work, person: Person, electronic_id: UUID, *, box: int) -> ElectronicLicence:
    """A licence that a file can be added to: asked before its bytes are looked at."""
    licence = await _held(work, person, electronic_id, None)
    if box not in FILE_BOXES:
        raise WrongContent([FieldError("box", "no_file_box", N_("Files belong to Box 2, 17 or 18."))])
    if len(licence.attachments) >= MOST_FILES:
        too_many = N_("A licence can have at most %(most)s files.")
        raise WrongContent([FieldError("file", "too_many", too_many, box, {"most": MOST_FILES})])
    return licence


async def attach_to_electronic(
    work: Work, person: Person, electronic_id: UUID, *, box: int, name: str, kept: Kept
) -> Attachment:
    """Add a file, whose bytes lie in the store, while nobody claimed the licence."""
    await require_room_in_electronic(work, person, electronic_id, box=box)
    clean = clean_name(name) or f"box-{box}"
    file = Attachment(new_id(), box, clean, kept.media_type, kept.size, kept.sha256, kept.pages, issued=True)
    await storage.add_file(work.db, electronic_id, file, at=work.now)
    return file


def issuing_body(person: Person) -> IssuingBody:
    """The authority for which a program sends licences. Raises NotYours for everybody else."""
    role = next((role for role in person.roles if role.kind == "issuer" and role.body_id), None)
    if not person.is_machine or role is None or role.body_id is None or not role.country:
        raise NotYours(N_("Electronic licences are sent by a client program of the issuing authority."))
    return IssuingBody(role.body_id, role.body_name, role.country)


async def _checked(work: Work, boxes: Boxes, authority: IssuingBody) -> Boxes:
    """The boxes with what follows from Box 1, once nothing is wrong with them."""
    named = boxes.issuing_authority
    if named.is_blank:
        boxes = replace(boxes, issuing_authority=Party(authority.name, country=authority.country))
    filled = boxes.filled_in(await issuers_named(work, boxes.issuing_authority.name))
    if mistakes := mistakes_of_issued(filled, authority, reference(), at=work.now):
        raise refused(mistakes)
    return filled


async def _held(work: Work, person: Person, electronic_id: UUID, version: int | None) -> ElectronicLicence:
    """One that its authority may still change, held until the transaction ends."""
    licence = _own(person, await storage.lock(work.db, electronic_id))
    try:
        licence.require_unclaimed()
    except NotUnclaimed as taken:
        raise WrongState(
            N_("An importer claimed this licence. Tell the competent authority of the country of import.")
            if taken.state == CLAIMED
            else N_("This licence was withdrawn. That cannot be undone."),
            code=taken.state,
        ) from None
    if version is not None and version != licence.version:
        raise Stale(N_("This licence was changed since you read it."))
    return licence


def _own(person: Person, licence: ElectronicLicence | None) -> ElectronicLicence:
    body = issuing_body(person)
    if licence is None or licence.authority.id != body.id:
        raise Unknown
    return licence


def _after(cursor: str | None) -> UUID | None:
    try:
        key = key_of(cursor, 1)
        return UUID(key[0]) if key else None
    except (ValueError, TypeError, AttributeError):
        raise WrongContent(
            [FieldError("cursor", "bad_cursor", N_("This is not a cursor that a list gave out."))]
        ) from None
