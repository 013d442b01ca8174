"""Every act of the authority on a case, as its review page sends it: one form for each, with fields named after it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain import fees
from services.validation.domain.proceedings import BoxReason
from services.validation.domain.states import Act, ActorKind
from services.validation.pages.common import NO_AMOUNT, InService
from services.validation.pages.review import QUEUE, Tried, show
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, Stale, Unknown, WrongContent, WrongState
from shared.web.forms import Form
from shared.web.i18n import N_, gettext
from shared.web.pages import see_other
from shared.work import Work

router = APIRouter()
CASE = QUEUE + "/{case_id}"
CONFIRM, TAKE_OVER = "confirm", "take_over"
_NO_DATE = N_("This is not a date. Enter it as year-month-day, such as 2027-01-31.")


class Sent:
    """What was sent for one act: its fields without the act's name before them."""

    def __init__(self, act: str, form: Form) -> None:
        self.act, self.form = act, form
        self.version = int(version) if (version := form.text("version")).isdecimal() else None
        self.mistakes: list[FieldError] = []

    def text(self, field: str) -> str:
        return self.form.text(f"{self.act}.{field}")

    def id(self, field: str) -> UUID:
        """The question or verification that is meant. Raises Unknown."""
        try:
            return UUID(self.text(field) or self.form.text(field))
        except ValueError as error:
            raise Unknown("This case has nothing of this kind.") from error

    def numbers(self, field: str) -> list[int]:
        return [int(text) for text in self.form.list(f"{self.act}.{field}") if text.isdecimal() and len(text) < 3]

    def day(self, field: str, *, missing: str = "") -> date | None:
        text = self.text(field)
        if not text and missing:
            self.mistakes.append(FieldError(field, "missing", missing))
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.mistakes.append(FieldError(field, "no_date", _NO_DATE))
            return None

    def amount(self, field: str) -> Decimal | None:
        try:
            return fees.amount(self.text(field))
        except fees.NotAnAmount:
            self.mistakes.append(FieldError(field, "no_amount", NO_AMOUNT))
            return None

    def readable(self) -> None:
        """Raises WrongContent when something of it could not be read."""
        if self.mistakes:
            raise WrongContent(self.mistakes)


Do = Callable[[Work, Person, UUID, Sent], Awaitable[object]]


