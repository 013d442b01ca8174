"""Reading: one licence with all that belongs to it, and its files."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.licences.domain.attachments import Attachment
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Licence
from services.licences.domain.timeline import Happening, Question, questions
from services.licences.reference import reference
from services.licences.storage import bodies
from services.licences.storage import licences as storage
from services.licences.storage import timeline as timelines
from services.licences.use_cases.guards import holds, may_see
from shared.person import Person
from shared.problems import Unknown
from shared.work import Work

HIDDEN = frozenset({"decision_proposed", "decision_declined"})
"""What concerns officials only; their own history has it."""


@dataclass(frozen=True)
class Relative:
    """Another licence that this one replaces or is replaced by; `id` only for those who may see it."""

    number: str
    id: UUID | None


@dataclass(frozen=True)
class LicenceView:
    """A licence with its timeline, and which authority it goes to.

    `handed_in` are the boxes as the company handed them in, when the authority corrected some; `mark` differs whenever
    something happened.
    """

    licence: Licence
    timeline: list[Happening]
    authority: str | None
    is_ours: bool
    mark: str = ""
    handed_in: Boxes | None = None
    replaces: Relative | None = None
    replaced_by: Relative | None = None
    number_taken: bool = False

    @property
    def questions(self) -> list[Question]:
        """What the company is asked and has not answered."""
        if not self.licence.awaits_answer:
            return []
        return [question for question in questions(self.timeline) if question.is_open]


async def read_licence(work: Work, person: Person, licence_id: UUID) -> LicenceView:
    """A licence, for those who may see it. Raises Unknown for all others."""
    licence = await _seen(work, person, licence_id)
    is_ours = holds(person, licence)
    if licence.boxes_returned and not is_ours:
        licence = replace(licence, boxes=licence.boxes_returned)
    timeline = await timelines.timeline(work.db, licence_id)
    return LicenceView(
        licence,
        [entry for entry in timeline if entry.what not in HIDDEN],
        await _authority_of(work, licence),
        is_ours,
        await timelines.mark(work.db, licence_id),
        await storage.boxes_handed_in(work.db, licence_id),
        await _relative(work, person, timeline, "replacing", "replaces"),
        await _relative(work, person, timeline, "replaced", "replaced_by"),
        licence.is_held and is_ours and await storage.is_number_taken(work.db, licence_id),
    )


async def read_mark(work: Work, person: Person, licence_id: UUID) -> str:
    """Something that differs whenever something happened to the licence."""
    await _seen(work, person, licence_id)
    return await timelines.mark(work.db, licence_id)


async def read_attachment(work: Work, person: Person, licence_id: UUID, attachment_id: UUID) -> Attachment:
    """A file of a licence, for those who may see the licence."""
    licence = await _seen(work, person, licence_id)
    file = next((a for a in licence.attachments if a.id == attachment_id), None)
    if file is None:
        raise Unknown
    return file


async def _seen(work: Work, person: Person, licence_id: UUID) -> Licence:
    licence = await storage.load(work.db, licence_id)
    if licence is None or not may_see(person, licence):
        raise Unknown
    return licence


async def _authority_of(work: Work, licence: Licence) -> str | None:
    country = reference().offices.get(licence.answers.point_of_entry or "")
    return await bodies.competent_authority(work.db, country) if country else None


async def _relative(work: Work, person: Person, timeline: list[Happening], what: str, name: str) -> Relative | None:
    details = next((entry.details for entry in timeline if entry.what == what), None)
    if details is None:
        return None
    other = await storage.load(work.db, UUID(details[name]))
    return Relative(details[f"{name}_number"], other.id if other and may_see(person, other) else None)
