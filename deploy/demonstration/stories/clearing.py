"""What customs does with accepted licences beyond clearing them in all."""

import random
from decimal import Decimal

from deploy.demonstration.cast import COMPANIES, Company
from deploy.demonstration.licences import declaration_number
from deploy.demonstration.scenes import Scene, Telling
from services.validation.domain.proceedings import DeclaredLine
from services.validation.domain.quantities import Quantities, total
from services.validation.domain.states import ActorKind
from services.validation.use_cases import (
    clear_licence,
    correct_declaration,
    free_licence,
    refuse_clearance,
    reserve_licence,
    resume_clearance,
    suspend_clearance,
    validate_licence,
)

NOORDZEE, TEAK = COMPANIES[0], COMPANIES[3]


async def cleared_line_by_line(tell: Telling) -> None:
    """Each item of the declaration with its own heading and quantities."""
    scene = await _validated(tell, days=9)
    number, declared = _declaration(scene, tell), _all(scene, "0.98")
    await scene.customs(clear_licence, days=4, declaration=number, declared=declared, lines=_items(scene, "0.98"))


async def cleared_beyond_the_tolerance(tell: Telling) -> None:
    """In the Netherlands customs may, with a reason."""
    scene = await _validated(tell, days=9, company=TEAK)
    number, declared = _declaration(scene, tell), _all(scene, "1.14")
    reason = "Weighed with its pallets; the wood alone conforms."
    await scene.customs(clear_licence, days=3, declaration=number, declared=declared, override_reason=reason)


async def cleared_and_corrected(tell: Telling) -> None:
    """The declaration was amended after the release; both versions stay."""
    scene = await _validated(tell, days=15)
    number, declared = _declaration(scene, tell), _all(scene, "1.02")
    await scene.customs(clear_licence, days=10, declaration=number, declared=declared)
    reason = "The declarant corrected the weight after the goods were weighed again."
    await scene.customs(correct_declaration, days=7, declaration=number, declared=_all(scene, "0.97"), reason=reason)


async def reserved(tell: Telling) -> None:
    """A customs system keeps the licence for one declaration; another one gave it free."""
    scene = await _validated(tell, days=5)
    first, second = _declaration(scene, tell), _declaration(scene, tell, place=1)
    await scene.customs(reserve_licence, days=3, declaration=first)
    await scene.customs(free_licence, days=2, declaration=first)
    await scene.customs(reserve_licence, days=1, declaration=second)


async def suspended(tell: Telling) -> None:
    scene = await _validated(tell, days=8)
    reason = "The seal number differs from the bill of lading."
    await scene.customs(suspend_clearance, days=3, reason=reason)


async def suspended_and_resumed(tell: Telling) -> None:
    """The authority settled the doubt: the goods can be cleared."""
    scene = await _validated(tell, days=12)
    await scene.customs(suspend_clearance, days=8, reason="Two boxes of the paper seem to be altered.")
    settled = "The issuing authority confirmed both boxes."
    await scene.authority(resume_clearance, days=5, reason=settled, acting=ActorKind.MSCA)


async def suspended_and_refused(tell: Telling) -> None:
    """Final: the goods are not those of the licence."""
    scene = await _validated(tell, days=18)
    await scene.customs(suspend_clearance, days=14, reason="The boards look like another species.")
    await scene.customs(refuse_clearance, days=11, reason="The laboratory found meranti instead of teak.")


async def _validated(tell: Telling, *, days: int, company: Company = NOORDZEE) -> Scene:
    scene = await tell.licence(days=days, company=company)
    await scene.authority(validate_licence, days=days - 1)
    return scene


def _declaration(scene: Scene, tell: Telling, *, place: int = 0) -> str:
    chance = random.Random(10 * tell.place + place)  # noqa: S311 - nothing here is secret
    return declaration_number(chance, scene.company.office, scene.at(5))


def _items(scene: Scene, share: str) -> list[DeclaredLine]:
    """A declaration with this share of what each line of the licence says."""
    return [
        DeclaredLine(f"{line.commodity_code}00", Quantities(_of(line.volume_m3, share), _of(line.net_weight_kg, share)))
        for line in scene.boxes.commodities
    ]


def _all(scene: Scene, share: str) -> Quantities:
    return total(None, [item.quantities for item in _items(scene, share)])


def _of(measured: Decimal | None, share: str) -> Decimal:
    return ((measured or Decimal()) * Decimal(share)).quantize(Decimal("0.001"))


STORIES = (
    cleared_line_by_line,
    cleared_beyond_the_tolerance,
    cleared_and_corrected,
    reserved,
    suspended,
    suspended_and_resumed,
    suspended_and_refused,
)
