"""Running the checks: gathering what they look at."""

from functools import cache
from uuid import UUID

from services.validation import storage
from services.validation.domain.checks import Check, Facts, Line, ListedCode, Partner, Passed, Protected, run_checks
from services.validation.domain.days import day_in
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
            Line(
                number,
                line.commodity_code,
                line.description,
                Quantities(line.volume_m3, line.net_weight_kg),
                tuple(species.name for species in line.species),
            )
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
        partner=_partner(case.vpa_country),
        arrival=day_in(case.country, case.arrival),
        protected=_protected(),
        flags=tuple(Passed(flag.message, flag.box) for flag in case.licence.flags),
        replaces=await _number_of(work, case.replaces),
        replaced_by=await _number_of(work, case.replaced_by),
    )
    return run_checks(facts)


async def _number_of(work: Work, licence_id: UUID | None) -> str:
    """The number of a linked licence; the link itself where another authority holds it."""
    other = await storage.find(work.db, licence_id) if licence_id else None
    return other.licence_number if other else str(licence_id or "")


def _partner(code: str) -> Partner | None:
    known = next((country for country in reference_data.vpa_countries() if country.code == code), None)
    return Partner(code, known.issuing, known.since) if known else None


@cache
def _protected() -> tuple[Protected, ...]:
    """Species under CITES by their scientific and common names; local ones are shared with other woods."""
    return tuple(
        Protected((species.scientific_name, *species.common_name.split(" / ")), species.note)
        for species in reference_data.species()
        if "CITES" in species.note
    )
