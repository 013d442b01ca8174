"""The names people read for deliveries and for what they get mails about."""

from services.notifications.domain import Choice
from shared.web.i18n import N_
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
    Choice.ROLES: (N_("My roles"), N_("A role of yours was granted, refused or taken back.")),
}
KINDS = {
    "confirmation": N_("Confirmation of an address"),
    "registration-repeated": N_("Repeated registration"),
    "password-reset": N_("New password"),
    "role-requested": N_("Role request"),
    "role-granted": N_("Role granted"),
    "role-refused": N_("Role refused"),
    "role-revoked": N_("Role taken back"),
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
}
