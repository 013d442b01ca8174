"""Decisions, by two officers or one, and what may become of them."""

from decimal import Decimal

from deploy.demonstration.cast import COMPANIES
from deploy.demonstration.scenes import Telling
from services.validation.use_cases import (
    cancel_validation,
    change_point_of_entry,
    confirm_decision,
    decline_decision,
    open_verification,
    record_fee,
    register_replacement,
    reject_licence,
    validate_licence,
)

HANSA = COMPANIES[2]
FEE = Decimal("55.00")


async def proposed(tell: Telling) -> None:
    """In Germany a second officer confirms: this one waits for them."""
    scene = await tell.licence(days=3, company=HANSA)
    await scene.authority(validate_licence, days=1, remark="Compared with the invoice.")


async def proposed_to_be_rejected(tell: Telling) -> None:
    scene = await tell.licence(days=4, company=HANSA)
    reason = "The stamp is not the one that the issuing authority uses."
    await scene.authority(reject_licence, days=1, reason_code="SUSPECTED_FORGERY", reason=reason)


async def confirmed(tell: Telling) -> None:
    scene = await tell.licence(days=6, company=HANSA)
    await scene.authority(validate_licence, days=4)
    await scene.authority(confirm_decision, days=3, colleague=True)


async def declined(tell: Telling) -> None:
    """The second officer does not agree: it is undecided again."""
    scene = await tell.licence(days=5, company=HANSA)
    await scene.authority(validate_licence, days=3)
    await scene.authority(decline_decision, days=2, colleague=True, reason="Box 17 has to be compared once more.")


async def rejected_after_silence(tell: Telling) -> None:
    """A query was never answered, so the licence could not be accepted."""
    scene = await tell.licence(days=45)
    text = "Please confirm the alteration in Box 14."
    await scene.authority(open_verification, days=43, kind="query", sent_on=scene.day(43.5), text=text)
    reason = "The issuing authority did not answer within 21 days, nor afterwards."
    await scene.authority(reject_licence, days=10, reason_code="NO_ANSWER_FROM_ISSUER", reason=reason)


async def validated_for_a_fee(tell: Telling) -> None:
    scene = await tell.licence(days=4)
    await scene.authority(validate_licence, days=2)
    await scene.authority(record_fee, days=2, amount=FEE, reference="FEE-0117")


async def validated_in_vain(tell: Telling) -> None:
    """The acceptance was taken back before customs cleared the goods."""
    scene = await tell.licence(days=14)
    await scene.authority(validate_licence, days=12)
    reason = "The issuing authority reported that the paper was stolen."
    await scene.authority(cancel_validation, days=9, reason=reason)


async def replaced(tell: Telling) -> None:
    """The new licence names the old one, and the old one the new (1024/2008 art. 8(3))."""
    old = await tell.licence(days=25, partner_country="ID")
    await old.authority(validate_licence, days=23)
    new = await tell.licence(days=5, partner_country="ID", message=f"Replaces {old.number}, which was lost.")
    await new.authority(register_replacement, days=3, replaces_number=old.number)


async def handed_over(tell: Telling) -> None:
    """The ship goes to Rotterdam: the Dutch authority decides."""
    scene = await tell.licence(days=5)
    reason = "The ship calls at Rotterdam instead of Antwerp."
    await scene.authority(change_point_of_entry, days=2, office="NL000396", reason=reason)


async def through_another_office(tell: Telling) -> None:
    """Validated, and then sent to another office of the same Member State."""
    scene = await tell.licence(days=7)
    await scene.authority(validate_licence, days=5)
    reason = "The ship calls at Zeebrugge instead of Antwerp."
    await scene.authority(change_point_of_entry, days=4, office="BE343000", reason=reason)


async def withdrawn(tell: Telling) -> None:
    """The importer asked for it before the decision."""
    scene = await tell.licence(days=3)
    await scene.wanted_back("The order was cancelled; the goods stay in Semarang.")


async def wanted_back_too_late(tell: Telling) -> None:
    """Asked for while it was being validated: the importer is told that it was decided on before."""
    scene = await tell.licence(days=3)
    await scene.wanted_back_too_late("The buyer wants the goods in Hamburg.")


STORIES = (
    proposed,
    proposed_to_be_rejected,
    confirmed,
    declined,
    rejected_after_silence,
    validated_for_a_fee,
    validated_in_vain,
    replaced,
    handed_over,
    through_another_office,
    withdrawn,
    wanted_back_too_late,
)
