"""Each check at its edges. What it found is named by outcome and by the values of its sentence."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.validation.domain import checks
from services.validation.domain.checks import (
    Facts,
    Line,
    ListedCode,
    Outcome,
    Partner,
    Passed,
    Protected,
    SameNumber,
    run_checks,
)
from services.validation.domain.quantities import Quantities
from shared import reference_data
from tests.validation.examples import NOW

LISTED = (
    ListedCode("*", "4407", "Sawn wood", licensable=True),
    ListedCode("ID", "4407", "Sawn wood, planed", licensable=True),
    ListedCode("ID", "4407", "Sawn wood, not planed", licensable=False),
    ListedCode("*", "4403", "Wood in the rough", licensable=True),
    ListedCode("ID", "4403", "Wood in the rough", licensable=False),
    ListedCode("ID", "9403", "Wooden furniture", licensable=True, excluded=("bamboo", "rattan")),
)
MASK = reference_data.number_format("ID")
FACTS = Facts(
    licence_number="26.00417-00123.003-ID-BE",
    vpa_country="ID",
    member_state="BE",
    lodged_on=date(2026, 11, 20),
    expiry_date=date(2027, 2, 28),
    signed_on=date(2026, 11, 2),
    lines=(Line(1, "94036000", "Tables", Quantities(Decimal("15.2"), Decimal(9690))),),
    listed=LISTED,
    number_mask=MASK.human,
    number_pattern=MASK.regex,
    earlier=3,
    partner=Partner("ID", issuing=True, since=date(2016, 11, 15)),
    arrival=date(2027, 1, 10),
    protected=(Protected(("Gonystylus bancanus", "Ramin"), "CITES Appendix II"),),
)


def goods(code: str, description: str = "Tables", volume: str = "1", weight: str = "600") -> tuple[Line, ...]:
    return (Line(1, code, description, Quantities(Decimal(volume), Decimal(weight))),)


def test_a_licence_with_nothing_wrong_passes_every_check() -> None:
    assert {check.code: check.outcome for check in run_checks(FACTS)} == {
        "expiry_at_lodging": Outcome.OK,
        "arrival": Outcome.OK,
        "partner_country": Outcome.OK,
        "number_format": Outcome.OK,
        "duplicates": Outcome.OK,
        "replacement": Outcome.OK,
        "destination": Outcome.OK,
        "scope": Outcome.OK,
        "density": Outcome.OK,
        "cites": Outcome.OK,
        "flags": Outcome.OK,
        "earlier_licences": Outcome.OK,
    }


@pytest.mark.parametrize(
    ("expiry", "outcome"),
    [
        (date(2026, 11, 20), Outcome.OK),
        (date(2026, 11, 19), Outcome.FAIL),
        (None, Outcome.FAIL),
    ],
)
def test_the_last_day_of_validity_is_still_in_time(expiry: date | None, outcome: Outcome) -> None:
    assert checks.expiry_at_lodging(replace(FACTS, expiry_date=expiry)).outcome is outcome


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("v-legal 26.00417-00123.003-id-be", Outcome.OK),
        ("26.417-123.3-ID-BE", Outcome.FAIL),
        ("25.00417-00123.003-ID-BE", Outcome.WARN),
    ],
)
def test_numbers_are_compared_with_the_published_form_and_the_year_of_box_18(number: str, outcome: Outcome) -> None:
    assert checks.number_format(replace(FACTS, licence_number=number)).outcome is outcome


def test_a_country_without_a_published_form_is_not_held_against_the_importer() -> None:
    ghana = replace(FACTS, licence_number="TIDD/0001", vpa_country="GH", number_mask="", number_pattern="")
    assert checks.number_format(ghana).outcome is Outcome.OK
    assert checks.destination(ghana).outcome is Outcome.OK


@pytest.mark.parametrize(("state", "outcome"), [("validated", Outcome.FAIL), ("submitted", Outcome.WARN)])
def test_a_number_lodged_before_is_shown_with_where_and_when(state: str, outcome: Outcome) -> None:
    check = checks.duplicates(replace(FACTS, same_number=(SameNumber(state, "NL", NOW),)))
    assert check.outcome is outcome
    assert check.findings[0].params == {"country": "NL", "day": NOW, "state": state}


def test_another_destination_in_the_number_is_worth_a_look() -> None:
    check = checks.destination(replace(FACTS, member_state="NL"))
    assert (check.outcome, check.findings[0].params) == (Outcome.WARN, {"named": "BE", "here": "NL"})


@pytest.mark.parametrize(
    ("code", "description", "outcome"),
    [
        ("94036000", "Tables", Outcome.OK),
        ("94036000", "Tables of rattan", Outcome.WARN),
        ("44071100", "Boards", Outcome.WARN),
        ("44039900", "Logs", Outcome.FAIL),
        ("48010000", "Paper", Outcome.WARN),
    ],
)
def test_each_code_is_held_against_the_annexes(code: str, description: str, outcome: Outcome) -> None:
    assert checks.scope(replace(FACTS, lines=goods(code, description))).outcome is outcome


def test_what_a_country_forbids_wins_over_the_common_annex_only_for_that_country() -> None:
    logs = replace(FACTS, lines=goods("44039900"))
    assert checks.scope(logs).outcome is Outcome.FAIL
    assert checks.scope(replace(logs, vpa_country="GH")).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("weight", "outcome"),
    [("150", Outcome.OK), ("149.999", Outcome.WARN), ("1400", Outcome.OK), ("1400.001", Outcome.WARN)],
)
def test_density_is_expected_between_150_and_1400(weight: str, outcome: Outcome) -> None:
    assert checks.density(replace(FACTS, lines=goods("94036000", weight=weight))).outcome is outcome


def test_a_check_is_as_bad_as_the_worst_line() -> None:
    lines = (*goods("94036000"), Line(2, "44039900", "Logs", Quantities(Decimal(1))))
    check = checks.scope(replace(FACTS, lines=lines))
    assert [finding.outcome for finding in check.findings] == [Outcome.OK, Outcome.FAIL]
    assert check.outcome is Outcome.FAIL


def test_earlier_rejections_of_the_same_parties_are_worth_a_look() -> None:
    assert checks.earlier_licences(replace(FACTS, earlier=0)).outcome is Outcome.OK
    assert checks.earlier_licences(replace(FACTS, earlier_rejected=1)).outcome is Outcome.WARN


def test_every_sentence_can_be_filled_in() -> None:
    odd = replace(
        FACTS,
        licence_number="x",
        expiry_date=date(2020, 1, 1),
        same_number=(SameNumber("validated", "NL", NOW),),
        lines=goods("48010000", weight="1") + goods("44071100") + goods("44039900") + goods("94036000", "bamboo"),
        earlier_rejected=1,
    )
    for check in run_checks(odd) + run_checks(FACTS):
        for finding in check.findings:
            assert "%(" not in finding.message % finding.params


@pytest.mark.parametrize(
    ("arrival", "outcome"),
    [(date(2027, 2, 28), Outcome.OK), (date(2027, 3, 1), Outcome.WARN), (None, Outcome.OK)],
)
def test_goods_that_arrive_after_the_expiry_are_allowed_but_looked_at(arrival: date | None, outcome: Outcome) -> None:
    assert checks.arrival(replace(FACTS, arrival=arrival)).outcome is outcome


@pytest.mark.parametrize(
    ("partner", "signed", "outcome"),
    [
        (Partner("ID", True, date(2016, 11, 15)), date(2016, 11, 15), Outcome.OK),
        (Partner("ID", True, date(2016, 11, 15)), date(2016, 11, 14), Outcome.FAIL),
        (Partner("ID", True, None), date(2016, 11, 14), Outcome.WARN),
        (Partner("ID", True, date(2016, 11, 15)), None, Outcome.WARN),
        (Partner("CM", False, None), date(2026, 11, 2), Outcome.FAIL),
        (None, date(2026, 11, 2), Outcome.FAIL),
    ],
)
def test_a_licence_was_signed_when_its_country_issued_licences(
    partner: Partner | None, signed: date | None, outcome: Outcome
) -> None:
    assert checks.partner_country(replace(FACTS, partner=partner, signed_on=signed)).outcome is outcome


@pytest.mark.parametrize(
    ("description", "species", "outcome"),
    [
        ("Dowels of RAMIN", (), Outcome.WARN),
        ("Dowels", ("gonystylus bancanus",), Outcome.WARN),
        ("Dowels", ("Shorea leprosula",), Outcome.OK),
        ("Framing", (), Outcome.OK),
    ],
)
def test_a_protected_species_is_found_in_names_and_descriptions_as_a_whole_word(
    description: str, species: tuple[str, ...], outcome: Outcome
) -> None:
    lines = (Line(2, "44140010", description, Quantities(), species),)
    check = checks.protected_species(replace(FACTS, lines=lines))
    assert check.outcome is outcome
    if outcome is Outcome.WARN:
        assert check.findings[0].params == {"line": 2, "species": "Gonystylus bancanus", "note": "CITES Appendix II"}


def test_what_was_noted_at_entry_is_shown_with_its_box() -> None:
    check = checks.flags(replace(FACTS, flags=(Passed("Unusual.", 15), Passed("Odd."))))
    assert [finding.params for finding in check.findings] == [{"box": 15, "flag": "Unusual."}, {"flag": "Odd."}]


def test_a_replacement_is_looked_at_and_a_replaced_licence_counts_no_more() -> None:
    assert checks.replacement(replace(FACTS, replaces="26.00001")).outcome is Outcome.WARN
    assert checks.replacement(replace(FACTS, replaced_by="26.00002")).outcome is Outcome.FAIL
