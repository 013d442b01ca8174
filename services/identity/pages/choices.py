"""What stands in the select boxes: countries, languages, time zones, kinds of role."""

import re
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from services.identity.domain.operators import MEMBER_STATES
from services.identity.domain.roles import Status
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


def role_kinds() -> Options:
    return [(kind, _(ROLES[kind])) for kind in ("importer", "msca", "customs", "support")]


def role_statuses() -> Options:
    return [(status.value, state_name("role", status)) for status in Status]


def _by_name(codes: tuple[str, ...]) -> Options:
    return sorted(((code, country_name(code)) for code in codes), key=lambda option: option[1])
