"""Drafts: entered, saved, completed with scans, deleted."""

from collections.abc import Sequence
from uuid import UUID

from services.licences.domain.form import Boxes
from services.licences.domain.licence import Attachment, Licence, Requester
from services.licences.reference import known_authorities
from services.licences.storage import bodies
from services.licences.storage import licences as storage
from services.licences.use_cases.guards import held, require_holder, require_version
from shared.attachments import AttachmentStore, Checked
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, NotYours, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

FILE_BOXES = (2, 17, 18)
"""Boxes to which a scan can be attached."""
LONGEST_NAME = 200
MOST_FILES = 50


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
    licence, _taken = await held(work, person, licence_id)
    require_version(licence, version)
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
    licence, _taken = await held(work, person, licence_id)
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
    await held(work, person, licence_id)
    if not await storage.remove_attachment(work.db, licence_id, attachment_id):
        raise Unknown


async def delete_draft(work: Work, person: Person, licence_id: UUID) -> None:
    """Delete a draft for ever."""
    await held(work, person, licence_id)
    await storage.delete(work.db, licence_id)


async def read_draft(work: Work, person: Person, licence_id: UUID) -> Licence:
    """A draft, for those who may edit it."""
    licence = await storage.load(work.db, licence_id)
    if licence is None:
        raise Unknown
    return require_holder(person, licence)
