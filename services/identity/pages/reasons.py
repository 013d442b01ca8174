"""Ready reasons for those who decide: a start that they can change before they send it."""

from shared.web.i18n import N_, _

REFUSALS = {
    "no-link": N_("We could not confirm that you work for this company or authority. Please send us a confirmation."),
    "wrong-body": N_("You asked for the wrong company or authority. Please search again and send a new request."),
    "no-timber": N_("The company does not import timber that needs a FLEGT licence, so it needs no importer."),
    "ask-colleague": N_("Please ask for the role with your address at work, not with a private one."),
    "incomplete": N_("Your function or the reason is missing. Please send a new request that tells us more."),
    "twice": N_("You asked for the same work twice. We decide on your other request."),
}
ENDS = {
    "left": N_("You do not work for this company or authority any more."),
    "not-needed": N_("You have not needed this role for a long time. You can ask for it again."),
    "investigation": N_("We look into how this role was used. We will write to you."),
    "asked-for": N_("You or your organisation asked us to end this role."),
}


def refusals() -> list[tuple[str, str]]:
    """Key and text, in the present language."""
    return [(key, _(text)) for key, text in REFUSALS.items()]


def ends() -> list[tuple[str, str]]:
    """The same for suspending and revoking."""
    return [(key, _(text)) for key, text in ENDS.items()]


def ready(key: str) -> str:
    """One of all, in the present language; nothing for a key that is none."""
    text = (REFUSALS | ENDS).get(key)
    return _(text) if text else ""
