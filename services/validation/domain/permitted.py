"""What somebody may do with a case now: found by trying each act on a copy, so that no rule is written twice.

What is only incomplete may be done: its form is there to be filled in.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from services.validation.domain.case import Case
from services.validation.domain.proceedings import (
    Actor,
    Alteration,
    BoxReason,
    Confirmation,
    Outcome,
    Question,
    QuestionKind,
    VerificationKind,
)
from services.validation.domain.quantities import Quantities
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.refusals import Incomplete, NotAllowed
from services.validation.domain.states import Act, ActorKind

_SOME_ID, _SOME_TIME = UUID(int=0), datetime(2000, 1, 1, tzinfo=UTC)
_TRIED: Mapping[Act, Callable[[Case, Actor], object]] = {
    Act.TAKE: lambda case, by: case.take(by, over=True),
    Act.RELEASE: lambda case, by: case.release(by),
    Act.ASK: lambda case, by: case.ask(by, Question(_SOME_ID, QuestionKind.INFORMATION, "")),
    Act.ANSWER: lambda case, by: case.answer(by, _open_question(case), _SOME_TIME),
    Act.WAIVE: lambda case, by: case.waive(by, _open_question(case)),
    Act.OPEN_VERIFICATION: lambda case, by: case.open_verification(
        by, _SOME_ID, VerificationKind.QUERY, _SOME_TIME.date()
    ),
    Act.REMIND: lambda case, by: case.remind_issuer(by, _open_query(case), _SOME_TIME.date()),
    Act.END_VERIFICATION: lambda case, by: case.end_verification(by, _open_verification(case), Outcome.CONFIRMED),
    Act.AMEND: lambda case, by: case.amend(by, 1, Alteration.COPYING, "", Confirmation()),
    Act.RETURN: lambda case, by: case.return_for_correction(by, "", [BoxReason(1, RejectionReason.FORMAT)]),
    Act.PROPOSE: lambda case, by: _propose(case, by),
    Act.DECLINE: lambda case, by: case.decline(by, ""),
    Act.VALIDATE: lambda case, by: case.validate(by, _SOME_TIME),
    Act.REJECT: lambda case, by: case.reject(by, _SOME_TIME, RejectionReason.FORMAT, "Tried."),
    Act.WITHDRAW: lambda case, by: case.withdraw(by),
    Act.CANCEL: lambda case, by: case.cancel(by, ""),
    Act.REPLACE: lambda case, by: case.replace(by),
    Act.TAKE_PLACE: lambda case, by: case.take_place(by),
    Act.REROUTE: lambda case, by: case.reroute(by, "", ""),
    Act.HAND_OVER: lambda case, by: case.hand_over(by, "", ""),
    Act.RECORD_FEE: lambda case, by: case.record_fee(by, Decimal()),
    Act.CLEAR: lambda case, by: case.clear(by, "", Quantities()),
    Act.SUSPEND: lambda case, by: case.suspend(by, ""),
    Act.RESUME: lambda case, by: case.resume(by, ""),
    Act.REFUSE: lambda case, by: case.refuse(by, ""),
    Act.CORRECT_DECLARATION: lambda case, by: case.correct_declaration(by, "", Quantities(), ""),
    Act.RESERVE: lambda case, by: case.reserve(by, ""),
    Act.FREE: lambda case, by: case.free(by, case.reserved_for or ""),
}


def acts_for(case: Case, by: Actor) -> frozenset[Act]:
    """Everything that this actor may do with the case as it stands. `case` stays as it is."""
    return frozenset(act for act, try_it in _TRIED.items() if _works(case, by, try_it))


def may_confirm(case: Case, by: Actor) -> bool:
    """Whether this actor is the second officer that a proposed decision waits for."""
    return case.proposal is not None and _works(case, by, lambda tried, actor: tried.confirm(actor, _SOME_TIME))


def may_mark(case: Case, by: Actor) -> bool:
    """Whether this actor may note what they compared: the authority, while it owes a decision."""
    return by.kind is ActorKind.MSCA and case.undecided


def _works(case: Case, by: Actor, try_it: Callable[[Case, Actor], object]) -> bool:
    try:
        try_it(replace(case), by)
    except NotAllowed:
        return False
    except Incomplete:
        return True
    return True


def _propose(case: Case, by: Actor) -> None:
    if not case.four_eyes or case.proposal:
        raise NotAllowed("Nothing has to be proposed.")
    case.reject(by, _SOME_TIME, RejectionReason.FORMAT, "Tried.")


def _open_question(case: Case) -> UUID:
    return next((question.id for question in case.open_questions), _SOME_ID)


def _open_query(case: Case) -> UUID:
    return next((check.id for check in case.open_verifications if check.kind is VerificationKind.QUERY), _SOME_ID)


def _open_verification(case: Case) -> UUID:
    """One that can still end: silence may yet be broken."""
    endable = (check.id for check in case.verifications if check.outcome in {None, Outcome.SILENT})
    return next(endable, _SOME_ID)
