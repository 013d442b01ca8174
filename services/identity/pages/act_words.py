"""The words for every act that is recorded. A new act is shown by its own name until it has words here."""

from shared.web.i18n import N_, gettext

ACTS = {
    # accounts
    "registered": N_("Registered"),
    "confirmed": N_("E-mail address confirmed"),
    "made_by_command": N_("Account made by command"),
    "registration_repeated": N_("Registered again by somebody"),
    "confirmation_requested": N_("Link to confirm the address sent"),
    "profile_changed": N_("Profile changed"),
    "privacy_accepted": N_("Privacy statement accepted"),
    "email_change_requested": N_("New e-mail address asked for"),
    "email_change_mailed": N_("Links for a new e-mail address sent"),
    "email_change_confirmed": N_("New e-mail address confirmed by one mailbox"),
    "email_change_cancelled": N_("New e-mail address cancelled"),
    "email_change_refused": N_("New e-mail address refused from a mailbox"),
    "email_changed": N_("E-mail address changed"),
    "account_deleted": N_("Account deleted"),
    "data_taken_along": N_("Own data downloaded"),
    # getting in
    "signed_in": N_("Signed in"),
    "signed_out": N_("Signed out"),
    "sign_in_failed": N_("Sign-in failed"),
    "guessing_stopped": N_("Sign-in refused after too many attempts"),
    "asking_stopped": N_("Too many requests from one network address refused"),
    "password_link_requested": N_("Link for a new password sent"),
    "password_changed": N_("Password changed"),
    "password_refused": N_("Wrong password at a confirmation"),
    "sessions_ended": N_("Sessions ended"),
    "session_ended": N_("Session ended"),
    "sessions_ended_by_support": N_("All sessions ended by the support team"),
    "second_factor_added": N_("Second factor added"),
    "second_factor_removed": N_("Second factor removed"),
    "second_factor_refused": N_("Second factor refused"),
    "second_factor_shown": N_("Second factor shown"),
    "second_factors_reset": N_("Second factors taken away by the support team"),
    "recovery_codes_replaced": N_("Recovery codes replaced"),
    "recovery_code_used": N_("Recovery code used"),
    "account_link_requested": N_("Link to another sign-in asked for"),
    "account_linked": N_("Linked to another sign-in"),
    "account_unlinked": N_("Link to another sign-in ended"),
    # roles
    "role_requested": N_("Role requested"),
    "role_withdrawn": N_("Role request withdrawn"),
    "role_granted": N_("Role granted"),
    "role_refused": N_("Role refused"),
    "role_revoked": N_("Role revoked"),
    "role_suspended": N_("Role suspended"),
    "role_resumed": N_("Role resumed"),
    "role_ended": N_("Role ended by its date"),
    "role_end_moved": N_("End of a role changed"),
    "role_recertified": N_("Role recertified"),
    "administrator_appointed": N_("Made administrator"),
    "administrator_dismissed": N_("No longer administrator"),
    # companies and authorities
    "operator_created": N_("Company entered"),
    "operator_edited": N_("Company changed"),
    "operator_closed": N_("Company closed"),
    "operator_reopened": N_("Company opened again"),
    "authority_added": N_("Authority added"),
    "authority_corrected": N_("Authority corrected"),
    "authority_closed": N_("Authority closed"),
    "authority_reopened": N_("Authority opened again"),
    # programs and keys
    "client_created": N_("Client created"),
    "client_secret_created": N_("Client secret created"),
    "client_secret_ended": N_("Client secret ended"),
    "client_disabled": N_("Client disabled"),
    "client_enabled": N_("Client enabled"),
    "client_deleted": N_("Client deleted"),
    "client_stopped": N_("Client stopped"),
    "client_token_refused": N_("Token refused to a client"),
    "signing_key_made": N_("Signing key made"),
    "signing_key_ended": N_("Signing key ended"),
    # looking at people
    "person_read": N_("Personal data read"),
    "people_read": N_("People of a company or authority read"),
    "role_request_read": N_("Role request read"),
    "audit_exported": N_("Audit exported"),
    "recertification_exported": N_("List of roles to confirm exported"),
}


def act_word(act: str) -> str:
    """An act in the present language."""
    return gettext(ACTS[act]) if act in ACTS else act
