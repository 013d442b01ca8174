"""What the company says while the authority holds its licence: its answers, and that it wants the licence back."""

from services.validation import storage
from services.validation.domain.numbers import search_key
from services.validation.domain.proceedings import Actor
from services.validation.domain.refusals import NotAllowed
from services.validation.domain.states import Act, ActorKind
from services.validation.storage import StoredCase, early
from services.validation.storage.history import DISPUTED
from services.validation.use_cases.opening import find_before_arrivals
from services.validation.use_cases.recording import record
from shared.contracts.licences import InformationProvided, LicenceMessage, LicenceNumberDisputed, WithdrawalAsked
from shared.contracts.validation import InformationReceived, LicenceWithdrawn, WithdrawalDeclined
from shared.work import Work


async def receive_answer(work: Work, event: InformationProvided, *, countries: frozenset[str] = frozenset()) -> None:
    """The company's answer. When nobody waits for it any more it is noted all the same: nothing is lost."""
    stored = await _held(work, event, countries)
    if stored is None:
        return
    actor, case = _company(event, stored), stored.to_decide()
    if event.attachments:
        files = [*stored.licence.attachments, *event.attachments]
        licence = stored.licence.model_copy(update={"attachments": files})
        await storage.keep_licence(work.db, licence, number_key=stored.number_key, licensed=stored.licensed)
    told = {"request_id": str(event.request_id)}
    try:
        case.answer(actor, event.request_id, work.now, event.text, tuple(file.id for file in event.attachments))
    except NotAllowed:
        entry = storage.Entry(work.now, Act.ANSWER, actor.account_id, actor.name, actor.body, event.text, told)
        await storage.note(work.db, event.licence_id, entry)
        return
    await record(work, stored, case, Act.ANSWER, actor, InformationReceived, seen=None, text=event.text, details=told)


async def withdraw_when_asked(work: Work, event: WithdrawalAsked, *, countries: frozenset[str] = frozenset()) -> None:
    """The company gets an undecided licence back, also one that was returned to it, where its own version counts on;
    a decided one stays decided, and the company is told."""
    stored = await _held(work, event, countries)
    if stored is None:
        return
    actor, case = _company(event, stored), stored.to_decide()
    case.version = max(case.version, event.version)
    told = {"reason": event.reason}
    try:
        case.withdraw(actor)
    except NotAllowed:
        case.version += 1
        told = {"reason": "The licence was decided on before the request arrived."}
        await record(work, stored, case, Act.WITHDRAW, actor, WithdrawalDeclined, seen=None, details=told)
        return
    await record(work, stored, case, Act.WITHDRAW, actor, LicenceWithdrawn, seen=None, text=event.reason, details=told)


async def note_dispute(work: Work, event: LicenceNumberDisputed) -> None:
    """Another company says that it holds the licence of this number: officials see that in the history of the case.

    It changes nothing, and the company whose case it is does not hear of it.
    """
    number_key = search_key(event.licence_number)
    disputed = await storage.by_number(work.db, event.vpa_country, number_key, other_than=event.licence_id)
    if disputed is None:
        return
    told = {"licence_id": str(event.licence_id), "operator_id": str(event.operator_id)}
    entry = storage.Entry(work.now, DISPUTED, event.by.account_id, event.by.name, event.operator_name, event.text, told)
    await storage.note(work.db, disputed.licence_id, entry)


async def _held(work: Work, event: LicenceMessage, countries: frozenset[str]) -> StoredCase | None:
    """The case, if this cell acts on it. What is said about one that is on its way here waits for it: the hand-over
    travels on another topic."""
    if event.country not in countries:
        stored = await storage.find(work.db, event.licence_id, to_change=True)
    elif (stored := await find_before_arrivals(work, event.licence_id)) is None:
        await early.keep(work.db, event.licence_id, event)
    return stored if stored is not None and stored.held else None


def _company(event: LicenceMessage, stored: StoredCase) -> Actor:
    return Actor(ActorKind.COMPANY, event.by.account_id, event.by.name, stored.operator_name)
