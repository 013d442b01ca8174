"""What an officer does before deciding: take, ask, verify, correct, return."""

from dataclasses import replace
from decimal import Decimal

from deploy.demonstration.cast import COMPANIES
from deploy.demonstration.scenes import Scene, Telling
from services.licences.domain.form import Boxes
from services.validation.domain.proceedings import BoxReason, Confirmation
from services.validation.use_cases import (
    ask_company,
    correct_box,
    end_verification,
    hand_case_to,
    open_verification,
    release_case,
    remind_issuer,
    return_licence,
    take_case,
    waive_answer,
)

ARDENNE = COMPANIES[1]
INVOICE = "The invoice number in Box 17 differs from the invoice. Which one is right?"
QUERY = "Is this licence yours, and is the consignee the one on our copy?"


async def taken_and_compared(tell: Telling) -> None:
    """An officer is at it: some boxes are marked, one of them as differing."""
    scene = await tell.licence(days=2)
    await scene.authority(take_case, days=1)
    differs = "The scan says another heading."
    await scene.marked((1, "", ""), (3, "", ""), (10, "HS_MISMATCH", differs), days=0.9)


async def handed_to_a_colleague(tell: Telling) -> None:
    """Begun by one, given back, taken by another, and handed over."""
    scene = await tell.licence(days=5)
    await scene.authority(take_case, days=4.5, colleague=True)
    await scene.authority(release_case, days=4, colleague=True)
    await scene.authority(take_case, days=3)
    await scene.authority(hand_case_to, days=2, colleague_id=scene.officer("BE", 1).account_id)


async def asked(tell: Telling) -> None:
    """The importer has some days left to answer."""
    scene = await tell.licence(days=6)
    await scene.authority(ask_company, days=3, kind="information", text=INVOICE, boxes=(17,), due_on=scene.day(-9))


async def asked_for_a_translation_in_vain(tell: Telling) -> None:
    """The day to answer is over (1024/2008 art. 5)."""
    scene = await tell.licence(days=20, company=ARDENNE)
    text = "Please send a translation of the annex into French or Dutch."
    await scene.authority(ask_company, days=17, kind="translation", text=text, due_on=scene.day(3))


async def asked_and_answered(tell: Telling) -> None:
    """With words and a copy: the authority goes on."""
    scene = await tell.licence(days=5)
    await scene.authority(ask_company, days=2, kind="information", text=INVOICE, boxes=(17,), due_on=scene.day(-12))
    await scene.answered("The number on the invoice is right; here is a copy of the licence.", [scene.boxes])


async def asked_for_what_came_by_post(tell: Telling) -> None:
    """The officer does without the answer."""
    scene = await tell.licence(days=7, company=ARDENNE)
    await scene.authority(ask_company, days=5, kind="information", text="When does the paper original come?")
    question = (await scene.case()).questions[-1]
    await scene.authority(waive_answer, days=4, question_id=question.id)


async def a_query_abroad(tell: Telling) -> None:
    """The issuing authority has 21 days."""
    await _queried(await tell.licence(days=6), sent=4)


async def a_query_that_is_due(tell: Telling) -> None:
    """The answer should come by tomorrow."""
    await _queried(await tell.licence(days=22, company=ARDENNE), sent=20)


async def a_query_that_is_overdue(tell: Telling) -> None:
    """Nobody answered in time; a reminder can be printed."""
    scene = await tell.licence(days=31)
    await _queried(scene, sent=28)
    tell.try_this(f"Remind the issuing authority of {scene.number}", scene.officer("BE"), scene.case_page)


async def a_query_that_ended_well(tell: Telling) -> None:
    """The issuing authority confirmed the licence, which can be accepted now."""
    scene = await tell.licence(days=16)
    await _queried(scene, sent=14)
    await _ended(scene, "confirmed", "Issued by us for this consignee. Signed by A. Wibowo.", days=1)


async def a_query_without_answer(tell: Telling) -> None:
    """Reminded, and noted as silent: the licence can only be rejected, unless an answer comes late."""
    scene = await tell.licence(days=40, company=ARDENNE)
    await _queried(scene, sent=38)
    query = (await scene.case()).verifications[-1]
    await scene.authority(remind_issuer, days=12, verification_id=query.id, sent_on=scene.day(12.5))
    await _ended(scene, "silent", "", days=2)


async def the_goods_are_looked_at(tell: Telling) -> None:
    """A physical check is open (1024/2008 art. 10(1))."""
    scene = await tell.licence(days=3)
    text = "Open container 2 and compare the species with the licence."
    await scene.authority(open_verification, days=1, kind="physical", sent_on=scene.day(1.5), text=text)


async def returned(tell: Telling) -> None:
    """The importer has to correct two boxes."""
    await _returned(await tell.licence(days=5), days=2)


async def returned_and_corrected(tell: Telling) -> None:
    """Handed in again; what changed stands beside what was there before."""
    scene = await tell.licence(days=8)
    await _returned(scene, days=5)
    await scene.corrected(_as_on_the_paper, days=1)
    tell.try_this(f"Decide on {scene.number}, whose boxes were corrected", scene.officer("BE"), scene.case_page)


async def extended_by_its_issuer(tell: Telling) -> None:
    """A box is corrected as its issuer confirmed; the original stays visible (1024/2008 art. 8(1) and (2))."""
    scene = await tell.licence(days=4)
    extended = scene.boxes.expiry_date.replace(day=28) if scene.boxes.expiry_date else None
    await scene.authority(
        correct_box,
        days=2,
        place=(4, 0),
        value={"expiry_date": f"{extended and extended.replace(year=extended.year + 1)}"},
        why="extension",
        reason="The ship was late; the issuing authority extended the licence.",
        confirmation=Confirmation("Licence Information Unit, Jakarta", scene.day(3), "LIU/EXT/0117"),
    )


async def _queried(scene: Scene, *, sent: int) -> None:
    await scene.authority(open_verification, days=sent, kind="query", sent_on=scene.day(sent + 0.5), text=QUERY)


async def _ended(scene: Scene, outcome: str, answer: str, *, days: int) -> None:
    query = (await scene.case()).verifications[-1]
    answered_on = scene.day(days) if answer else None
    await scene.authority(
        end_verification, days=days, verification_id=query.id, outcome=outcome, answered_on=answered_on, answer=answer
    )


async def _returned(scene: Scene, *, days: int) -> None:
    wrong = [
        BoxReason(9, "MISSING_DATA", "The description leaves out the dimensions."),
        BoxReason(15, "DATA_DIFFERS_FROM_ISSUER", "The weight is that of the whole container."),
    ]
    await scene.authority(return_licence, days=days, text="Please copy both boxes again.", boxes=wrong)


def _as_on_the_paper(boxes: Boxes) -> Boxes:
    line = boxes.commodities[0]
    weight = (line.net_weight_kg or Decimal()) * Decimal("0.96")
    copied = replace(line, description=f"{line.description}, 40 pieces a bundle", net_weight_kg=round(weight, 1))
    return replace(boxes, commodities=(copied, *boxes.commodities[1:]))


STORIES = (
    taken_and_compared,
    handed_to_a_colleague,
    asked,
    asked_for_a_translation_in_vain,
    asked_and_answered,
    asked_for_what_came_by_post,
    a_query_abroad,
    a_query_that_is_due,
    a_query_that_is_overdue,
    a_query_that_ended_well,
    a_query_without_answer,
    the_goods_are_looked_at,
    returned,
    returned_and_corrected,
    extended_by_its_issuer,
)
