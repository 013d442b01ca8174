"""What importers, and authorities in their place, have not handed in yet; and numbers that two claim."""

from dataclasses import replace

from deploy.demonstration.cast import COMPANIES
from deploy.demonstration.licences import late_on
from deploy.demonstration.scenes import Telling
from services.licences.domain.form import Boxes, Species, Typed
from services.licences.use_cases import answer, dispute_number, save_draft
from shared.problems import Stale, WrongState

ARDENNE = COMPANIES[1]


def with_gaps(boxes: Boxes) -> Boxes:
    """As somebody in a hurry copies it: a digit too few in the number, no country of harvest, no weight."""
    line = boxes.commodities[0]
    hurried = replace(line, species=(Species("Tectona grandis"),), volume_m3=None, net_weight_kg=None)
    number = boxes.licence_number[1:]
    return replace(boxes, licence_number=number, expiry_date=None, commodities=(hurried, *boxes.commodities[1:]))


async def a_draft_with_mistakes(tell: Telling) -> None:
    """The form shows what is wrong, and keeps the date that is none as it was typed."""
    scene = await tell.draft(days=1, change=with_gaps)
    with_text = Typed(unread={"boxes.expiry_date": "31/02/2027"})
    try:
        async with tell.stage.licences.work(at=scene.at(0.9)) as work:
            await save_draft(work, scene.importer, scene.id, version=1, boxes=scene.boxes, typed=with_text)
    except Stale:
        return  # saved before an interruption


async def half_way_through_the_wizard(tell: Telling) -> None:
    """Point of entry and arrival are answered; the last step waits."""
    scene = await tell.draft(days=2)
    async with tell.stage.licences.work(at=scene.at(1.9)) as work:
        arrival = late_on(scene.at(-12))
        await answer(work, scene.importer, scene.id, point_of_entry=scene.company.office, arrival=arrival)


async def a_draft_that_the_authority_began(tell: Telling) -> None:
    """For a company of its country, which looks on."""
    await tell.draft(days=1, company=ARDENNE, by=tell.officer("BE"))


async def entered_by_the_authority(tell: Telling) -> None:
    """Whoever entered it does not decide on it: a colleague has to."""
    await tell.licence(days=3, company=ARDENNE, by=tell.officer("BE"), message="From the papers sent by post.")


async def a_number_that_another_company_handed_in(tell: Telling) -> None:
    """The second company says that its licence is the right one; the authority sees that in the history."""
    first = await tell.licence(days=4)
    second = await tell.draft(days=2, company=ARDENNE, change=lambda _other: first.boxes)
    try:
        async with tell.stage.licences.work(at=second.at(1.5)) as work:
            text = "We hold the original, and the goods lie in our warehouse."
            await dispute_number(work, second.importer, second.id, text=text)
    except WrongState:
        return  # disputed before an interruption


STORIES = (
    a_draft_with_mistakes,
    half_way_through_the_wizard,
    a_draft_that_the_authority_began,
    entered_by_the_authority,
    a_number_that_another_company_handed_in,
)
