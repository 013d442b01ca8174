"""The names people read for states and roles, and the tone in which a page shows them."""

from dataclasses import dataclass

from shared.web.i18n import N_, gettext


@dataclass(frozen=True)
class Word:
    """`tone` picks the badge's colour and sign: neutral, waiting, attention, good or bad."""

    text: str
    tone: str


STATES: dict[str, dict[str, Word]] = {
    "validation": {
        "draft": Word(N_("Draft"), "neutral"),
        "submitted": Word(N_("Submitted"), "waiting"),
        "under_verification": Word(N_("Under verification"), "waiting"),
        "information_requested": Word(N_("Information requested"), "attention"),
        "returned": Word(N_("Returned for correction"), "attention"),
        "withdrawn": Word(N_("Withdrawn"), "neutral"),
        "validated": Word(N_("Validated"), "good"),
        "rejected": Word(N_("Rejected"), "bad"),
        "cancelled": Word(N_("Cancelled"), "bad"),
        "replaced": Word(N_("Replaced"), "neutral"),
    },
    "clearance": {
        "not_ready": Word(N_("Not ready for clearance"), "neutral"),
        "awaiting": Word(N_("Awaiting clearance"), "waiting"),
        "cleared": Word(N_("Cleared"), "good"),
        "suspended": Word(N_("Release suspended"), "attention"),
        "refused": Word(N_("Clearance refused"), "bad"),
    },
    "role": {
        "requested": Word(N_("Requested"), "waiting"),
        "granted": Word(N_("Granted"), "good"),
        "refused": Word(N_("Refused"), "bad"),
        "withdrawn": Word(N_("Withdrawn"), "neutral"),
        "revoked": Word(N_("Revoked"), "bad"),
        "suspended": Word(N_("Suspended"), "attention"),
        "ended": Word(N_("Ended"), "neutral"),
    },
}

ROLES = {
    "importer": N_("Importer"),
    "agent": N_("Agent"),
    "msca": N_("Competent authority"),
    "customs": N_("Customs office"),
    "issuer": N_("Issuing authority"),
    "monitor": N_("Monitor"),
    "support": N_("Support team"),
    "administrator": N_("Administrator"),
}

REASONS: dict[str, str] = {
    "FORMAT": N_("The licence does not have the prescribed form"),
    "MISSING_DATA": N_("Required information is missing"),
    "NUMBER_UNKNOWN_AT_ISSUER": N_("The issuing authority does not know the number"),
    "DATA_DIFFERS_FROM_ISSUER": N_("The data differ from those of the issuing authority"),
    "EXPIRED_AT_LODGING": N_("Lodged after the expiry date"),
    "UNCONFIRMED_ALTERATION": N_("An erasure, alteration or extension is not confirmed by the issuer"),
    "UNMARKED_REPLACEMENT": N_("A replacement or duplicate is not marked as such"),
    "DUPLICATE": N_("The licence was lodged before"),
    "HS_MISMATCH": N_("Commodity codes do not match the goods"),
    "QUANTITY_OVER_10_PERCENT": N_("Volume or weight differ by more than 10 %"),
    "SPECIES_OR_ORIGIN": N_("Species or country of harvest are wrong or missing"),
    "SCAN_UNREADABLE_OR_MISSING": N_("The scan is unreadable or missing"),
    "WRONG_MEMBER_STATE": N_("The goods are declared in another Member State"),
    "NOT_IN_SCOPE": N_("The goods need no FLEGT licence"),
    "CITES_INSTEAD": N_("The species needs a CITES permit instead"),
    "NO_ANSWER_FROM_ISSUER": N_("The issuing authority did not answer"),
    "SUSPECTED_FORGERY": N_("The licence may be forged"),
    "PAPER_ORIGINAL_NOT_RECEIVED": N_("The paper original was not received"),
}
"""Why a competent authority does not accept a licence, or returns it: codes of validation."""


def state_word(kind: str, value: str) -> Word:
    """The word for a state; one that is not known is shown as it is, so that nothing is hidden."""
    return STATES[kind].get(str(value)) or Word(str(value), "neutral")


def state_name(kind: str, value: str) -> str:
    """A state in the present language, for mails and plain text."""
    return gettext(state_word(kind, value).text)


def role_name(kind: str) -> str:
    """A kind of role in the present language."""
    return gettext(ROLES.get(str(kind), str(kind)))


def reason_name(code: str) -> str:
    """A reason in the present language; one that is not known is shown as it is."""
    return gettext(REASONS.get(str(code), str(code)))
