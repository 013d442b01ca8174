"""A licence that goes elsewhere: to another office or Member State, or out of the way of its replacement."""

from typing import Any
from uuid import UUID

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.numbers import search_key
from services.validation.domain.proceedings import Actor
from services.validation.domain.states import Act, ActorKind
from services.validation.domain.texts import words
from services.validation.storage import StoredCase, cells, early
from services.validation.use_cases.opening import find_before_arrivals, open_cases, submission
from services.validation.use_cases.permissions import case_of_authority, rules
from services.validation.use_cases.recording import record
from shared import reference_data
from shared.contracts.validation import (
    CaseHandedOver,
    LicenceReplaced,
    LicenceReplacing,
    PointOfEntryChanged,
)
from shared.person import Person
from shared.problems import FieldError, WrongContent, WrongState
from shared.work import Work


async def change_point_of_entry(
    work: Work, person: Person, case_id: UUID, *, office: str, reason: str, version: int | None = None
) -> Case:
    """The goods come through another office. In another Member State its authority decides, anew if need be.

    Raises NotYours, Unknown, WrongState, WrongContent (no such office, or no reason), Stale.
    """
    if reference_data.customs_office(office) is None:
        raise WrongContent([FieldError("point_of_entry", "unknown_office", "There is no such customs office.")])
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case, leaves = stored.to_decide(), office[:2] != stored.country
    with rules():
        if leaves:
            case.hand_over(actor, office, reason)
        else:
            case.reroute(actor, office, reason)
    licence = stored.licence.model_copy(
        update={
            "point_of_entry": office,
            "version": case.version,
            "validation_state": case.validation_state,
            "clearance_state": case.clearance_state,
        }
    )
    await storage.keep_licence(work.db, licence, number_key=stored.number_key, licensed=stored.licensed)
    told: dict[str, Any] = {
        "point_of_entry": office,
        "point_of_entry_before": stored.point_of_entry,
        "reason": words(reason),
    }
    if not leaves:
        return await record(
            work, stored, case, Act.REROUTE, actor, PointOfEntryChanged, seen=version, text=words(reason), details=told
        )
    told |= {
        "country": case.country,
        "country_before": stored.country,
        "submitted_at": stored.submitted_at.isoformat(),
        "licence": licence.model_dump(mode="json"),
    }
    await record(
        work, stored, case, Act.HAND_OVER, actor, CaseHandedOver, seen=version, text=words(reason), details=told
    )
    served = await cells.served(work.db)
    if served and case.country not in served:  # another cell holds it from this moment on, not only when it hears so
        await storage.let_go(work.db, {case_id: case.version})
    return case


async def receive_cases(work: Work, heard: list[CaseHandedOver], *, countries: frozenset[str]) -> None:
    """Cases that another authority handed over. The cell that did it knows them by this version already.

    What waited here for such a case is heard now.
    """
    gone = {e.licence_id: e.version for e in heard if countries and e.country not in countries}
    if gone:
        await early.wait_for_arrivals(work.db)
        await early.remember_elsewhere(work.db, gone)
    await open_cases(work, [submission(event.licence, event.submitted_at) for event in heard], countries=countries)


async def register_replacement(
    work: Work, person: Person, case_id: UUID, *, replaces_number: str, version: int | None = None
) -> Case:
    """This licence was issued as replacement or duplicate of another one, which it puts aside (1024/2008 art. 8(3)).

    The other one may be held elsewhere: whoever holds it hears of it. Raises NotYours, Unknown, WrongState,
    WrongContent, Stale.
    """
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    if stored.replaces is not None:
        raise WrongState("This licence is registered as a replacement already.")
    old = await storage.by_number(work.db, stored.vpa_country, search_key(replaces_number), other_than=case_id)
    if old is None:
        message = "No licence with this number was handed in."
        raise WrongContent([FieldError("replaces_number", "unknown_number", message)])
    case = stored.to_decide()
    with rules():
        case.take_place(actor)
    await storage.link(work.db, old=old.licence_id, new=case_id)
    told = {"replaces": str(old.licence_id), "replaces_number": old.licence_number}
    if old.held:
        await _replaced(work, old, actor, stored)
    return await record(work, stored, case, Act.TAKE_PLACE, actor, LicenceReplacing, seen=version, details=told)


async def put_aside_when_replaced(work: Work, event: LicenceReplacing) -> None:
    """Another cell registered a replacement of a licence that is held here."""
    old = await find_before_arrivals(work, event.replaces)
    if old is None:
        await early.keep(work.db, event.replaces, event)
    if old is None or not old.held or old.replaced_by is not None:
        return
    new = await storage.find(work.db, event.licence_id)
    await storage.link(work.db, old=old.licence_id, new=event.licence_id)
    actor = Actor(ActorKind.MSCA, event.licence_id, event.acting_body, event.acting_body)
    number = new.licence_number if new else event.licence_number
    await _put_aside(work, old, actor, event.licence_id, number)


async def _replaced(work: Work, old: StoredCase, actor: Actor, new: StoredCase) -> None:
    held = await storage.find(work.db, old.licence_id, to_change=True)
    if held is not None:
        await _put_aside(work, held, actor, new.licence_id, new.licence_number)


async def _put_aside(work: Work, old: StoredCase, actor: Actor, new_id: UUID, new_number: str) -> None:
    case = old.to_decide()
    with rules():
        case.replace(actor)
    told = {"replaced_by": str(new_id), "replaced_by_number": new_number}
    await record(work, old, case, Act.REPLACE, actor, LicenceReplaced, seen=None, text=new_number, details=told)
