"""What people read: names for codes, and values as the person being answered writes them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.validation.domain.checks import Check, Finding
from services.validation.domain.reasons import RejectionReason
from shared.web.formats import country, local_date, local_number
from shared.web.i18n import N_, gettext, translated
from shared.web.words import state_name

_COUNTRIES = {"country", "named", "here"}

REASONS: dict[RejectionReason, str] = {
    RejectionReason.FORMAT: N_("The licence does not have the prescribed form"),
    RejectionReason.MISSING_DATA: N_("Required information is missing"),
    RejectionReason.NUMBER_UNKNOWN_AT_ISSUER: N_("The issuing authority does not know the number"),
    RejectionReason.DATA_DIFFERS_FROM_ISSUER: N_("The data differ from those of the issuing authority"),
    RejectionReason.EXPIRED_AT_LODGING: N_("Lodged after the expiry date"),
    RejectionReason.UNCONFIRMED_ALTERATION: N_("An erasure, alteration or extension is not confirmed by the issuer"),
    RejectionReason.UNMARKED_REPLACEMENT: N_("A replacement or duplicate is not marked as such"),
    RejectionReason.DUPLICATE: N_("The licence was lodged before"),
    RejectionReason.HS_MISMATCH: N_("Commodity codes do not match the goods"),
    RejectionReason.QUANTITY_OVER_10_PERCENT: N_("Volume or weight differ by more than 10 %"),
    RejectionReason.SPECIES_OR_ORIGIN: N_("Species or country of harvest are wrong or missing"),
    RejectionReason.SCAN_UNREADABLE_OR_MISSING: N_("The scan is unreadable or missing"),
    RejectionReason.WRONG_MEMBER_STATE: N_("The goods are declared in another Member State"),
    RejectionReason.NOT_IN_SCOPE: N_("The goods need no FLEGT licence"),
    RejectionReason.CITES_INSTEAD: N_("The species needs a CITES permit instead"),
    RejectionReason.NO_ANSWER_FROM_ISSUER: N_("The issuing authority did not answer"),
    RejectionReason.SUSPECTED_FORGERY: N_("The licence may be forged"),
    RejectionReason.PAPER_ORIGINAL_NOT_RECEIVED: N_("The paper original was not received"),
}


def reason_name(code: RejectionReason | str) -> str:
    """A reason code in the present language."""
    return gettext(REASONS[RejectionReason(code)])


def reason_choices() -> list[tuple[str, str]]:
    """All reason codes for a form, in the order of the list."""
    return [(code.value, gettext(name)) for code, name in REASONS.items()]


def shown(params: Mapping[str, object]) -> dict[str, object]:
    """Values as they are filled into a sentence."""
    return {name: _shown(name, value) for name, value in params.items()}


def _shown(name: str, value: object) -> object:
    if isinstance(value, date):
        return local_date(value)
    if isinstance(value, Decimal):
        return local_number(value)
    if name in _COUNTRIES:
        return country(str(value))
    return state_name("validation", str(value)) if name == "state" else value


def sentence(finding: Finding) -> str:
    """What was found, in the present language."""
    return translated(finding.message, shown(finding.params))


def title(check: Check) -> str:
    """What was checked, in the present language."""
    return gettext(check.title)
