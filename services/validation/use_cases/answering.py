"""What the company says while the authority holds its licence: its answers, and that it wants the licence back."""

from services.validation import storage
from services.validation.domain.proceedings import Actor
from services.validation.domain.refusals import NotAllowed
from services.validation.domain.states import Act, ActorKind
from services.validation.storage import StoredCase
from services.validation.use_cases.recording import record
from shared.contracts.licences import InformationProvided, LicenceMessage, WithdrawalAsked
from shared.contracts.validation import InformationReceived, LicenceWithdrawn, WithdrawalDeclined
from shared.work import Work


async def receive_answer(work: Work, event: InformationProvided) -> None:
    """The company's answer. When nobody waits for it any more it is noted all the same: nothing is lost."""
    stored = await storage.find(work.db, event.licence_id, to_change=True)
    if stored is None or not stored.held:
        return
    actor, case = _company(event, stored), stored.to_decide()
    if event.attachments:
        files = [*stored.licence.attachments, *event.attachments]
        licence = stored.licence.model_copy(update={"attachments": files})
        await storage.keep_licence(work.db, licence, number_key=stored.number_key, licensed=stored.licensed)
    told = {"request_id": str(event.request_id)}
    try:
        case.answer(actor, event.request_id, work.now, event.text)
    except NotAllowed:
        entry = storage.Entry(work.now, Act.ANSWER, actor.account_id, actor.name, actor.body, event.text, told)
        await storage.note(work.db, event.licence_id, entry)
        return
    await record(work, stored, case, Act.ANSWER, actor, InformationReceived, seen=None, text=event.text, details=told)


async def withdraw_when_asked(work: Work, event: WithdrawalAsked) -> None:
    """The company gets an undecided licence back; a decided one stays decided, and the company is told."""
    stored = await storage.find(work.db, event.licence_id, to_change=True)
    if stored is None or not stored.held:
        return
    actor, case = _company(event, stored), stored.to_decide()
    told = {"reason": event.reason}
    try:
        case.withdraw(actor)
    except NotAllowed:
        case = stored.to_decide()
        case.version += 1
        told = {"reason": "The licence was decided on before the request arrived."}
        await record(work, stored, case, Act.WITHDRAW, actor, WithdrawalDeclined, seen=None, details=told)
        return
    await record(work, stored, case, Act.WITHDRAW, actor, LicenceWithdrawn, seen=None, text=event.reason, details=told)


def _company(event: LicenceMessage, stored: StoredCase) -> Actor:
    return Actor(ActorKind.COMPANY, event.by.account_id, event.by.name, stored.operator_name)