async def _ask(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    due_on = sent.day("due_on")
    sent.readable()
    await use_cases.ask_company(
        work,
        person,
        case_id,
        kind=sent.text("kind"),
        text=sent.text("text"),
        boxes=sent.numbers("boxes"),
        due_on=due_on,
        version=sent.version,
    )


async def _open_verification(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    sent_on = sent.day("sent_on", missing=N_("Enter when the query was sent, or the check was asked for."))
    sent.readable()
    await use_cases.open_verification(
        work,
        person,
        case_id,
        kind=sent.text("kind"),
        sent_on=sent_on or work.now.date(),
        text=sent.text("text"),
        version=sent.version,
    )


async def _remind(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    sent_on = sent.day("sent_on", missing=N_("Enter when the reminder was sent."))
    sent.readable()
    await use_cases.remind_issuer(
        work,
        person,
        case_id,
        sent.id("verification"),
        sent_on=sent_on or work.now.date(),
        text=sent.text("text"),
        version=sent.version,
    )


async def _end_verification(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    answered_on = sent.day("answered_on")
    sent.readable()
    await use_cases.end_verification(
        work,
        person,
        case_id,
        sent.id("verification"),
        outcome=sent.text("outcome"),
        answered_on=answered_on,
        answer=sent.text("answer"),
        version=sent.version,
    )


async def _return(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    boxes = [
        BoxReason(box, sent.text(f"box{box}.reason_code"), sent.text(f"box{box}.text")) for box in sent.numbers("boxes")
    ]
    await use_cases.return_licence(work, person, case_id, text=sent.text("text"), boxes=boxes, version=sent.version)


async def _record_fee(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    amount = sent.amount("amount")
    sent.readable()
    await use_cases.record_fee(
        work,
        person,
        case_id,
        amount=amount,
        currency=sent.text("currency"),
        reference=sent.text("reference"),
        version=sent.version,
    )


async def _reroute(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    office = sent.text("point_of_entry").upper().replace(" ", "")
    await use_cases.change_point_of_entry(
        work, person, case_id, office=office, reason=sent.text("reason"), version=sent.version
    )


async def _take_place(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    number = sent.text("replaces_number")
    await use_cases.register_replacement(work, person, case_id, replaces_number=number, version=sent.version)


async def _waive(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
    await use_cases.waive_answer(work, person, case_id, sent.id("question"), version=sent.version)


async def _take(work: Work, person: Person, case_id: UUID, _sent: Sent) -> None:
    await use_cases.take_case(work, person, case_id)


async def _take_over(work: Work, person: Person, case_id: UUID, _sent: Sent) -> None:
    await use_cases.take_case(work, person, case_id, over=True)


async def _release(work: Work, person: Person, case_id: UUID, _sent: Sent) -> None:
    await use_cases.release_case(work, person, case_id)


def _with_reason(use_case: Callable[..., Awaitable[object]], **how: object) -> Do:
    async def act(work: Work, person: Person, case_id: UUID, sent: Sent) -> None:
        await use_case(work, person, case_id, reason=sent.text("reason"), version=sent.version, **how)

    return act


@dataclass(frozen=True)
class PageAct:
    """What a form does, and what the officer is told afterwards."""

    do: Do
    told: str


ACTS: Mapping[str, PageAct] = {
    Act.ASK: PageAct(_ask, N_("The importer is asked. The case waits for the answer.")),
    Act.WAIVE: PageAct(_waive, N_("The answer is no longer waited for.")),
    Act.OPEN_VERIFICATION: PageAct(
        _open_verification, N_("The verification is open. The licence cannot be accepted until it has ended well.")
    ),
    Act.REMIND: PageAct(_remind, N_("The reminder is recorded. The query stays open.")),
    Act.END_VERIFICATION: PageAct(_end_verification, N_("The end of the verification is recorded.")),
    Act.RETURN: PageAct(_return, N_("The licence is returned. The importer can correct the boxes you named.")),
    CONFIRM: PageAct(
        lambda work, person, case_id, sent: use_cases.confirm_decision(work, person, case_id, version=sent.version),
        N_("The decision is confirmed. The importer is told."),
    ),
    Act.DECLINE: PageAct(
        _with_reason(use_cases.decline_decision), N_("The proposed decision is declined. The case is undecided again.")
    ),
    Act.CANCEL: PageAct(
        _with_reason(use_cases.cancel_validation), N_("The validation is cancelled. Customs and the importer are told.")
    ),
    Act.TAKE_PLACE: PageAct(_take_place, N_("The replacement is registered, and linked on both licences.")),
    Act.REROUTE: PageAct(_reroute, N_("The point of entry is changed.")),
    Act.RECORD_FEE: PageAct(_record_fee, N_("The fee is recorded.")),
    Act.RESUME: PageAct(
        _with_reason(use_cases.resume_clearance, acting=ActorKind.MSCA), N_("The licence awaits clearance again.")
    ),
    Act.REFUSE: PageAct(
        _with_reason(use_cases.refuse_clearance, acting=ActorKind.MSCA),
        N_("Clearance is refused. Customs and the importer are told."),
    ),
    Act.TAKE: PageAct(
        _take,
        N_("You work on this case now."),
    ),
    TAKE_OVER: PageAct(
        _take_over,
        N_("You work on this case now."),
    ),
    Act.RELEASE: PageAct(
        _release,
        N_("The case is back in the queue of all."),
    ),
}


@router.post(CASE)
async def decide(request: Request, service: InService, person: SignedIn, case_id: UUID) -> Response:
    """Validate or reject, as the pressed button says; with four eyes that proposes it."""
    form = await Form.read(request)
    version = Sent("", form).version
    act = Act.VALIDATE if form.text("outcome") == "validated" else Act.REJECT
    try:
        async with service.work() as work:
            if act is Act.VALIDATE:
                case = await use_cases.validate_licence(
                    work, person, case_id, remark=form.text("remark"), version=version
                )
                told = N_("The licence is validated. Customs and the importer are told.")
            else:
                code, reason = form.text("reason_code"), form.text("reason")
                case = await use_cases.reject_licence(
                    work, person, case_id, reason_code=code, reason=reason, version=version
                )
                told = N_("The licence is rejected. The importer is told the reason.")
    except WrongContent as refusal:
        return await show(request, service, person, case_id, Tried(act, form.take(refusal)))
    except (WrongState, Stale) as refusal:
        return await show(request, service, person, case_id, Tried(act, form, refusal, refusal.status))
    if case.proposal:
        told = N_("Your decision is proposed. A second officer has to confirm it.")
    return see_other(f"{QUEUE}/{case_id}", flash=gettext(told))


@router.post(CASE + "/acts/{name}")
async def act(request: Request, service: InService, person: SignedIn, case_id: UUID, name: str) -> Response:
    """Any other act. What could not be done comes back with everything typed."""
    form = await Form.read(request)
    known = ACTS.get(name)
    if known is None:
        raise Unknown("There is no such act.")
    try:
        async with service.work() as work:
            await known.do(work, person, case_id, Sent(name, form))
    except WrongContent as refusal:
        here = WrongContent([_beside(error, name) for error in refusal.errors])
        return await show(request, service, person, case_id, Tried(name, form.take(here)))
    except (WrongState, Stale) as refusal:
        return await show(request, service, person, case_id, Tried(name, form, refusal, refusal.status))
    leaves = name == Act.REROUTE and not _in_countries(person, form.text(f"{name}.point_of_entry"))
    return see_other(QUEUE if leaves else f"{QUEUE}/{case_id}", flash=gettext(known.told))


def _beside(error: FieldError, act: str) -> FieldError:
    """The field on the page that a mistake is about: `boxes.10` is the reason given for Box 10."""
    head, _dot, last = error.field.partition(".")
    field = f"box{last}.reason_code" if head == "boxes" and last else error.field
    return replace(error, field=f"{act}.{field}")


def _in_countries(person: Person, office: str) -> bool:
    """Whether the person sees the case after it went to this office."""
    return person.authority_of(office.strip()[:2].upper()) is not None
