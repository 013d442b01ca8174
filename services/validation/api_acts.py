"""The acts of the authority for programs: what the review page does, one call for each."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.validation import use_cases
from services.validation.api import answer_with_case
from services.validation.domain.case import Case
from services.validation.domain.days import day_in
from services.validation.domain.proceedings import BoxReason, Confirmation
from services.validation.pages.common import InService
from shared.http import IdempotencyKey, IfMatch, SignedIn, version_in
from shared.person import Person
from shared.work import Work

router = APIRouter(prefix="/validation/api/v1/cases/{case_id}", tags=["acts"])


class Call(BaseModel):
    """What is sent; fields that are not known are refused, so that a slip is not taken for nothing."""

    model_config = ConfigDict(extra="forbid")


class MarkCall(Call):
    """What was found in a box: it agrees with the scan, or differs, with a reason code; null takes your mark away.
    `line` counts from 1; 0 for boxes outside the commodity lines."""

    box: int
    line: int = 0
    finding: Literal["checked", "differs"] | None
    reason_code: str = ""
    text: str = ""


class QuestionCall(Call):
    """What the company is asked."""

    kind: Literal["information", "translation"] = "information"
    text: str
    boxes: list[int] = []
    due_on: date | None = None


class VerificationCall(Call):
    """A query to the issuing authority, or a check of the goods; due 21 days after it was sent (today, if not said)."""

    kind: Literal["query", "physical"]
    sent_on: date | None = None
    text: str = ""


class ReminderCall(Call):
    """When the issuing authority was reminded of a query (today, if not said)."""

    sent_on: date | None = None
    text: str = ""


class EndCall(Call):
    """How a verification ended. `silent` can be followed by a late answer."""

    outcome: Literal["confirmed", "not_confirmed", "silent", "withdrawn"]
    answered_on: date | None = None
    answer: str = ""


class AmendmentCall(Call):
    """One box as it should be. `value` has the names of the licence's JSON: `{"licence_number": "…"}` for Box 3,
    `{"name", "address", "country"}` for Boxes 1 and 8, `{"species": […]}` for Boxes 11 to 13. `line` counts from 1; 0
    for boxes outside the commodity lines. An alteration or extension of the paper needs its confirmation."""

    box: int
    line: int = 0
    value: dict[str, Any]
    why: Literal["copying", "alteration", "extension"]
    reason: str
    confirmed_by: str = ""
    confirmed_on: date | None = None
    confirmation_reference: str = ""


class BoxCall(Call):
    """What is wrong with one box."""

    box: int
    reason_code: str
    text: str = ""


class ReturnCall(Call):
    """The boxes that the company may correct."""

    text: str = ""
    boxes: list[BoxCall]


class ConfirmationCall(Call):
    """The second officer's word on a proposed decision; declining needs a reason."""

    outcome: Literal["confirmed", "declined"]
    reason: str = ""


class ReasonCall(Call):
    """Why."""

    reason: str


class ReplacementCall(Call):
    """The licence whose place this one takes, by its number."""

    replaces_number: str


class PointOfEntryCall(Call):
    """Another customs office; in another Member State its authority holds the case from then on."""

    point_of_entry: str
    reason: str


class FeeCall(Call):
    """What was charged; in the currency of the authority's policy, if none is said."""

    amount: Annotated[Decimal, Field(max_digits=8, decimal_places=2)]
    currency: str = ""
    reference: str = ""


