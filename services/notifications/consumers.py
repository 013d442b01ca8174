"""What notifications does with each fact it hears: it knows people and mailboxes, and notes what is to be told.

Who is told is found out a moment later (addressing.py), as facts about people and licences travel on different topics.
"""

from datetime import datetime

from services.notifications import facts
from services.notifications.domain import Message
from services.notifications.storage import event_log, messages, recipients
from shared import roles
from shared.contracts.identity import (
    AccountConfirmed,
    AuthorityRegistered,
    ConfirmationRequested,
    MailEvent,
    PasswordResetRequested,
    RegistrationRepeated,
    RoleGranted,
    RoleRefused,
    RoleRequested,
    RoleRevoked,
)
from shared.contracts.licences import LicenceSubmitted
from shared.contracts.validation import (
    ClearanceRefused,
    ClearanceResumed,
    ClearanceSuspended,
    LicenceCleared,
    LicenceRejected,
    LicenceValidated,
)
from shared.ids import new_id
from shared.messaging import Heard, Listener
from shared.work import Work

listener = Listener("notifications")


@listener.hears_together(AccountConfirmed)
async def know_people_when_confirmed(work: Work, heard: list[Heard]) -> None:
    await recipients.keep_accounts(work.db, [h.event for h in heard], now=work.now)


@listener.hears_together(AuthorityRegistered)
async def know_mailboxes_when_authorities_registered(work: Work, heard: list[Heard]) -> None:
    await recipients.keep_authorities(work.db, [h.event for h in heard], now=work.now)


@listener.hears_together(ConfirmationRequested)
async def send_link_when_confirmation_requested(work: Work, heard: list[Heard]) -> None:
    await _note(work, [_to_given(h, "confirmation", h.event.expires_at, path=h.event.path) for h in heard])


@listener.hears_together(RegistrationRepeated)
async def warn_owner_when_registration_repeated(work: Work, heard: list[Heard]) -> None:
    await _note(work, [_to_given(h, "registration-repeated", None) for h in heard])


@listener.hears_together(PasswordResetRequested)
async def send_link_when_password_reset_requested(work: Work, heard: list[Heard]) -> None:
    await _note(work, [_to_given(h, "password-reset", h.event.expires_at, path=h.event.path) for h in heard])


@listener.hears_together(RoleRequested)
async def ask_support_when_role_requested(work: Work, heard: list[Heard]) -> None:
    await _note(work, [facts.about_role(h.event, "role-requested", h.envelope) for h in heard])


@listener.hears_together(RoleGranted)
async def tell_person_when_role_granted(work: Work, heard: list[Heard]) -> None:
    await roles.keep(work.db, [h.event.role for h in heard], granted=True)
    await _note(work, [facts.about_role(h.event, "role-granted", h.envelope) for h in heard])


@listener.hears_together(RoleRefused)
async def tell_person_when_role_refused(work: Work, heard: list[Heard]) -> None:
    await _note(work, [facts.about_role(h.event, "role-refused", h.envelope) for h in heard])


@listener.hears_together(RoleRevoked)
async def tell_person_when_role_revoked(work: Work, heard: list[Heard]) -> None:
    await roles.keep(work.db, [h.event.role for h in heard], granted=False)
    await _note(work, [facts.about_role(h.event, "role-revoked", h.envelope) for h in heard])


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
async def tell_company_when_case_changed(work: Work, heard: list[Heard]) -> None:
    await event_log.append(work.db, [facts.public(h.event, h.envelope) for h in heard])
    await _note(work, [message for h in heard for message in facts.about_case(h.event, h.envelope)])


async def _note(work: Work, noted: list[Message]) -> None:
    await messages.add_messages(work.db, noted, now=work.now)


def _to_given(heard: Heard, kind: str, expires_at: datetime | None, **data: str) -> Message:
    """A message to somebody whose address comes with the fact, as there is no confirmed account."""
    event: MailEvent = heard.event
    return Message(
        new_id(),
        heard.envelope.id,
        kind,
        event.account_id,
        happened_at=heard.envelope.time,
        expires_at=expires_at,
        data=data | {"email": event.email, "language": event.language},
    )
