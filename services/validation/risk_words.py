"""What people read for reasons of risk."""

from collections.abc import Sequence

from services.validation.domain.risk import Reason
from shared.web.i18n import N_, _, gettext

RISKS: dict[str, str] = {
    "expired": N_("Lodged after the expiry date"),
    "expires_soon": N_("Lodged less than 14 days before its expiry"),
    "arrives_after_expiry": N_("The goods arrive after the expiry date"),
    "number_format": N_("The number does not have the published form"),
    "number_year": N_("The year in the number differs from that of the signature"),
    "number_accepted_before": N_("A licence with this number was accepted before"),
    "number_lodged_before": N_("A licence with this number was lodged before"),
    "destination": N_("The number names another Member State"),
    "outside_scope": N_("Goods that no licence can cover"),
    "scope_doubtful": N_("Goods that may need no licence"),
    "cites": N_("A species that may be protected (CITES)"),
    "density": N_("Weight and volume do not go together"),
    "first_of_parties": N_("The first licence of this exporter and importer"),
    "earlier_rejected": N_("Earlier licences of this exporter and importer were rejected"),
    "partner_not_issuing": N_("The country issued no licences when this one was signed"),
    "new_partner": N_("The country has issued licences for less than two years"),
    "replaced": N_("Another licence replaces this one"),
    "replacement": N_("Replaces another licence"),
    "flags": N_("Each thing noted as unusual when it was entered, up to three"),
    "no_scan": N_("No scan of the licence"),
    "other_check_failed": N_("Another check found something not in order"),
    "other_check_warned": N_("Another check found something to look at"),
}
"""Reasons of risk, in the order in which an authority weighs them."""


def risk_reasons(reasons: Sequence[Reason], sampled: bool) -> list[tuple[str, int]]:
    """Why a case looks risky, each with its points; what was picked by chance has none."""
    chance = [(_("Picked by chance for a check of the goods"), 0)] if sampled else []
    return chance + [(gettext(RISKS.get(reason.code, reason.code)), reason.points) for reason in reasons]
