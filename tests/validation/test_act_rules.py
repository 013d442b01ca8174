"""What each act asks for beyond its place in the table, and what it leaves behind."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from services.validation.domain import states
from services.validation.domain.core import TakenByOther
from services.validation.domain.permitted import acts_for
from services.validation.domain.proceedings import (
    Alteration,
    BoxReason,
    Confirmation,
    DeclaredLine,
    Officer,
    Outcome,
    Question,
    QuestionKind,
    VerificationKind,
)
from services.validation.domain.quantities import Quantities
from services.validation.domain.refusals import Incomplete, NotAllowed, NotYourAct
from services.validation.domain.states import Act
from tests.validation.cases_in_states import (
    CHECK,
    COLLEAGUE,
    CUSTOMS,
    DO,
    LICENSED,
    OFFICER,
    case_in,
    replace_four_eyes,
)
from tests.validation.examples import MRN, NOW, OTHER_MRN


def test_a_case_that_a_colleague_works_on_is_left_to_them_until_it_is_taken_over() -> None:
    case = case_in(states.OPEN)
    case.take(COLLEAGUE)
    for act in (Act.ASK, Act.OPEN_VERIFICATION, Act.AMEND, Act.RETURN, Act.VALIDATE, Act.REJECT, Act.RELEASE):
        with pytest.raises(TakenByOther) as told:
            DO[act](case, OFFICER)
        assert told.value.params["name"] == COLLEAGUE.name
    with pytest.raises(TakenByOther):
        case.take(OFFICER)
    case.take(OFFICER, over=True)
    case.validate(OFFICER, NOW)
    assert case.state == states.AWAITING


def test_the_officer_hands_the_case_to_a_colleague() -> None:
    case = case_in(states.OPEN)
    case.take(OFFICER)
    case.take(OFFICER, for_colleague=Officer(COLLEAGUE.account_id, COLLEAGUE.name))
    assert case.officer == Officer(COLLEAGUE.account_id, COLLEAGUE.name)


@pytest.mark.parametrize(
    ("outcomes", "accepted"),
    [
        ([Outcome.CONFIRMED], True),
        ([Outcome.WITHDRAWN], True),
        ([Outcome.NOT_CONFIRMED], False),
        ([Outcome.SILENT], False),
        ([Outcome.SILENT, Outcome.CONFIRMED], True),
        ([Outcome.SILENT, Outcome.NOT_CONFIRMED], False),
    ],
)
def test_a_licence_is_accepted_only_after_its_verification_ended_well(outcomes: list[Outcome], accepted: bool) -> None:
    case = case_in(states.OPEN)
    opened = case.open_verification(OFFICER, uuid4(), VerificationKind.QUERY, NOW.date())
    assert opened.due_on == NOW.date() + timedelta(days=21)
    for outcome in outcomes:
        case.end_verification(OFFICER, opened.id, outcome, NOW.date(), "The licence unit wrote back.")
    if accepted:
        case.validate(OFFICER, NOW)
    else:
        with pytest.raises(NotAllowed, match="did not end well"):
            case.validate(OFFICER, NOW)
        case.reject(OFFICER, NOW, "NO_ANSWER_FROM_ISSUER", "Asked twice.")
        assert case.state == states.REJECTED


def test_an_issuing_authority_is_reminded_of_a_query_while_it_is_open() -> None:
    case = case_in(states.VERIFYING)
    case.remind_issuer(OFFICER, CHECK, NOW.date())
    case.remind_issuer(OFFICER, CHECK, NOW.date() + timedelta(days=9))
    (query,) = case.verifications
    assert query.reminders == (NOW.date(), NOW.date() + timedelta(days=9))
    assert (query.due_on, case.state, case.version) == (NOW.date(), states.VERIFYING, 4)
    with pytest.raises(Incomplete) as refused:
        case.remind_issuer(OFFICER, CHECK, NOW.date())
    assert [mistake.code for mistake in refused.value.mistakes] == ["before_sent"]
    case.end_verification(OFFICER, CHECK, Outcome.SILENT)
    with pytest.raises(NotAllowed, match="query that is open"):
        case.remind_issuer(OFFICER, CHECK, NOW.date() + timedelta(days=10))


def test_nobody_is_reminded_of_a_check_of_the_goods() -> None:
    case = case_in(states.OPEN)
    opened = case.open_verification(OFFICER, uuid4(), VerificationKind.PHYSICAL, NOW.date())
    with pytest.raises(NotAllowed):
        case.remind_issuer(OFFICER, opened.id, NOW.date())
    assert Act.REMIND not in acts_for(case, OFFICER)


def test_a_fee_is_recorded_only_where_the_authority_charges_any() -> None:
    case = case_in(states.OPEN)
    for wrong in (None, Decimal(-1), Decimal("0.001"), Decimal(10**6)):
        with pytest.raises(Incomplete):
            case.record_fee(OFFICER, wrong)
    with pytest.raises(Incomplete):
        case.record_fee(OFFICER, Decimal(30), "GBP")
    case.record_fee(OFFICER, Decimal(0))
    case.fees = False
    with pytest.raises(NotAllowed, match="charges no fees"):
        case.record_fee(OFFICER, Decimal(30))
    assert Act.RECORD_FEE not in acts_for(case, OFFICER)


@pytest.mark.parametrize("act", [Act.CANCEL, Act.REFUSE, Act.REPLACE, Act.REROUTE, Act.HAND_OVER])
def test_a_declaration_keeps_a_licence_only_while_it_can_be_cleared_there(act: Act) -> None:
    case = case_in(states.AWAITING)
    case.reserve(CUSTOMS, MRN)
    DO[act](case, CUSTOMS if act is Act.REFUSE else OFFICER)
    assert case.reserved_for is None


def test_a_corrected_declaration_keeps_its_lines_only_with_its_quantities() -> None:
    case = case_in(states.AWAITING)
    case.headings = frozenset({"4409"})
    case.clear(CUSTOMS, MRN, Quantities(), lines=[DeclaredLine("44092900", LICENSED)])
    case.correct_declaration(CUSTOMS, OTHER_MRN, LICENSED, "A slip of the pen.")
    assert case.declaration is not None
    assert len(case.declaration.lines) == 1
    case.correct_declaration(CUSTOMS, OTHER_MRN, Quantities(Decimal(15)), "Weighed again.")
    assert (case.declaration.lines, case.declaration.quantities) == ((), Quantities(Decimal(15)))


def test_a_confirmed_verification_does_not_end_a_second_time() -> None:
    case = case_in(states.VERIFYING)
    case.end_verification(OFFICER, CHECK, Outcome.CONFIRMED)
    with pytest.raises(NotAllowed):
        case.end_verification(OFFICER, CHECK, Outcome.NOT_CONFIRMED)


def test_with_four_eyes_the_second_officer_decides_what_the_first_proposed() -> None:
    case = replace_four_eyes(case_in(states.OPEN))
    case.take(OFFICER)
    assert case.validate(OFFICER, NOW, "In order.") is Act.PROPOSE
    assert case.state == states.OPEN
    with pytest.raises(NotYourAct, match="second officer"):
        case.confirm(OFFICER, NOW)
    with pytest.raises(NotAllowed, match="proposed"):
        case.ask(OFFICER, Question(uuid4(), QuestionKind.INFORMATION, "Which invoice?"))
    with pytest.raises(NotAllowed, match="Another decision"):
        case.reject(COLLEAGUE, NOW, "FORMAT", "No stamp.")
    assert case.confirm(COLLEAGUE, NOW) is Act.VALIDATE
    assert case.decision is not None
    assert (case.decision.by, case.decision.confirmed_by, case.decision.text) == (OFFICER, COLLEAGUE, "In order.")
    assert (case.state, case.proposal) == (states.AWAITING, None)


@pytest.mark.parametrize("why", [Alteration.ALTERATION, Alteration.EXTENSION])
def test_an_alteration_or_extension_counts_only_when_its_issuer_confirmed_it(why: Alteration) -> None:
    case = case_in(states.OPEN)
    with pytest.raises(Incomplete) as refused:
        case.amend(OFFICER, 4, why, "Extended by a month.", Confirmation())
    fields = [mistake.field for mistake in refused.value.mistakes]
    assert fields == ["confirmed_by", "confirmed_on", "confirmation_reference"]
    case.amend(OFFICER, 4, why, "Extended by a month.", Confirmation("LIU Jakarta", NOW.date(), "LIU/2026/77"))
    assert case.version == 3


def test_a_return_names_boxes_with_reasons_and_ends_the_questions() -> None:
    case = case_in(states.ASKING)
    with pytest.raises(Incomplete) as refused:
        case.return_for_correction(OFFICER, "", [])
    assert [mistake.field for mistake in refused.value.mistakes] == ["boxes"]
    with pytest.raises(Incomplete):
        case.return_for_correction(OFFICER, "", [BoxReason(19, "MISSING_DATA")])
    case.return_for_correction(OFFICER, "", [BoxReason(15, "MISSING_DATA", "No weight.")])
    assert case.open_questions == []


def test_goods_beyond_ten_per_cent_are_released_only_with_a_reason() -> None:
    declared = Quantities(Decimal(20))
    case = case_in(states.AWAITING)
    with pytest.raises(Incomplete):
        case.clear(CUSTOMS, MRN, declared)
    case.clear(CUSTOMS, MRN, declared, "Weighed again in the presence of the authority.")
    assert case.declaration is not None
    assert case.declaration.override_reason.startswith("Weighed")


def test_a_reason_for_overriding_is_not_kept_when_nothing_had_to_be_overridden() -> None:
    case = case_in(states.AWAITING)
    case.clear(CUSTOMS, MRN, LICENSED, "To be safe.")
    assert case.declaration is not None
    assert case.declaration.override_reason == ""


def test_a_reserved_licence_is_cleared_by_its_declaration_only_and_freed_by_it_only() -> None:
    case = case_in(states.AWAITING)
    case.reserve(CUSTOMS, MRN)
    for act in (
        lambda: case.reserve(CUSTOMS, OTHER_MRN),
        lambda: case.free(CUSTOMS, OTHER_MRN),
        lambda: case.clear(CUSTOMS, OTHER_MRN, LICENSED),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.params == {"number": MRN}
    case.clear(CUSTOMS, MRN, LICENSED)
    assert (case.state, case.reserved_for) == (states.CLEARED, None)


def test_declared_lines_count_by_their_sum_and_each_heading_has_to_be_licensed() -> None:
    lines = [
        DeclaredLine("44092900", Quantities(Decimal("8.2"), Decimal(5000))),
        DeclaredLine("94036010", Quantities(Decimal(7), Decimal(4690))),
    ]
    case = case_in(states.AWAITING)
    case.headings = frozenset({"4409"})
    with pytest.raises(Incomplete) as refused:
        case.clear(CUSTOMS, MRN, Quantities(), lines=lines)
    assert [(m.field, m.code) for m in refused.value.mistakes] == [("lines.1.commodity_code", "heading_differs")]
    case.headings = frozenset({"4409", "9403"})
    case.clear(CUSTOMS, MRN, Quantities(), lines=lines)
    assert case.declaration is not None
    assert (case.declaration.quantities, case.declaration.override_reason) == (LICENSED, "")
