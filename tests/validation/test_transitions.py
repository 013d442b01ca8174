"""Who may do what from where: every cell of the table, and what each act asks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from services.validation.domain import states
from services.validation.domain.case import Case
from services.validation.domain.core import TakenByOther
from services.validation.domain.permitted import acts_for, may_confirm
from services.validation.domain.proceedings import (
    Actor,
    Alteration,
    BoxReason,
    Confirmation,
    DeclaredLine,
    Officer,
    Outcome,
    Question,
    QuestionKind,
    Verification,
    VerificationKind,
)
from services.validation.domain.quantities import Quantities
from services.validation.domain.refusals import Incomplete, NotAllowed, NotYourAct
from services.validation.domain.states import DECIDING, STATES, UNDECIDED, Act, ActorKind, State
from tests.validation.examples import MRN, NOW, OTHER_MRN

OFFICER = Actor(ActorKind.MSCA, uuid4(), "Olivia Officer", "Competent authority")
COLLEAGUE = Actor(ActorKind.MSCA, uuid4(), "Peter Prudent", "Competent authority")
CUSTOMS = Actor(ActorKind.CUSTOMS, uuid4(), "Carl Customs", "Customs office")
COMPANY = Actor(ActorKind.COMPANY, uuid4(), "Ines Importer", "Timber Trade NV")
ACTORS = {ActorKind.MSCA: OFFICER, ActorKind.CUSTOMS: CUSTOMS, ActorKind.COMPANY: COMPANY}
LICENSED = Quantities(Decimal("15.2"), Decimal(9690))
QUESTION, CHECK = UUID(int=1), UUID(int=2)

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

ALLOWED = """
                     open      verifying  asking     returned withdrawn rejected cancelled replaced awaiting  cleared  suspended refused   by
