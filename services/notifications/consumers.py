"""What notifications does with each fact it hears: it knows people and mailboxes, and notes what is to be told.

Who is told is found out a moment later (addressing.py), as facts about people and licences travel on different topics.
"""

from services.notifications import facts
from services.notifications.domain import Message
from services.notifications.storage import erasure, event_log, messages, recipients
from shared import roles
from shared.contracts.identity import (
    AccountConfirmed,
    AccountDeleted,
    AccountLinkRequested,
    AuthorityRegistered,
    ConfirmationRequested,
    EmailChangeRequested,
    OperatorRegistered,
    PasswordResetRequested,
    RegistrationRepeated,
    RoleChanged,
    RoleEnded,
    RoleGranted,
    RoleRefused,
    RoleRequested,
    RoleRequestWaiting,
    RoleRequestWritten,
    RoleRevoked,
    RoleSuspended,
    RoleWithdrawn,
    SecurityNoticed,
)
from shared.contracts.licences import (
    InformationProvided,
    LicenceDraftedByAuthority,
    LicenceNumberDisputed,
    LicenceSubmitted,
)
from shared.contracts.validation import (
    CaseHandedOver,
    CaseOverdue,
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    DecisionProposed,
    DeclarationCorrected,
    FeeRecorded,
    InformationReceived,
    InformationRequested,
    LicenceAmended,
    LicenceCleared,
    LicenceRejected,
    LicenceReplaced,
    LicenceReplacing,
    LicenceReturned,
    LicenceValidated,
    LicenceWithdrawn,
    PointOfEntryChanged,
    ValidationCancelled,
    VerificationEnded,
    VerificationOpened,
    VerificationReminded,
    WithdrawalDeclined,
)
from shared.messaging import Heard, Listener
from shared.work import Work

listener = Listener("notifications")


@listener.hears_together(AccountConfirmed)
async def know_people_when_confirmed(work: Work, heard: list[Heard]) -> None:
    await recipients.keep_accounts(work.db, [h.event for h in heard], now=work.now)


@listener.hears(AccountDeleted)
async def forget_people_when_deleted(work: Work, event: AccountDeleted) -> None:
    await erasure.forget(work.db, event, now=work.now)


@listener.hears_together(AuthorityRegistered)
async def know_mailboxes_when_authorities_registered(work: Work, heard: list[Heard]) -> None:
    await recipients.keep_authorities(work.db, [h.event for h in heard], now=work.now)
    await roles.rename_bodies(work.db, {h.event.authority_id: h.event.name for h in heard})


@listener.hears_together(OperatorRegistered)
async def rename_roles_when_company_renamed(work: Work, heard: list[Heard]) -> None:
    await roles.rename_bodies(work.db, {h.event.operator_id: h.event.name for h in heard})


@listener.hears_together(ConfirmationRequested)
@listener.hears_together(RegistrationRepeated)
@listener.hears_together(PasswordResetRequested)
@listener.hears_together(EmailChangeRequested)
@listener.hears_together(AccountLinkRequested)
@listener.hears_together(SecurityNoticed)
async def write_to_address_when_account_asks(work: Work, heard: list[Heard]) -> None:
    await _note(work, [facts.about_account(h.event, h.envelope) for h in heard])


@listener.hears_together(RoleRequestWritten)
async def send_letter_when_role_request_written(work: Work, heard: list[Heard]) -> None:
    await _note(work, [facts.letter(h.event, h.envelope) for h in heard])


@listener.hears_together(RoleRequested)
@listener.hears_together(RoleRequestWaiting)
@listener.hears_together(RoleWithdrawn)
@listener.hears_together(RoleRefused)
async def tell_whom_it_concerns_when_role_asked_for(work: Work, heard: list[Heard]) -> None:
    await _note(work, facts.about_roles(heard))


@listener.hears_together(RoleGranted)
@listener.hears_together(RoleChanged)
async def tell_person_when_role_counts(work: Work, heard: list[Heard]) -> None:
    await roles.keep(work.db, [h.event.role for h in heard], granted=True)
    await _note(work, facts.about_roles(heard))


@listener.hears_together(RoleRevoked)
@listener.hears_together(RoleSuspended)
@listener.hears_together(RoleEnded)
async def tell_person_when_role_counts_no_more(work: Work, heard: list[Heard]) -> None:
    await roles.keep(work.db, [h.event.role for h in heard], granted=False)
    await _note(work, facts.about_roles(heard))


@listener.hears_together(LicenceSubmitted)
async def tell_company_and_authority_when_licence_submitted(work: Work, heard: list[Heard]) -> None:
    await event_log.append(work.db, [facts.public(h.event, h.envelope) for h in heard])
    await _note(work, [message for h in heard for message in facts.about_submission(h.event, h.envelope)])


@listener.hears_together(LicenceValidated)
@listener.hears_together(LicenceRejected)
@listener.hears_together(LicenceCleared)
@listener.hears_together(ClearanceSuspended)
@listener.hears_together(ClearanceResumed)
@listener.hears_together(ClearanceRefused)
@listener.hears_together(InformationRequested)
@listener.hears_together(InformationReceived)
@listener.hears_together(VerificationOpened)
@listener.hears_together(VerificationReminded)
@listener.hears_together(VerificationEnded)
@listener.hears_together(LicenceReturned)
@listener.hears_together(LicenceAmended)
@listener.hears_together(LicenceWithdrawn)
@listener.hears_together(WithdrawalDeclined)
@listener.hears_together(ValidationCancelled)
@listener.hears_together(LicenceReplaced)
@listener.hears_together(LicenceReplacing)
@listener.hears_together(PointOfEntryChanged)
@listener.hears_together(CaseHandedOver)
@listener.hears_together(FeeRecorded)
@listener.hears_together(DeclarationCorrected)
@listener.hears_together(DecisionProposed)
@listener.hears_together(CaseOverdue)
async def tell_those_concerned_when_case_changed(work: Work, heard: list[Heard]) -> None:
    await event_log.append(work.db, facts.public_ones(heard))
    await _note(work, [message for h in heard for message in facts.about_case(h.event, h.envelope)])


@listener.hears_together(InformationProvided)
@listener.hears_together(LicenceDraftedByAuthority)
@listener.hears_together(LicenceNumberDisputed)
async def tell_the_other_side_when_something_is_said_of_a_licence(work: Work, heard: list[Heard]) -> None:
    await _note(work, [facts.about_message(h.event, h.envelope) for h in heard])


async def _note(work: Work, noted: list[Message]) -> None:
    await messages.add_messages(work.db, noted, now=work.now)
    await erasure.forget_late(work.db, {person for m in noted for person in (m.about, m.person_id) if person})
