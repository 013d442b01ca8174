"""What an officer does with a case before deciding. All raise NotYours, Unknown, WrongState, WrongContent and Stale."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.validation import storage
from services.validation.domain.case import Case
from services.validation.domain.days import day_in
from services.validation.domain.numbers import search_key
from services.validation.domain.proceedings import (
    Alteration,
    BoxReason,
    Confirmation,
    Outcome,
    Question,
    QuestionKind,
    VerificationKind,
)
from services.validation.domain.states import Act
from services.validation.domain.texts import words
from services.validation.storage import Amendment
from services.validation.use_cases.opening import licensed_by
from services.validation.use_cases.permissions import case_of_authority, chosen, rules
from services.validation.use_cases.recording import record
from shared.contracts.licence import Boxes
from shared.contracts.validation import (
    InformationReceived,
    InformationRequested,
    LicenceAmended,
    LicenceReturned,
    VerificationEnded,
    VerificationOpened,
    VerificationReminded,
)
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, WrongContent
from shared.work import Work


async def ask_company(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    kind: str,
    text: str,
    boxes: Sequence[int] = (),
    due_on: date | None = None,
    version: int | None = None,
) -> Case:
    """Ask the company for information or a translation; the licence waits for the answer."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case, question_id = stored.to_decide(), new_id()
    with rules():
        case.ask(actor, Question(question_id, chosen(QuestionKind, kind), text, tuple(boxes), due_on, work.now))
    details = {
        "request_id": str(question_id),
        "kind": kind,
        "text": words(text),
        "boxes": list(boxes),
        "due_on": due_on.isoformat() if due_on else None,
    }
    return await record(
        work, stored, case, Act.ASK, actor, InformationRequested, seen=version, text=words(text), details=details
    )


async def waive_answer(
    work: Work, person: Person, case_id: UUID, question_id: UUID, *, version: int | None = None
) -> Case:
    """Do without the answer; the case goes on."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.waive(actor, question_id)
    told = {"request_id": str(question_id)}
    return await record(work, stored, case, Act.WAIVE, actor, InformationReceived, seen=version, details=told)


async def open_verification(
    work: Work, person: Person, case_id: UUID, *, kind: str, sent_on: date, text: str = "", version: int | None = None
) -> Case:
    """Begin a query to the issuing authority or a check of the goods; acceptance waits until it ended well."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case, verification_id = stored.to_decide(), new_id()
    if sent_on > day_in(stored.country, work.now):
        message = "This day has not come yet. Open the verification when the query is sent."
        raise WrongContent([FieldError("sent_on", "in_the_future", message)])
    with rules():
        opened = case.open_verification(actor, verification_id, chosen(VerificationKind, kind), sent_on, text)
    told = {"verification_id": str(verification_id), "kind": kind, "due_on": opened.due_on.isoformat()}
    return await record(
        work,
        stored,
        case,
        Act.OPEN_VERIFICATION,
        actor,
        VerificationOpened,
        seen=version,
        text=opened.text,
        details=told,
    )


async def remind_issuer(
    work: Work,
    person: Person,
    case_id: UUID,
    verification_id: UUID,
    *,
    sent_on: date,
    text: str = "",
    version: int | None = None,
) -> Case:
    """Note that the issuing authority was reminded of a query it has not answered."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    if sent_on > day_in(stored.country, work.now):
        message = "This day has not come yet. Note the reminder when it is sent."
        raise WrongContent([FieldError("sent_on", "in_the_future", message)])
    with rules():
        reminded = case.remind_issuer(actor, verification_id, sent_on, text)
    told = {
        "verification_id": str(verification_id),
        "sent_on": sent_on.isoformat(),
        "due_on": reminded.due_on.isoformat(),
    }
    return await record(
        work, stored, case, Act.REMIND, actor, VerificationReminded, seen=version, text=words(text), details=told
    )


async def end_verification(
    work: Work,
    person: Person,
    case_id: UUID,
    verification_id: UUID,
    *,
    outcome: str,
    answered_on: date | None = None,
    answer: str = "",
    version: int | None = None,
) -> Case:
    """Note how a verification ended. An answer that comes after silence still counts."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.end_verification(actor, verification_id, chosen(Outcome, outcome, "outcome"), answered_on, answer)
    told = {"verification_id": str(verification_id), "outcome": outcome}
    return await record(
        work,
        stored,
        case,
        Act.END_VERIFICATION,
        actor,
        VerificationEnded,
        seen=version,
        text=words(answer),
        details=told,
    )


async def amend_box(
    work: Work,
    person: Person,
    case_id: UUID,
    *,
    box: int,
    boxes: Boxes,
    why: str,
    reason: str,
    confirmation: Confirmation | None = None,
    version: int | None = None,
) -> Case:
    """Correct one box; `boxes` are all of them as they should be. The original stays visible."""
    confirmation = confirmation or Confirmation()
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    before, case = stored.licence.boxes, stored.to_decide()
    with rules():
        case.amend(actor, box, chosen(Alteration, why, "why"), reason, confirmation)
    licence = stored.licence.model_copy(update={"boxes": boxes, "version": case.version})
    case.licensed, case.expiry_date = licensed_by(boxes), boxes.expiry_date
    number_key = search_key(boxes.licence_number)
    await storage.keep_licence(work.db, licence, number_key=number_key, licensed=case.licensed)
    confirmed = (words(confirmation.by), confirmation.on, words(confirmation.reference))
    images = (before.model_dump(mode="json"), boxes.model_dump(mode="json"))
    amendment = Amendment(work.now, box, why, words(reason), *confirmed, actor.name, *images)
    await storage.add_amendment(work.db, case_id, amendment)
    told = {
        "box": box,
        "reason": words(reason),
        "confirmed_by": confirmed[0],
        "confirmed_on": confirmed[1].isoformat() if confirmed[1] else None,
        "confirmation_reference": confirmed[2],
        "amended": images[1],
    }
    return await record(
        work, stored, case, Act.AMEND, actor, LicenceAmended, seen=version, text=words(reason), details=told
    )


async def return_licence(
    work: Work, person: Person, case_id: UUID, *, text: str, boxes: Sequence[BoxReason], version: int | None = None
) -> Case:
    """Give the licence back to the company, which may correct these boxes only."""
    stored, actor = await case_of_authority(work, person, case_id, to_change=True)
    case = stored.to_decide()
    with rules():
        case.return_for_correction(actor, text, boxes)
    told = {
        "text": words(text),
        "boxes": [{"box": b.box, "reason_code": b.reason_code, "text": words(b.text)} for b in boxes],
    }
    return await record(
        work, stored, case, Act.RETURN, actor, LicenceReturned, seen=version, text=words(text), details=told
    )