class Caller:
    """Who calls for which case, with which version before their eyes."""

    def __init__(
        self,
        request: Request,
        service: InService,
        person: SignedIn,
        case_id: UUID,
        key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> None:
        self.request, self.service, self.key = request, service, key
        self.person: Person = person
        self.case_id = case_id
        self.version = version_in(if_match) if if_match else None

    async def does(self, use_case: Callable[..., Awaitable[Case]], *values: object, **named: object) -> Response:
        """Act once, and answer with the case as it is then."""

        async def act(work: Work) -> Case:
            return await use_case(work, self.person, self.case_id, *values, **named, version=self.version)

        return await answer_with_case(self.request, self.person, self.key, act)


Calling = Annotated[Caller, Depends()]


@router.post("/marks")
async def mark(caller: Calling, call: MarkCall) -> Response:
    """Note what comparing a box with the scan found: your own mark, in the place of the one you made before."""
    place = (call.box, call.line)
    if call.finding is None:
        return await caller.does(use_cases.unmark_box, place)
    return await caller.does(
        use_cases.mark_box, place, finding=call.finding, reason_code=call.reason_code, text=call.text
    )


@router.post("/questions")
async def ask(caller: Calling, call: QuestionCall) -> Response:
    """Ask the company for information or a translation; the case waits for the answer."""
    return await caller.does(use_cases.ask_company, **call.model_dump())


@router.post("/questions/{question_id}/waiver")
async def waive(caller: Calling, question_id: UUID) -> Response:
    """Go on without the answer."""
    return await caller.does(use_cases.waive_answer, question_id)


@router.post("/verifications")
async def open_verification(caller: Calling, call: VerificationCall) -> Response:
    """Begin a further check; the licence cannot be accepted until it has ended well (1024/2008 art. 6(5))."""

    async def act(work: Work, person: Person, case_id: UUID, *, version: int | None) -> Case:
        sent_on = call.sent_on or _today(work, person)
        return await use_cases.open_verification(
            work, person, case_id, kind=call.kind, sent_on=sent_on, text=call.text, version=version
        )

    return await caller.does(act)


@router.post("/verifications/{verification_id}/reminders")
async def remind(caller: Calling, verification_id: UUID, call: ReminderCall) -> Response:
    """Record that the issuing authority was reminded of the query."""

    async def act(work: Work, person: Person, case_id: UUID, *, version: int | None) -> Case:
        sent_on = call.sent_on or _today(work, person)
        return await use_cases.remind_issuer(
            work, person, case_id, verification_id, sent_on=sent_on, text=call.text, version=version
        )

    return await caller.does(act)


@router.post("/verifications/{verification_id}/end")
async def end_verification(caller: Calling, verification_id: UUID, call: EndCall) -> Response:
    """Record how it ended."""
    return await caller.does(use_cases.end_verification, verification_id, **call.model_dump())


@router.post("/amendments")
async def amend(caller: Calling, call: AmendmentCall) -> Response:
    """Correct a box; the original stays."""
    return await caller.does(
        use_cases.correct_box,
        (call.box, call.line),
        value=call.value,
        why=call.why,
        reason=call.reason,
        confirmation=Confirmation(call.confirmed_by, call.confirmed_on, call.confirmation_reference),
    )


@router.post("/return")
async def return_licence(caller: Calling, call: ReturnCall) -> Response:
    """Give the licence back to the company, which may correct these boxes only."""
    boxes = [BoxReason(box.box, box.reason_code, box.text) for box in call.boxes]
    return await caller.does(use_cases.return_licence, text=call.text, boxes=boxes)


@router.post("/confirmation")
async def confirm(caller: Calling, call: ConfirmationCall) -> Response:
    """Confirm or decline what a first officer proposed."""
    if call.outcome == "confirmed":
        return await caller.does(use_cases.confirm_decision)
    return await caller.does(use_cases.decline_decision, reason=call.reason)


@router.post("/cancellation")
async def cancel(caller: Calling, call: ReasonCall) -> Response:
    """Take the acceptance back, while customs has not cleared the licence."""
    return await caller.does(use_cases.cancel_validation, reason=call.reason)


@router.post("/replacement")
async def register_replacement(caller: Calling, call: ReplacementCall) -> Response:
    """This licence takes the place of another one, which is put aside."""
    return await caller.does(use_cases.register_replacement, replaces_number=call.replaces_number)


@router.post("/point-of-entry")
async def change_point_of_entry(caller: Calling, call: PointOfEntryCall) -> Response:
    """The goods come through another office."""
    return await caller.does(use_cases.change_point_of_entry, office=call.point_of_entry, reason=call.reason)


@router.post("/fees")
async def record_fee(caller: Calling, call: FeeCall) -> Response:
    """Note what the authority charged."""
    return await caller.does(use_cases.record_fee, **call.model_dump())


def _today(work: Work, person: Person) -> date:
    """The day it is where the person's authority is."""
    country = next((role.country for role in person.roles if role.kind == "msca" and role.country), "")
    return day_in(country, work.now)
