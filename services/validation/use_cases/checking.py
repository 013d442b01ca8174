"""Running the checks: gathering what they look at."""

from services.validation import storage
from services.validation.domain.checks import Check, Facts, Line, ListedCode, run_checks
from services.validation.domain.quantities import Quantities
from services.validation.storage import StoredCase
from shared import reference_data
from shared.work import Work


async def check_case(work: Work, case: StoredCase) -> list[Check]:
    """All checks on a case, with what is known today."""
    earlier, rejected = await storage.earlier_of_parties(work.db, case)
    mask = reference_data.number_format(case.vpa_country)
    boxes = case.licence.boxes
    facts = Facts(
        licence_number=case.licence_number,
        vpa_country=case.vpa_country,
        member_state=case.country,
        lodged_on=case.lodged_on,
        expiry_date=case.expiry_date,
        signed_on=boxes.signature.date,
        lines=tuple(
            Line(number, line.commodity_code, line.description, Quantities(line.volume_m3, line.net_weight_kg))
            for number, line in enumerate(boxes.commodities, start=1)
        ),
        listed=tuple(
            ListedCode(
                code.country,
                code.code,
                code.description,
                code.licensable,
                tuple(filter(None, code.excluded_material.split(";"))),
            )
            for code in reference_data.commodity_codes(case.vpa_country, case.lodged_on)
        ),
        number_mask=mask.human,
        number_pattern=mask.regex,
        same_number=await storage.same_number(work.db, case),
        earlier=earlier,
        earlier_rejected=rejected,
    )
    return run_checks(facts)
