"""What validation does with the facts it hears."""

from uuid import UUID

from services.validation import use_cases
from services.validation.storage import early, former_people
from shared.contracts import Envelope
from shared.contracts.identity import AccountDeleted, AuthorityRegistered
from shared.contracts.licences import InformationProvided, LicenceNumberDisputed, LicenceSubmitted, WithdrawalAsked
from shared.contracts.validation import CaseHandedOver, LicenceReplacing
from shared.messaging import Heard, Listener
from shared.roles import keep_roles, rename_bodies
from shared.work import Work


def listener_for(countries: frozenset[str]) -> Listener:
    """What a cell for these countries hears; one for every Member State when none is named."""
    listener = Listener("validation")
    keep_roles(listener)
    _keep_people(listener)

    @listener.hears_together(LicenceSubmitted, reading=_submission)
    async def open_cases_when_licences_submitted(work: Work, heard: list[Heard]) -> None:
        submissions: list[use_cases.Submission] = [h.event for h in heard]
        await use_cases.open_cases(work, submissions, countries=countries)
        requesters = {s.opened.requester_id for s in submissions}
        await _catch_up(work, {s.opened.licence_id for s in submissions}, requesters, countries)

    @listener.hears_together(CaseHandedOver)
    async def receive_cases_when_handed_over(work: Work, heard: list[Heard]) -> None:
        await use_cases.receive_cases(work, [h.event for h in heard], countries=countries)
        requesters = {h.event.requester_id for h in heard}
        await _catch_up(work, {h.event.licence_id for h in heard}, requesters, countries)

    @listener.hears(InformationProvided)
    async def go_on_when_information_provided(work: Work, event: InformationProvided) -> None:
        await use_cases.receive_answer(work, event, countries=countries)
        await former_people.rename_again(work.db, {event.by.account_id})

    @listener.hears(WithdrawalAsked)
    async def give_back_when_withdrawal_asked(work: Work, event: WithdrawalAsked) -> None:
        await use_cases.withdraw_when_asked(work, event, countries=countries)
        await former_people.rename_again(work.db, {event.by.account_id})

    @listener.hears(LicenceNumberDisputed)
    async def note_when_number_disputed(work: Work, event: LicenceNumberDisputed) -> None:
        await use_cases.note_dispute(work, event)
        await former_people.rename_again(work.db, {event.by.account_id})

    @listener.hears(LicenceReplacing)
    async def put_aside_when_replaced(work: Work, event: LicenceReplacing) -> None:
        await use_cases.put_aside_when_replaced(work, event)

    return listener


def _submission(event: LicenceSubmitted, envelope: Envelope) -> use_cases.Submission:
    return use_cases.submission(event.licence, envelope.time)


async def _catch_up(work: Work, licence_ids: set[UUID], requesters: set[UUID], countries: frozenset[str]) -> None:
    """Hear what came before the case it is about, and put the pseudonyms of requesters who have left meanwhile."""
    if not await early.is_waited_for(work.db, licence_ids, requesters):
        return
    for event in await early.take(work.db, licence_ids):
        if isinstance(event, InformationProvided):
            await use_cases.receive_answer(work, event, countries=countries)
        elif isinstance(event, WithdrawalAsked):
            await use_cases.withdraw_when_asked(work, event, countries=countries)
        elif isinstance(event, LicenceReplacing):
            await use_cases.put_aside_when_replaced(work, event)
    await former_people.rename_again(work.db, requesters)


def _keep_people(listener: Listener) -> None:
    @listener.hears_together(AuthorityRegistered)
    async def rename_roles_when_authority_renamed(work: Work, heard: list[Heard]) -> None:
        await rename_bodies(work.db, {h.event.authority_id: h.event.name for h in heard})

    @listener.hears(AccountDeleted)
    async def put_pseudonyms_when_account_deleted(work: Work, event: AccountDeleted) -> None:
        await former_people.keep(work.db, event.account_id, event.pseudonym)
