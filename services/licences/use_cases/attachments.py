"""Files of a draft: attached, put in order, turned, taken off."""

from uuid import UUID

from services.licences.domain.attachments import FILE_BOXES, MOST_FILES, Attachment, clean_name, moved, turned
from services.licences.domain.licence import Licence
from services.licences.storage import attachments as storage
from services.licences.storage.licences import note_changed_files
from services.licences.use_cases.guards import held, require_open
from shared.attachments.files import Kept
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work


async def require_room(work: Work, person: Person, licence_id: UUID, *, box: int) -> Licence:
    """A draft that this person may add a file to: asked before its bytes are looked at, let alone kept."""
    licence, _taken = await held(work, person, licence_id)
    if box not in FILE_BOXES:
        raise WrongContent([FieldError("box", "no_file_box", N_("Files belong to Box 2, 17 or 18."))])
    require_open(licence, box)
    if len(licence.attachments) >= MOST_FILES:
        too_many = N_("A licence can have at most %(most)s files.")
        raise WrongContent([FieldError(f"attachments.box{box}", "too_many", too_many, box, {"most": MOST_FILES})])
    return licence


async def attach_file(work: Work, person: Person, licence_id: UUID, *, box: int, name: str, kept: Kept) -> Attachment:
    """Add a file, whose bytes lie in the store, to a box of a draft, behind those that it has."""
    await require_room(work, person, licence_id, box=box)
    clean = clean_name(name) or f"box-{box}"
    file = Attachment(new_id(), box, clean, kept.media_type, kept.size, kept.sha256, kept.pages)
    await storage.add(work.db, licence_id, file, at=work.now)
    await note_changed_files(work.db, licence_id, box)
    return file


async def remove_attachment(work: Work, person: Person, licence_id: UUID, attachment_id: UUID) -> Attachment:
    """Take a file off a draft."""
    _licence, file = await _held(work, person, licence_id, attachment_id)
    if file.issued:
        raise WrongState(N_("This file came with the electronic licence and stays with it."))
    await storage.remove(work.db, attachment_id)
    await note_changed_files(work.db, licence_id, file.box)
    return file


async def turn_attachment(work: Work, person: Person, licence_id: UUID, attachment_id: UUID, *, by: int) -> Attachment:
    """Show a file of a draft turned clockwise by 90, 180 or 270 degrees more than now."""
    _licence, file = await _held(work, person, licence_id, attachment_id)
    await storage.turn(work.db, attachment_id, turned(file, by))
    return file


async def move_attachment(work: Work, person: Person, licence_id: UUID, attachment_id: UUID, *, by: int) -> Attachment:
    """Put a file of a draft `by` places further down within its box, or up when negative."""
    licence, file = await _held(work, person, licence_id, attachment_id)
    await storage.put_in_order(work.db, moved(licence.attachments, file, by))
    return file


async def _held(work: Work, person: Person, licence_id: UUID, attachment_id: UUID) -> tuple[Licence, Attachment]:
    licence, _taken = await held(work, person, licence_id)
    for file in licence.attachments:
        if file.id == attachment_id:
            require_open(licence, file.box)
            return licence, file
    raise Unknown
