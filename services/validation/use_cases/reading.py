"""Looking at one case. Every look by an official is kept in its history."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from services.validation import storage
from services.validation.domain.checks import Check
from services.validation.domain.marks import Mark
from services.validation.domain.permitted import acts_for, may_confirm, may_mark
from services.validation.domain.policy import Policy
from services.validation.domain.proceedings import Actor
from services.validation.domain.states import Act, ActorKind
from services.validation.storage import Amendment, Entry, StoredCase
from services.validation.storage.history import READ
from services.validation.use_cases.checking import check_case
from services.validation.use_cases.permissions import MONITOR, case_of_authority, case_of_monitor, case_of_office
from shared.contracts.licence import Attachment
from shared.person import Person
from shared.problems import NotYours, Unknown
from shared.work import Work

ONE_LOOK = timedelta(hours=1)
"""So long the parts of a page, such as pictures of its scans, belong to the look at the whole."""


@dataclass(frozen=True)
class Linked:
    """A licence that replaces this one or is replaced by it. `number` is empty when it is held elsewhere."""

    licence_id: UUID
    number: str = ""


@dataclass(frozen=True)
class CaseView:
    """A case as an official sees it. `own` is a licence that the person entered and so may not decide on; a monitor
    decides on none (`may_decide`).

    `may` are the acts that the person may do now; all from there on is for the authority only.
    """

    case: StoredCase
    checks: Sequence[Check]
    acts: Sequence[Entry]
    reads: Sequence[Entry]
    own: bool
    may_decide: bool = True
    may: frozenset[Act] = frozenset()
    may_confirm: bool = False
    may_mark: bool = False
    policy: Policy = field(default_factory=Policy)
    marks: Sequence[Mark] = ()
    amendments: Sequence[Amendment] = ()
    replaces: Linked | None = None
    replaced_by: Linked | None = None


async def read_case(work: Work, person: Person, case_id: UUID) -> CaseView:
    """A case of the person's Member State or scope, with checks and history. Raises NotYours, Unknown."""
    watched = await case_of_monitor(work, person, case_id)
    if watched is not None:
        return replace(await _with_notes(work, await _view(work, *watched)), may_decide=False)
    case, actor = await case_of_authority(work, person, case_id)
    return await _for_officer(work, await _with_notes(work, await _view(work, case, actor)), actor)


async def look_again(work: Work, person: Person, case_id: UUID) -> CaseView:
    """A part of a case whose whole the person has before their eyes: part of the same look, and without checks.

    Raises NotYours, Unknown.
    """
    case, actor = await case_of_authority(work, person, case_id)
    await note_look(work, case, actor, within=ONE_LOOK)
    view = CaseView(case, checks=(), acts=(), reads=(), own=actor.account_id == case.requester_id)
    return await _for_officer(work, await _with_notes(work, view), actor)


async def read_clearance(work: Work, person: Person, case_id: UUID) -> CaseView:
    """A validated licence of the person's customs office. Raises NotYours, Unknown."""
    case, actor = await case_of_office(work, person, case_id)
    return await _view(work, case, actor)


async def find_attachment(work: Work, person: Person, case_id: UUID, attachment_id: UUID) -> Attachment:
    """A file of a case that the person may see: part of a look at it. Raises NotYours, Unknown."""
    if not any(role.kind in {ActorKind.MSCA, ActorKind.CUSTOMS, MONITOR} for role in person.roles):
        raise NotYours("Scans are for competent authorities and customs offices.")
    case, actor = await _seen_by(work, person, case_id)
    await note_look(work, case, actor, within=ONE_LOOK)
    found = [attachment for attachment in case.licence.attachments if attachment.id == attachment_id]
    if not found:
        raise Unknown("This case has no such attachment.")
    return found[0]


async def _seen_by(work: Work, person: Person, case_id: UUID) -> tuple[StoredCase, Actor]:
    """A case in any of the person's roles. Raises Unknown."""
    for find in (case_of_authority, case_of_office):
        with suppress(NotYours, Unknown):
            return await find(work, person, case_id)
    watched = await case_of_monitor(work, person, case_id)
    if watched is None:
        raise Unknown("There is no such case.")
    return watched


async def _with_notes(work: Work, view: CaseView) -> CaseView:
    """What was marked, corrected and linked."""
    case = view.case
    return replace(
        view,
        marks=await storage.marks_of(work.db, case.licence_id),
        amendments=await storage.amendments_of(work.db, case.licence_id),
        replaces=await _linked(work, case.replaces),
        replaced_by=await _linked(work, case.replaced_by),
    )


async def _for_officer(work: Work, view: CaseView, actor: Actor) -> CaseView:
    """What this officer may do now; nothing where another cell acts on the case."""
    if not view.case.held:
        return view
    case = view.case.to_decide()
    policy, _version = await storage.policy_of(work.db, case.country)
    case.four_eyes, case.fees = policy.needs_second_officer(view.case.risk), policy.fees
    return replace(
        view,
        may=acts_for(case, actor),
        may_confirm=may_confirm(case, actor),
        may_mark=may_mark(case, actor),
        policy=policy,
    )


async def _linked(work: Work, licence_id: UUID | None) -> Linked | None:
    other = await storage.find(work.db, licence_id) if licence_id else None
    if other:
        return Linked(other.licence_id, other.licence_number)
    return Linked(licence_id) if licence_id else None


async def _view(work: Work, case: StoredCase, actor: Actor) -> CaseView:
    view = CaseView(
        case=case,
        checks=await check_case(work, case),
        acts=await storage.acts_of(work.db, case.licence_id),
        reads=await storage.reads_of(work.db, case.licence_id),
        own=actor.account_id == case.requester_id,
    )
    await note_look(work, case, actor)
    return view


async def note_look(work: Work, case: StoredCase, actor: Actor, *, within: timedelta = timedelta()) -> None:
    """Keep that an official looked, unless what is looked at is part of a look not longer ago than `within`."""
    if within and await storage.looked(work.db, case.licence_id, actor.account_id, since=work.now - within):
        return
    read = Entry(work.now, READ, actor.account_id, actor.name, actor.body, "", {})
    await storage.note(work.db, case.licence_id, read)
