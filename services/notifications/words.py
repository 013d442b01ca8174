"""The names people read for deliveries and for what they get mails about."""

from dataclasses import dataclass

from services.notifications.domain import KINDS as ALL_KINDS
from services.notifications.domain import Choice
from shared.web.i18n import N_, gettext
from shared.web.words import Word

DELIVERY_STATES = {
    "waiting": Word(N_("On its way"), "waiting"),
    "sent": Word(N_("Sent"), "good"),
    "failed": Word(N_("Failed"), "bad"),
    "silent": Word(N_("Not mailed"), "neutral"),
}
MESSAGE_STATES = {
    "unaddressed": Word(N_("Recipient not known yet"), "attention"),
    "nobody": Word(N_("Nobody to write to"), "neutral"),
}
WAITS_FOR = {
    "account": N_("Waits until identity tells of the person's account."),
    "authority": N_("Waits until identity tells of the country's competent authority."),
}
CHOICES = {
    Choice.SUBMISSIONS: (N_("Licences submitted"), N_("A licence of your company was handed in.")),
    Choice.DECISIONS: (N_("Decisions of the competent authority"), N_("A licence was validated or rejected.")),
    Choice.CLEARANCE: (N_("Clearance by customs"), N_("A licence was cleared, suspended or refused.")),
    Choice.ROLES: (N_("My roles"), N_("A role of yours was granted, refused, changed, suspended or taken back.")),
    Choice.REQUESTS: (N_("Role requests to decide"), N_("Somebody asks for a role about which you may decide.")),
}
KINDS = {
    "confirmation": N_("Confirmation of an address"),
    "registration-repeated": N_("Repeated registration"),
    "password-reset": N_("New password"),
    "email-change": N_("Change of an address"),
    "account-link": N_("Another way to sign in"),
    "security-notice": N_("Security of an account"),
    "account-deleted": N_("Account deleted"),
    "role-request-letter": N_("Letter about a role request"),
    "role-requested": N_("Role request"),
    "role-request-waiting": N_("Reminder of a role request"),
    "role-withdrawn": N_("Role request taken back"),
    "role-granted": N_("Role granted"),
    "role-refused": N_("Role refused"),
    "role-revoked": N_("Role taken back"),
    "role-changed": N_("Role changed"),
    "role-suspended": N_("Role suspended"),
    "role-ended": N_("Role ended"),
    "licence-submitted": N_("Submitted"),
    "licence-to-decide": N_("Request for a decision"),
    "licence-validated": N_("Validated"),
    "licence-to-clear": N_("Ready for customs"),
    "licence-rejected": N_("Rejected"),
    "licence-cleared": N_("Cleared"),
    "clearance-suspended": N_("Release suspended"),
    "suspension-to-settle": N_("Suspension to settle"),
    "clearance-resumed": N_("Clearance goes on"),
    "clearance-refused": N_("Clearance refused"),
    "information-requested": N_("Question of the authority"),
    "verification-opened": N_("Further check"),
    "verification-ended": N_("Further check ended"),
    "licence-returned": N_("Returned for correction"),
    "licence-amended": N_("Box corrected"),
    "licence-withdrawn": N_("Withdrawn"),
    "withdrawal-declined": N_("Not withdrawn"),
    "validation-cancelled": N_("Acceptance taken back"),
    "clearance-called-off": N_("Clearance called off"),
    "licence-replaced": N_("Replaced"),
    "point-of-entry-changed": N_("Another point of entry"),
    "case-handed-over": N_("Handed over"),
    "case-received": N_("Case received"),
    "fee-recorded": N_("Fee"),
    "declaration-corrected": N_("Declaration corrected"),
    "licence-drafted": N_("Entered by an authority"),
    "answer-received": N_("Answer of the company"),
    "decision-to-confirm": N_("Decision to confirm"),
    "number-disputed": N_("Disputed number"),
    "case-overdue": N_("Overdue case"),
    "case-escalated": N_("Escalated case"),
}
_LINKS = {
    "confirmation": N_("Confirm the address"),
    "registration-repeated": N_("Sign in"),
    "password-reset": N_("Choose a new password"),
    "email-change": N_("Confirm the change"),
    "account-link": N_("Yes, both are me"),
    "security-notice": N_("See my account"),
    "account-deleted": N_("FLEGT licences"),
    "role-requested": N_("See the request"),
    "role-request-waiting": N_("See the request"),
    "role-withdrawn": N_("See the requests"),
    "licence-to-decide": N_("Examine the licence"),
    "licence-to-clear": N_("See the licence"),
    "suspension-to-settle": N_("See the case"),
}


def link_text(kind: str) -> str:
    """What the link of a message is called, in the present language."""
    others = N_("See my roles") if kind.startswith("role-") else N_("See the licence")
    if known := ALL_KINDS.get(kind):
        others = N_("See the case") if known.for_officials else others
    return gettext(_LINKS.get(kind, others))


@dataclass(frozen=True)
class SecurityWords:
    """What is told of a change by which somebody gets into an account."""

    subject: str
    sentence: str


_SECURITY = {
    "password-changed": SecurityWords(
        N_("Your password was changed"), N_("The password of your account with FLEGT licences was changed.")
    ),
    "email-changed": SecurityWords(
        N_("Your e-mail address was changed"),
        N_("Your account with FLEGT licences has another e-mail address. From now on you sign in with that one."),
    ),
    "second-factor-added": SecurityWords(
        N_("A second factor was added to your account"),
        N_("From now on it can prove that it is you who signs in to FLEGT licences."),
    ),
    "second-factor-removed": SecurityWords(
        N_("A second factor was removed from your account"),
        N_("It can no longer be used to sign in to FLEGT licences."),
    ),
    "recovery-code-used": SecurityWords(
        N_("A recovery code of your account was used"),
        N_("Somebody proved with it to be you when signing in to FLEGT licences. It cannot be used again."),
    ),
    "account-linked": SecurityWords(
        N_("Another way to sign in was added to your account"),
        N_("From now on your account with FLEGT licences can be entered that way, too."),
    ),
    "account-unlinked": SecurityWords(
        N_("A way to sign in was taken away from your account"),
        N_("Your account with FLEGT licences can no longer be entered that way."),
    ),
}


def security_words(what: str) -> SecurityWords:
    """In the present language; what is not known here is told by its own words."""
    if known := _SECURITY.get(what):
        return SecurityWords(gettext(known.subject), gettext(known.sentence))
    plain = " ".join(what.replace("-", " ").split())
    return SecurityWords(
        gettext("The security of your account: %(what)s", what=plain),
        gettext("This changed in your account with FLEGT licences: %(what)s.", what=plain),
    )
