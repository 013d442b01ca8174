"""What stands in the select boxes: countries, languages, time zones, kinds of role."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from services.identity.domain.identifiers import MEMBER_STATES
from services.identity.domain.roles import Status
from shared.problems import FieldError, WrongContent
from shared.reference_data import vpa_countries
from shared.web.formats import country as country_name
from shared.web.i18n import N_, _, languages
from shared.web.words import ROLES, state_name

Options = list[tuple[str, str]]
Groups = list[tuple[str, Options]]

_REGIONS = ("Europe", "Africa", "America", "Asia", "Atlantic", "Australia", "Indian", "Pacific")
AUTHORITY_KINDS = {
    "msca": N_("F.M.S.C.A. FLEGT Member State Competent Authority"),
    "customs": N_("C.O. - Customs Office"),
}


def member_states() -> Options:
    """The 27, by name in the present language."""
    return _by_name(MEMBER_STATES)


def countries() -> Groups:
    """The Member States first, then all others."""
    others = [str(code) for code in Locale("en").territories if re.fullmatch(r"[A-Z]{2}", str(code))]
    unreal = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", *MEMBER_STATES}
    return [
        (_("European Union"), member_states()),
        (_("Other countries"), _by_name(tuple(code for code in others if code not in unreal))),
    ]


def language_options() -> Options:
    """Each language under its own name."""
    return [(code, (Locale.parse(code).display_name or code).capitalize()) for code in languages()]


def language_name(code: str) -> str:
    """A language under its own name."""
    return dict(language_options()).get(code, code)


@cache
def time_zones() -> Groups:
    """By part of the world."""
    zones = sorted(available_timezones())
    return [
        (region, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in zones if zone.startswith(f"{region}/")])
        for region in _REGIONS
    ]


def authority_kinds() -> Options:
    """The two kinds by the names that users know."""
    return [(kind, _(name)) for kind, name in AUTHORITY_KINDS.items()]


def all_authority_kinds() -> Options:
    """Those two, and who issues licences in partner countries."""
    return [*authority_kinds(), ("issuer", _(ROLES["issuer"]))]


def role_kinds() -> Options:
    return [(kind, _(ROLES[kind])) for kind in ("importer", "msca", "customs", "monitor", "support")]


def role_statuses() -> Options:
    return [(status.value, state_name("role", status)) for status in Status]


def partner_countries() -> Options:
    """Countries with a partnership agreement, by name in the present language."""
    return _by_name(tuple(partner.code for partner in vpa_countries()))


def uuid_in(text: str) -> UUID | None:
    """The id that was sent, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def ids_in(texts: Iterable[str]) -> list[UUID]:
    """The ids among what was ticked; anything else was not on the page."""
    return [found for text in texts if (found := uuid_in(text)) is not None]


def end_of_day(text: str, time_zone: str) -> datetime | None:
    """The moment after the day that was typed, by the clock of whoever typed it. Raises WrongContent."""
    if not text:
        return None
    try:
        following = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise WrongContent([FieldError("ends_at", "bad_date", N_("Enter a day like 2027-12-31."))]) from error
    return datetime.combine(following, time(), ZoneInfo(time_zone))


def last_day(ends_at: datetime, time_zone: str) -> str:
    """The day that `end_of_day` was made of, as a date field takes it."""
    return (ends_at.astimezone(ZoneInfo(time_zone)) - timedelta(microseconds=1)).date().isoformat()


def _by_name(codes: tuple[str, ...]) -> Options:
    return sorted(((code, country_name(code)) for code in codes), key=lambda option: option[1])
