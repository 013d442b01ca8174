"""The rules of a case: who may do what from where, one decision, and never cleared without acceptance."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validation.domain.case import Case
from services.validation.domain.days import day_in
from services.validation.domain.mrn import BadDeclarationNumber, check_digit, declaration_number
from services.validation.domain.numbers import plain, search_key
from services.validation.domain.proceedings import Actor
from services.validation.domain.quantities import NotAMeasure, Quantities, compare, measure, total
from services.validation.domain.refusals import AlreadyDecided, Incomplete, NotAllowed
from services.validation.domain.states import (
    AWAITING,
    CLEARED,
    OPEN,
    REJECTED,
    Act,
    ActorKind,
    State,
)
from tests.validation.examples import MRN, NOW, OTHER_MRN

OFFICER = Actor(ActorKind.MSCA, uuid4(), "Olivia Officer", "Competent authority")
CUSTOMS = Actor(ActorKind.CUSTOMS, uuid4(), "Carl Customs", "Customs office")
BY = {ActorKind.MSCA: OFFICER, ActorKind.CUSTOMS: CUSTOMS}
LICENSED = Quantities(Decimal("15.2"), Decimal(9690))


def case_in(state: State, **changes: object) -> Case:
    values = {
        "licence_id": uuid4(),
        "version": 2,
        "requester_id": uuid4(),
        "lodged_on": NOW.date(),
        "expiry_date": NOW.date() + timedelta(days=90),
        "licensed": LICENSED,
    }
    case = Case(**(values | changes))  # type: ignore[arg-type]
    case.validation_state, case.clearance_state = state
    return case


def test_a_second_officer_is_told_who_decided() -> None:
    case = case_in(OPEN)
    case.validate(OFFICER, NOW)
    with pytest.raises(AlreadyDecided) as told:
        case.reject(Actor(ActorKind.MSCA, uuid4(), "Peter Prudent", "Competent authority"), NOW, "FORMAT", "No stamp.")
    assert told.value.params["name"] == "Olivia Officer"
    assert case.state == AWAITING


def test_a_licence_lodged_on_its_last_day_is_accepted_and_one_day_later_it_is_void() -> None:
    last_day = date(2026, 11, 20)
    case_in(OPEN, lodged_on=last_day, expiry_date=last_day).validate(OFFICER, NOW)
    late = case_in(OPEN, lodged_on=last_day + timedelta(days=1), expiry_date=last_day)
    with pytest.raises(NotAllowed, match="void"):
        late.validate(OFFICER, NOW)
    late.reject(OFFICER, NOW, "EXPIRED_AT_LODGING", "Lodged a day late.")
    assert late.state == REJECTED


def test_the_day_of_lodging_is_that_of_the_member_state() -> None:
    late_evening = NOW.replace(hour=22, minute=30)
    assert day_in("PT", late_evening).day == 20
    assert day_in("BE", late_evening).day == 20
    assert day_in("FI", late_evening).day == 21


@pytest.mark.parametrize(
    ("code", "text", "fields"),
    [("", "", ["reason_code", "reason"]), ("FORMAT", "  ", ["reason"]), ("NO_SUCH", "No stamp.", ["reason_code"])],
)
def test_a_rejection_needs_a_reason_code_and_words(code: str, text: str, fields: list[str]) -> None:
    case = case_in(OPEN)
    with pytest.raises(Incomplete) as refused:
        case.reject(OFFICER, NOW, code, text)
    assert [mistake.field for mistake in refused.value.mistakes] == fields
    assert case.state == OPEN


def test_words_have_a_longest_length_and_lose_what_cannot_be_kept() -> None:
    case = case_in(OPEN)
    with pytest.raises(Incomplete) as refused:
        case.reject(OFFICER, NOW, "FORMAT", "x" * 2_001)
    assert [mistake.code for mistake in refused.value.mistakes] == ["too_long"]
    with pytest.raises(Incomplete):
        case.validate(OFFICER, NOW, "x" * 2_001)
    case.reject(OFFICER, NOW, "FORMAT", " No \0stamp. ")
    assert case.decision is not None
    assert case.decision.text == "No stamp."


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REFUSE])
def test_holding_and_refusing_goods_needs_a_reason(act: Act) -> None:
    case = case_in(AWAITING)
    with pytest.raises(Incomplete):
        {Act.SUSPEND: case.suspend, Act.REFUSE: case.refuse}[act](CUSTOMS, " ")
    assert case.state == AWAITING


def q(volume: str | None = None, weight: str | None = None) -> Quantities:
    return Quantities(volume and Decimal(volume), weight and Decimal(weight))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("licensed", "declared", "codes"),
    [
        (q("100"), q("110"), []),
        (q("100"), q("90"), []),
        (q("100"), q("110.001"), ["quantity_over_10_percent"]),
        (q("100"), q("89.999"), ["quantity_over_10_percent"]),
        (q("0.3"), q("0.33"), []),
        (q("100", "5000"), q("100"), []),
        (q("100", "5000"), q(None, "5500"), []),
        (q("100", "5000"), q("100", "5501"), ["quantity_over_10_percent"]),
        (q("100"), q(None, "5000"), ["measure_differs"]),
        (q("100"), q(), ["quantity_missing"]),
        (q(), q("100"), ["nothing_licensed"]),
        (q("100"), q("0"), ["not_positive"]),
        (q("100"), q("-100"), ["not_positive"]),
    ],
)
def test_ten_per_cent_of_every_measure_that_both_sides_give(
    licensed: Quantities, declared: Quantities, codes: list[str]
) -> None:
    case = case_in(AWAITING, licensed=licensed)
    if codes:
        with pytest.raises(Incomplete) as refused:
            case.clear(CUSTOMS, MRN, declared)
        assert [mistake.code for mistake in refused.value.mistakes] == codes
        assert case.state == AWAITING
    else:
        case.clear(CUSTOMS, MRN, declared)
        assert case.state == CLEARED


def test_the_arithmetic_is_told_with_a_refused_clearance() -> None:
    case = case_in(AWAITING, licensed=q("100"))
    with pytest.raises(Incomplete) as refused:
        case.clear(CUSTOMS, MRN, q("120"))
    params = refused.value.mistakes[0].params
    assert (params["difference"], params["percent"]) == (Decimal(20), Decimal("20.00"))
    assert (params["least"], params["most"]) == (Decimal(90), Decimal(110))


def test_percent_is_rounded_to_be_read_but_judged_unrounded() -> None:
    comparison = compare(q("30000"), q("33000.001"))[0]
    assert comparison.percent == Decimal("10.00")
    assert comparison.conforms is False


def test_what_is_given_for_the_whole_licence_counts_before_the_lines() -> None:
    assert total(q("10"), [q("3", "1000"), q("4", "2000")]) == q("10", "3000")
    assert total(None, [q("3"), q("4", "2000")]) == q("7")
    assert total(None, []) == q()


@pytest.mark.parametrize("known", ["06DE586600006143E1", "21DE27364916384836", "21DE12345678901234", MRN, OTHER_MRN])
def test_the_check_digit_agrees_with_published_numbers(known: str) -> None:
    assert declaration_number(known) == known


def test_a_declaration_number_is_kept_without_blanks_in_capital_letters() -> None:
    assert declaration_number(" 06de 5866 00006143 e1 ") == "06DE586600006143E1"


@pytest.mark.parametrize(
    "wrong", ["", "06DE58660000614E1", "DEDE586600006143E1", "06DE586600006143EX", "06DE58660000614.E1"]
)
def test_what_has_another_form_is_no_declaration_number(wrong: str) -> None:
    with pytest.raises(BadDeclarationNumber) as refused:
        declaration_number(wrong)
    assert refused.value.expected is None


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed_unless_the_remainder_hides_it(position: int, digit: str) -> None:
    number = "06DE586600006143E"
    changed = number[:position] + digit + number[position + 1 :]
    if check_digit(changed) != 1 and number[position].isdigit():
        with pytest.raises(BadDeclarationNumber):
            declaration_number(changed + "1")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("9690.5", Decimal("9690.5")), ("9 690", Decimal(9690)), (" ", None), ("0.001", Decimal("0.001"))],
)
def test_quantities_are_read_as_typed(typed: str, value: Decimal | None) -> None:
    assert measure(typed) == value


@pytest.mark.parametrize("typed", ["9,690", "9.6901", "-5", "1e5", "12 m3", "١٢", "9999999999"])
def test_a_quantity_that_could_be_misread_is_refused(typed: str) -> None:
    with pytest.raises(NotAMeasure):
        measure(typed)


def test_numbers_are_found_however_they_were_typed() -> None:
    assert plain(" v-legal: 26.00417-00123.003-id-be") == "26.00417-00123.003-ID-BE"
    assert search_key("26 00417 00123 003 ID BE") == search_key("V-LEGAL 26.00417-00123.003-ID-BE")
