"""Rules of second factors and sessions, without database and web."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.guessing import CODE, PASSWORD
from services.identity.domain.refusals import WrongFields
from services.identity.domain.second_factor import (
    NAME_LENGTH,
    PROOF_LIVES,
    RECOVERY_CODES,
    check_name,
    is_app_code,
    is_fresh,
    new_recovery_codes,
    recovery_hash,
    steps_taken,
    tidy,
    time_step,
)
from services.identity.domain.sessions import browser_name

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def test_a_code_of_the_step_before_now_or_after_is_taken_but_none_twice() -> None:
    present = time_step(NOW)

    assert steps_taken(NOW, after=0) == [present - 1, present, present + 1]
    assert steps_taken(NOW, after=present) == [present + 1]
    assert steps_taken(NOW, after=present + 1) == []


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_step_lasts_thirty_seconds_from_the_full_half_minute(moment: datetime) -> None:
    begin = moment.replace(second=moment.second // 30 * 30, microsecond=0)

    assert time_step(moment) == time_step(begin)
    assert time_step(begin + timedelta(seconds=30)) == time_step(begin) + 1


def test_a_proof_is_fresh_for_ten_minutes() -> None:
    assert is_fresh(NOW, NOW)
    assert is_fresh(NOW - PROOF_LIVES + timedelta(seconds=1), NOW)
    assert not is_fresh(NOW - PROOF_LIVES, NOW)
    assert not is_fresh(None, NOW)


def test_recovery_codes_differ_are_read_however_they_are_grouped_and_belong_to_one_account() -> None:
    codes, somebody = new_recovery_codes(), uuid4()

    assert len({tidy(code) for code in codes}) == RECOVERY_CODES
    assert not any(is_app_code(tidy(code)) for code in codes)
    assert recovery_hash(somebody, codes[0]) == recovery_hash(somebody, codes[0].upper().replace("-", "  "))
    assert recovery_hash(somebody, codes[0]) != recovery_hash(uuid4(), codes[0])
    assert len({recovery_hash(somebody, code) for code in codes}) == RECOVERY_CODES


@pytest.mark.parametrize(
    ("typed", "is_code"), [("123456", True), ("12345", False), ("1234567", False), ("abcdef", False)]
)
def test_six_digits_are_the_code_of_an_app(typed: str, is_code: bool) -> None:
    assert is_app_code(tidy(f" {typed[:3]} {typed[3:]} ")) is is_code


def test_a_factor_has_a_name_of_its_owners_choice() -> None:
    assert check_name("  work phone ") == "work phone"
    for wrong in ("", "   ", "x" * (NAME_LENGTH + 1)):
        with pytest.raises(WrongFields):
            check_name(wrong)


def test_codes_are_guessed_less_often_than_passwords() -> None:
    assert CODE[0].for_account < PASSWORD[0].for_account
    quarter, day = CODE
    assert quarter.is_reached(quarter.for_account, 0)
    assert quarter.is_reached(0, PASSWORD[0].from_address or 0)
    assert not day.is_reached(day.for_account - 1, 10_000)
    assert day.is_reached(day.for_account, 0)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (FIREFOX, "Firefox · Linux"),
        (EDGE, "Edge · Windows"),
        (IPHONE, "Safari · iPhone"),
        ("python-httpx/0.28.1", "python-httpx/0.28.1"),
        ("", ""),
    ],
)
def test_a_session_is_called_by_browser_and_system(said: str, shown: str) -> None:
    assert browser_name(said) == shown
