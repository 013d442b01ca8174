"""What this service hears: roles, companies and authorities from identity; the licences' progress from validation."""

from services.licences.storage import bodies, former_people
from services.licences.use_cases import note_progress
from shared.contracts.identity import AccountDeleted, AuthorityRegistered, OperatorRegistered
from shared.contracts.validation import (
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    LicenceCleared,
    LicenceRejected,
    LicenceValidated,
)
from shared.messaging import Heard, Listener
from shared.roles import keep_roles, rename_bodies
from shared.work import Work

listener = Listener("licences")
keep_roles(listener)


@listener.hears_together(OperatorRegistered)
async def keep_companies_when_registered(work: Work, heard: list[Heard]) -> None:
    await rename_bodies(work.db, await bodies.keep_operators(work.db, [h.event for h in heard]))


@listener.hears_together(AuthorityRegistered)
async def keep_authorities_when_registered(work: Work, heard: list[Heard]) -> None:
    await rename_bodies(work.db, await bodies.keep_authorities(work.db, [h.event for h in heard]))


@listener.hears(AccountDeleted)
async def put_pseudonyms_when_account_deleted(work: Work, event: AccountDeleted) -> None:
    await former_people.rename(work.db, event.account_id, event.pseudonym)


@listener.hears(LicenceValidated)
async def note_when_validated(work: Work, event: LicenceValidated) -> None:
    await note_progress(work, event, what="validated", text=event.remark)


@listener.hears(LicenceRejected)
async def note_when_rejected(work: Work, event: LicenceRejected) -> None:
    await note_progress(work, event, what="rejected", text=event.reason)


@listener.hears(LicenceCleared)
async def note_when_cleared(work: Work, event: LicenceCleared) -> None:
    await note_progress(work, event, what="cleared", text=event.declaration)


@listener.hears(ClearanceSuspended)
async def note_when_suspended(work: Work, event: ClearanceSuspended) -> None:
    await note_progress(work, event, what="suspended", text=event.reason)


@listener.hears(ClearanceResumed)
async def note_when_resumed(work: Work, event: ClearanceResumed) -> None:
    await note_progress(work, event, what="resumed", text=event.reason)


@listener.hears(ClearanceRefused)
async def note_when_clearance_refused(work: Work, event: ClearanceRefused) -> None:
    await note_progress(work, event, what="clearance_refused", text=event.reason)
