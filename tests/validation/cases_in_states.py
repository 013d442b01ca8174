"""Cases in every state, who acts on them, and every act in one line, for tests of the rules."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from services.validation.domain import states
from services.validation.domain.case import Case
from services.validation.domain.proceedings import (
    Actor,
    Alteration,
    BoxReason,
    Confirmation,
    Officer,
    Outcome,
    Question,
    QuestionKind,
    Verification,
    VerificationKind,
)
from services.validation.domain.quantities import Quantities
from services.validation.domain.states import UNDECIDED, Act, ActorKind, State
from tests.validation.examples import MRN, NOW

QUESTION, CHECK = UUID(int=1), UUID(int=2)
OFFICER = Actor(ActorKind.MSCA, uuid4(), "Olivia Officer", "Competent authority")
COLLEAGUE = Actor(ActorKind.MSCA, uuid4(), "Peter Prudent", "Competent authority")
CUSTOMS = Actor(ActorKind.CUSTOMS, uuid4(), "Carl Customs", "Customs office")
COMPANY = Actor(ActorKind.COMPANY, uuid4(), "Ines Importer", "Timber Trade NV")
LICENSED = Quantities(Decimal("15.2"), Decimal(9690))

DO: dict[Act, Callable[[Case, Actor], object]] = {
    Act.TAKE: lambda case, by: case.take(by, over=True),
    Act.RELEASE: lambda case, by: case.release(by),
    Act.ASK: lambda case, by: case.ask(by, Question(uuid4(), QuestionKind.INFORMATION, "Which invoice?")),
    Act.ANSWER: lambda case, by: case.answer(by, QUESTION, NOW),
    Act.WAIVE: lambda case, by: case.waive(by, QUESTION),
    Act.OPEN_VERIFICATION: lambda case, by: case.open_verification(by, uuid4(), VerificationKind.QUERY, NOW.date()),
    Act.REMIND: lambda case, by: case.remind_issuer(by, CHECK, NOW.date()),
    Act.END_VERIFICATION: lambda case, by: case.end_verification(by, CHECK, Outcome.CONFIRMED),
    Act.AMEND: lambda case, by: case.amend(by, 17, Alteration.COPYING, "A digit was wrong.", Confirmation()),
    Act.RETURN: lambda case, by: case.return_for_correction(by, "", [BoxReason(15, "MISSING_DATA")]),
    Act.PROPOSE: lambda case, by: replace_four_eyes(case).reject(by, NOW, "FORMAT", "No stamp."),
    Act.DECLINE: lambda case, by: case.decline(by, "The stamp is there."),
    Act.VALIDATE: lambda case, by: case.validate(by, NOW),
    Act.REJECT: lambda case, by: case.reject(by, NOW, "FORMAT", "No stamp."),
    Act.WITHDRAW: lambda case, by: case.withdraw(by),
    Act.CANCEL: lambda case, by: case.cancel(by, "The issuer revoked it."),
    Act.REPLACE: lambda case, by: case.replace(by),
    Act.TAKE_PLACE: lambda case, by: case.take_place(by),
    Act.REROUTE: lambda case, by: case.reroute(by, "BE343000", "The ship was diverted."),
    Act.HAND_OVER: lambda case, by: case.hand_over(by, "NL000396", "The ship was diverted."),
    Act.RECORD_FEE: lambda case, by: case.record_fee(by, Decimal(30)),
    Act.CLEAR: lambda case, by: case.clear(by, MRN, LICENSED),
    Act.SUSPEND: lambda case, by: case.suspend(by, "Seal differs."),
    Act.RESUME: lambda case, by: case.resume(by, "Seal explained."),
    Act.REFUSE: lambda case, by: case.refuse(by, "Other goods."),
    Act.CORRECT_DECLARATION: lambda case, by: case.correct_declaration(by, MRN, LICENSED, "A slip of the pen."),
    Act.RESERVE: lambda case, by: case.reserve(by, MRN),
    Act.FREE: lambda case, by: case.free(by, MRN),
}


def replace_four_eyes(case: Case) -> Case:
    """The case as in an authority where a second officer has to confirm."""
    case.four_eyes = True
    return case


def case_in(state: State, act: Act | None = None) -> Case:
    """A case in this state, with what the act needs to be there."""
    case = Case(
        licence_id=uuid4(),
        version=2,
        requester_id=COMPANY.account_id,
        lodged_on=NOW.date(),
        expiry_date=NOW.date() + timedelta(days=90),
        country="BE",
        point_of_entry="BE101000",
        licensed=LICENSED,
        fees=True,
    )
    case.validation_state, case.clearance_state = state
    if state == states.ASKING:
        case.questions = (Question(QUESTION, QuestionKind.INFORMATION, "Which invoice?"),)
    if state == states.VERIFYING or act in {Act.END_VERIFICATION, Act.REMIND}:
        silent = Outcome.SILENT if state == states.OPEN and act is not Act.REMIND else None
        case.verifications = (Verification(CHECK, VerificationKind.QUERY, NOW.date(), NOW.date(), silent),)
    if act is Act.FREE:
        case.reserved_for = MRN
    if act is Act.RELEASE:
        case.officer = Officer(OFFICER.account_id, OFFICER.name)
    if act is Act.DECLINE:
        replace_four_eyes(case)
        if state in UNDECIDED:
            case.reject(COLLEAGUE, NOW, "FORMAT", "No stamp.")
            case.version = 2
    return case
