"""Which day it is where a licence is lodged: the law counts days, not moments."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_ZONES = {
    "PT": "Europe/Lisbon",
    "IE": "Europe/Dublin",
    "BG": "Europe/Sofia",
    "CY": "Asia/Nicosia",
    "EE": "Europe/Tallinn",
    "FI": "Europe/Helsinki",
    "GR": "Europe/Athens",
    "LT": "Europe/Vilnius",
    "LV": "Europe/Riga",
    "RO": "Europe/Bucharest",
}


def day_in(member_state: str, moment: datetime) -> date:
    """The calendar day of a moment in a Member State; most keep the time of Brussels."""
    return moment.astimezone(ZoneInfo(_ZONES.get(member_state, "Europe/Brussels"))).date()


def first_moment(member_state: str, day: date) -> datetime:
    """When a day begins in a Member State."""
    return datetime.combine(day, time(), ZoneInfo(_ZONES.get(member_state, "Europe/Brussels")))
