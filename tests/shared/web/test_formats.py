from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.web import formats
from shared.web.i18n import using

LATE = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)


def test_a_moment_is_told_by_the_persons_clock_with_the_zones_name():
    assert formats.local_datetime(LATE) == "1 Feb 2027, 00:30 CET"
    with using("en", "Europe/Lisbon"):
        assert formats.local_datetime(LATE) == "31 Jan 2027, 23:30 WET"
    with using("de", "Europe/Berlin"):
        assert formats.local_datetime(LATE) == "1 Feb. 2027, 00:30 MEZ"


def test_the_day_of_a_moment_depends_on_the_zone_but_a_day_does_not():
    with using("en", "Europe/Lisbon"):
        assert formats.local_date(LATE) == "31 Jan 2027"
    with using("en", "Europe/Athens"):
        assert formats.local_date(LATE) == "1 Feb 2027"
        assert formats.local_date(date(2027, 1, 31)) == "31 Jan 2027"


def test_dates_that_travelled_as_text_are_understood():
    assert formats.local_date("2027-01-31") == "31 Jan 2027"
    assert formats.local_datetime("2027-01-31T23:30:00+00:00") == "1 Feb 2027, 00:30 CET"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1234.5", "1,234.5"), (Decimal("18.125"), "18.125"), (7, "7"), (0, "0"), ("0.0004", "0"), (None, "")],
)
def test_numbers_have_at_most_three_decimals(value: str | Decimal | int | None, shown: str):
    assert formats.local_number(value) == shown


def test_measures_carry_their_unit_and_nothing_is_shown_for_nothing():
    with using("de"):
        assert formats.volume("1234.5") == "1.234,5\N{NO-BREAK SPACE}m³"
    assert formats.weight(20300) == "20,300\N{NO-BREAK SPACE}kg"
    assert formats.volume(None) == ""


def test_the_size_of_a_file_is_rounded():
    assert formats.byte_size(1) == "1\N{NO-BREAK SPACE}kB"
    assert formats.byte_size(2_340_000) == "2.3\N{NO-BREAK SPACE}MB"


def test_countries_are_named_in_the_persons_language():
    assert formats.country("ID") == "Indonesia"
    assert formats.country("gh") == "Ghana"
    assert formats.country("??") == "??"
    assert formats.country(None) == ""
    with using("de"):
        assert formats.country("DE") == "Deutschland"


def test_how_long_ago_is_said_roughly():
    now = datetime(2027, 2, 1, tzinfo=UTC)

    assert formats.ago(now - timedelta(hours=3), now) == "3 hours ago"
    assert formats.ago(now + timedelta(days=2), now) == "in 2 days"
