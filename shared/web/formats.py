"""Dates, numbers and names of countries as the person being answered reads them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

from shared.web.i18n import speech

Number = int | float | Decimal | str


def _locale() -> Locale:
    return Locale.parse(_english_for_europe(speech().language).replace("-", "_"))


def _english_for_europe(language: str) -> str:
    """English here means that of Europe: the day first, and CET known by its name."""
    return "en_GB" if language == "en" else language


def local_date(value: date | datetime | str | None) -> str:
    """A day, such as 3 March 2027; a moment is first brought into the person's time zone."""
    if not value:
        return ""
    day = _parsed(value)
    if isinstance(day, datetime):
        day = _in_zone(day).date()
    return format_date(day, format="d MMM y", locale=_locale())


def local_datetime(value: datetime | str | None) -> str:
    """A moment in the person's time zone, with the zone's short name."""
    if not value:
        return ""
    moment = _parsed(value)
    if not isinstance(moment, datetime):
        return local_date(moment)
    return format_datetime(_in_zone(moment), format="d MMM y, HH:mm z", locale=_locale())


def ago(value: datetime | str | None, now: datetime | None = None) -> str:
    """How long since (or until) a moment, roughly: "3 hours ago"."""
    if not value:
        return ""
    moment = _parsed(value)
    if not isinstance(moment, datetime):
        return local_date(moment)
    return format_timedelta(moment - (now or datetime.now(UTC)), add_direction=True, locale=_locale())


def local_number(value: Number | None) -> str:
    """A number with the separators of the language, no decimals but those it has (at most three)."""
    if value is None or value == "":
        return ""
    return format_decimal(Decimal(str(value)), format="#,##0.###", locale=_locale())


def volume(value: Number | None) -> str:
    """Cubic metres, up to three decimals."""
    return _measured(value, "m³")


def weight(value: Number | None) -> str:
    """Kilograms, up to three decimals."""
    return _measured(value, "kg")


def country(code: str | None) -> str:
    """A country's name by its ISO 3166 two-letter code; the code itself when nobody knows it."""
    if not code:
        return ""
    return str(_locale().territories.get(code.upper(), code))


def byte_size(value: int) -> str:
    """The size of a file: whole kB, or MB with one decimal."""
    if value < 1_000_000:
        return f"{local_number(-(-value // 1_000))}\N{NO-BREAK SPACE}kB"
    return f"{local_number(round(value / 1_000_000, 1))}\N{NO-BREAK SPACE}MB"


def _measured(value: Number | None, unit: str) -> str:
    text = local_number(value)
    return f"{text}\N{NO-BREAK SPACE}{unit}" if text else ""


def _parsed(value: date | datetime | str) -> date | datetime:
    """ISO text, as it travels in events, becomes what it says."""
    if not isinstance(value, str):
        return value
    return date.fromisoformat(value) if len(value) <= len("2027-01-31") else datetime.fromisoformat(value)


def _in_zone(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(speech().zone))


FILTERS = {
    "date": local_date,
    "datetime": local_datetime,
    "ago": ago,
    "number": local_number,
    "volume": volume,
    "weight": weight,
    "country": country,
    "byte_size": byte_size,
}
