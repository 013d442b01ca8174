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


def state_word(kind: str, value: str) -> Word:
    """The word for a state; one that is not known is shown as it is, so that nothing is hidden."""
    return STATES[kind].get(str(value)) or Word(str(value), "neutral")


def state_name(kind: str, value: str) -> str:
    """A state in the present language, for mails and plain text."""
    return gettext(state_word(kind, value).text)


def role_name(kind: str) -> str:
    """A kind of role in the present language."""
    return gettext(ROLES.get(str(kind), str(kind)))