take                 open      verifying  asking     -        -         -        -         -        -         -        -         -         m
release              open      verifying  asking     -        -         -        -         -        -         -        -         -         m
ask                  asking    asking     asking     -        -         -        -         -        -         -        -         -         m
answer               -         -          open       -        -         -        -         -        -         -        -         -         f
waive                -         -          open       -        -         -        -         -        -         -        -         -         m
open_verification    verifying verifying  asking     -        -         -        -         -        -         -        -         -         m
remind               verifying verifying  asking     -        -         -        -         -        -         -        -         -         m
end_verification     open      open       asking     -        -         -        -         -        -         -        -         -         m
amend                open      verifying  asking     -        -         -        -         -        -         -        -         -         m
return               returned  -          returned   -        -         -        -         -        -         -        -         -         m
propose              open      verifying  asking     -        -         -        -         -        -         -        -         -         m
decline              open      verifying  asking     -        -         -        -         -        -         -        -         -         m
validate             awaiting  -          -          -        -         -        -         -        -         -        -         -         m
reject               rejected  rejected   rejected   -        -         -        -         -        -         -        -         -         m
withdraw             withdrawn withdrawn  withdrawn  withdrawn -        -        -         -        -         -        -         -         f
cancel               -         -          -          -        -         -        -         -        cancelled -        cancelled -         m
replace              replaced  replaced   replaced   -        -         replaced replaced  -        replaced  -        replaced  replaced  m
take_place           open      verifying  asking     -        -         -        -         -        awaiting  -        suspended -         m
reroute              open      verifying  asking     -        -         -        -         -        awaiting  -        suspended -         m
hand_over            open      -          -          -        -         -        -         -        open      -        -         -         m
record_fee           open      verifying  asking     -        -         rejected cancelled replaced awaiting  cleared  suspended refused   m
clear                -         -          -          -        -         -        -         -        cleared   -        -         -         c
suspend              -         -          -          -        -         -        -         -        suspended -        -         -         c
resume               -         -          -          -        -         -        -         -        -         -        awaiting  -         mc
refuse               -         -          -          -        -         -        -         -        refused   -        refused   -         mc
correct_declaration  -         -          -          -        -         -        -         -        -         cleared  -         -         c
reserve              -         -          -          -        -         -        -         -        awaiting  -        -         -         c
free                 -         -          -          -        -         -        -         -        awaiting  -        suspended -         c
"""  # noqa: E501
"""Where each act leads, written out by hand beside the table in the code. m: authority, c: customs, f: company."""
BY = {"m": ActorKind.MSCA, "c": ActorKind.CUSTOMS, "f": ActorKind.COMPANY}
NAMED: dict[str, State] = {
    name.lower(): getattr(states, name) for name in vars(states) if getattr(states, name) in STATES
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


def cells() -> list[tuple[Act, str, str, str]]:
    header, *rows = (line.split() for line in ALLOWED.strip().splitlines())
    assert [row[0] for row in rows] == [act.value for act in Act]
    return [
        (Act(row[0]), start, end, row[-1]) for row in rows for start, end in zip(header[:-1], row[1:-1], strict=True)
    ]


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize(("act", "start", "end", "by"), cells())
def test_each_act_leads_where_the_table_says_and_nowhere_else(
    act: Act, start: str, end: str, by: str, kind: ActorKind
) -> None:
    case = case_in(NAMED[start], act)
    before = replace(case)
    if kind not in {BY[letter] for letter in by}:
        with pytest.raises(NotYourAct):
            DO[act](case, ACTORS[kind])
    elif end == "-":
        with pytest.raises(NotAllowed):
            DO[act](case, ACTORS[kind])
    else:
        DO[act](case, ACTORS[kind])
        assert (case.state, case.version) == (NAMED[end], 3)
        return
    if act is Act.PROPOSE:
        before.four_eyes = case.four_eyes
    assert case == before


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize(("act", "start", "end", "by"), cells())
def test_an_act_is_offered_exactly_when_it_would_be_done(
    act: Act, start: str, end: str, by: str, kind: ActorKind
) -> None:
    case = case_in(NAMED[start], act)
    case.four_eyes = case.four_eyes or act is Act.PROPOSE
    before = replace(case)
    offered = act in acts_for(case, ACTORS[kind])
    assert offered is (kind in {BY[letter] for letter in by} and end != "-")
    assert case == before


def test_acts_that_change_a_proposed_case_are_not_offered_and_confirming_is_for_the_second_officer() -> None:
    case = replace_four_eyes(case_in(states.OPEN))
    assert not may_confirm(case, COLLEAGUE)
    case.validate(OFFICER, NOW)
    assert may_confirm(case, COLLEAGUE)
    assert not may_confirm(case, OFFICER)
    changing = {Act.ASK, Act.OPEN_VERIFICATION, Act.AMEND, Act.RETURN, Act.HAND_OVER, Act.PROPOSE}
    assert not changing & acts_for(case, COLLEAGUE)
    assert Act.DECLINE in acts_for(case, OFFICER)


def test_a_void_or_doubtful_licence_is_not_offered_to_be_validated_and_nothing_to_who_entered_it() -> None:
    void = case_in(states.OPEN)
    void.expiry_date = NOW.date() - timedelta(days=1)
    assert acts_for(void, OFFICER) & {Act.VALIDATE, Act.REJECT} == {Act.REJECT}
    doubtful = case_in(states.OPEN, Act.END_VERIFICATION)
    assert acts_for(doubtful, OFFICER) & {Act.VALIDATE, Act.REJECT, Act.END_VERIFICATION} == {
        Act.REJECT, Act.END_VERIFICATION
    }  # fmt: skip
    own = case_in(states.OPEN)
    own.requester_id = OFFICER.account_id
    assert not acts_for(own, OFFICER) & DECIDING
    assert Act.ASK in acts_for(own, OFFICER)


@pytest.mark.parametrize("act", sorted(DECIDING))
def test_nobody_decides_on_a_licence_they_entered(act: Act) -> None:
    start = states.AWAITING if act is Act.CANCEL else states.OPEN
    case = case_in(start, act)
    case.requester_id = OFFICER.account_id
    with pytest.raises(NotYourAct, match="entered this licence yourself"):
        DO[act](case, OFFICER)
    assert case.state == start


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
