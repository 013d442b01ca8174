"""The risk score: its bounds and order, what brings points, the sample, and when it is worked out."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.validation import storage, use_cases
from services.validation.domain import risk
from services.validation.domain.checks import run_checks
from services.validation.domain.facts import Check, Facts, Finding, Outcome
from services.validation.domain.policy import FourEyes, Policy
from services.validation.domain.risk import MOST_FLAGS, WEIGHTS, Signs, assess, is_sampled, weigh
from services.validation.risk_words import RISKS
from services.validation.service import Validation
from services.validation.storage import StoredCase
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, flag, licence, opened

CODES = st.lists(st.sampled_from(sorted(WEIGHTS)), unique=True)
POINTS = st.fixed_dictionaries({code: st.integers(0, 100) for code in WEIGHTS})
QUIET = Signs(lodged_on=date(2026, 11, 20), earlier=3, issuing_since=date(2016, 11, 15))


@given(found=CODES, weights=POINTS, flags=st.integers(0, 50))
def test_the_score_is_the_sum_of_its_reasons_from_0_to_100(
    found: list[str], weights: dict[str, int], flags: int
) -> None:
    assessment = weigh(found, weights, flags=flags)
    assert 0 <= assessment.score <= 100
    assert assessment.score == min(100, sum(reason.points for reason in assessment.reasons))
    assert all(reason.points > 0 for reason in assessment.reasons)


@given(found=CODES, more=CODES, weights=POINTS, flags=st.integers(0, 5), more_flags=st.integers(0, 5))
def test_more_reasons_never_make_a_case_less_risky(
    found: list[str], more: list[str], weights: dict[str, int], flags: int, more_flags: int
) -> None:
    before, after = weigh(found, weights, flags=flags), weigh([*found, *more], weights, flags=flags + more_flags)
    assert after.score >= before.score


@given(found=CODES, weights=POINTS, heavier=st.sampled_from(sorted(WEIGHTS)))
def test_a_weightier_reason_never_makes_a_case_less_risky(
    found: list[str], weights: dict[str, int], heavier: str
) -> None:
    assert weigh(found, weights | {heavier: 100}).score >= weigh(found, weights).score


def test_flags_count_one_by_one_up_to_three() -> None:
    scores = [weigh([], WEIGHTS, flags=number).score for number in range(6)]
    assert scores == [WEIGHTS["flags"] * min(number, MOST_FLAGS) for number in range(6)]


@pytest.mark.parametrize(
    ("signs", "reason"),
    [
        ({"earlier": 0}, "first_of_parties"),
        ({"has_scan": False}, "no_scan"),
        ({"issuing_since": date(2025, 8, 15)}, "new_partner"),
        ({"issuing_since": None}, "new_partner"),
        ({"expiry_date": date(2026, 12, 3)}, "expires_soon"),
    ],
)
def test_what_is_known_beside_the_checks_brings_its_reason(signs: dict[str, object], reason: str) -> None:
    assert [found.code for found in assess([], QUIET, WEIGHTS).reasons] == []
    found = assess([], Signs(**{**vars(QUIET), **signs}), WEIGHTS)
    assert [(one.code, one.points) for one in found.reasons] == [(reason, WEIGHTS[reason])]


def test_a_check_without_a_reason_of_its_own_counts_all_the_same() -> None:
    def check(outcome: Outcome) -> Check:
        return Check("brand_new", "Brand new", "", (Finding(outcome, "Something"),))

    codes = [[r.code for r in assess([check(outcome)], QUIET, WEIGHTS).reasons] for outcome in Outcome]
    assert codes == [[], ["other_check_warned"], ["other_check_failed"]]


def test_each_reason_that_a_check_brings_belongs_to_a_check_that_is_run() -> None:
    facts = Facts(
        licence_number="26.1", vpa_country="ID", member_state="BE", lodged_on=date(2026, 11, 20), expiry_date=None,
        signed_on=None, lines=(), listed=(),
    )  # fmt: skip
    run = {check.code for check in run_checks(facts)}
    assert {code for code, _outcome in risk._OF_CHECK} <= run
    assert set(risk._OF_CHECK.values()) <= set(WEIGHTS)


def test_a_protected_species_has_its_own_weight() -> None:
    found = assess([Check("cites", "", "", (Finding(Outcome.WARN, "Ramin"),))], QUIET, WEIGHTS)
    assert [(one.code, one.points) for one in found.reasons] == [("cites", WEIGHTS["cites"])]


def test_every_reason_has_its_words() -> None:
    assert set(RISKS) == set(WEIGHTS)


def test_the_sample_is_the_same_every_time_and_about_as_large_as_was_asked() -> None:
    ids = [UUID(int=number) for number in range(10_000)]
    drawn = [one for one in ids if is_sampled(one, 10, b"secret")]
    assert drawn == [one for one in ids if is_sampled(one, 10, b"secret")]
    assert 900 < len(drawn) < 1_100
    assert set(drawn) <= {one for one in ids if is_sampled(one, 20, b"secret")}
    assert drawn != [one for one in ids if is_sampled(one, 10, b"another")]
    assert [is_sampled(uuid4(), percent) for percent in (0, 100)] == [False, True]


async def case_of(service: Validation, case_id: UUID) -> StoredCase:
    async with service.work() as work:
        found = await storage.find(work.db, case_id)
    assert found is not None
    return found


async def test_new_cases_are_assessed_soon_and_again_by_new_weights(service: Validation, people: People) -> None:
    case_id = await opened(service, licence(point_of_entry="DE002352", flags=[flag(), flag()]))
    assert (await case_of(service, case_id)).assessed_at is None
    await service.assess_new()
    case = await case_of(service, case_id)
    assert case.assessed_at == NOW
    points = {reason.code: reason.points for reason in case.risk_reasons}
    assert points["flags"] == 2 * WEIGHTS["flags"]
    assert points["first_of_parties"] == WEIGHTS["first_of_parties"]
    assert case.risk == sum(points.values())
    assert case.version == 2
    async with service.work() as work:
        heavy = Policy(risk_weights={"flags": 50}, sampling_percent=100)
        await storage.keep_policy(work.db, "DE", heavy, version=0, at=NOW, by=uuid4())
        await storage.assess_again(work.db, "DE")
    await service.assess_new()
    case = await case_of(service, case_id)
    assert (case.risk, case.sampled) == (100, True)


async def test_a_licence_handed_in_again_is_assessed_anew(service: Validation, people: People) -> None:
    first = licence(boxes=boxes(expiry_date=NOW.date() + timedelta(days=5)))
    await opened(service, first)
    await service.assess_new()
    assert "expires_soon" in {r.code for r in (await case_of(service, first.id)).risk_reasons}
    await opened(service, first.model_copy(update={"version": 3, "boxes": boxes()}))
    await service.assess_new()
    assert "expires_soon" not in {r.code for r in (await case_of(service, first.id)).risk_reasons}


async def test_a_decision_that_hangs_on_the_risk_waits_for_no_round(service: Validation, people: People) -> None:
    case_id = await opened(service, licence(point_of_entry="NL000396", flags=[flag()]))
    async with service.work() as work:
        strict = Policy(four_eyes=FourEyes.ABOVE, four_eyes_above=5)
        await storage.keep_policy(work.db, "NL", strict, version=0, at=NOW, by=uuid4())
        case = await use_cases.validate_licence(work, people.dutch_officer, case_id)
    assert case.proposal is not None
    assert case.decision is None
