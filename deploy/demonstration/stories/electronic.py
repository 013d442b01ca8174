"""Licences that the issuing authority's system sent: unclaimed, claimed, and handed in."""

import datetime as dt
import re
from contextlib import suppress
from dataclasses import replace

from deploy.demonstration.cast import COMPANIES
from deploy.demonstration.papers import ADDRESSES, scan_of
from deploy.demonstration.requests import ISSUER, issuers_program
from deploy.demonstration.scenes import Scene, Telling
from services.licences.domain.form import Boxes, Party
from services.licences.use_cases import attach_to_electronic, claim_licence, note_attempt, post_electronic
from shared.problems import WrongState

GROUP = "003"
"""Of the issuing authority, in its licence numbers."""


async def waiting_to_be_claimed(tell: Telling) -> None:
    """Whoever knows its number and date of expiry can claim it: `make up` prints them."""
    boxes = await _sent(tell, days=2)
    what = f"Claim {boxes.licence_number} of Indonesia, which expires on {boxes.expiry_date:%d %B %Y}"
    tell.try_this(what, tell.importer(COMPANIES[0]), "/licences/claim")


async def claimed(tell: Telling) -> None:
    """A draft with locked boxes."""
    await _claimed(tell, days=3)


async def claimed_and_handed_in(tell: Telling) -> None:
    scene = await _claimed(tell, days=4)
    await scene.handed_in(days=3, by=scene.importer)


STORIES = (waiting_to_be_claimed, claimed, claimed_and_handed_in)


def _issued_electronically(boxes: Boxes) -> Boxes:
    """The same licence, issued by the authority whose system sends it."""
    number = re.sub(r"\.\d{3}-", f".{GROUP}-", boxes.licence_number)
    return replace(boxes, issuing_authority=Party(ISSUER, ADDRESSES[ISSUER], "ID"), licence_number=number)


async def _sent(tell: Telling, *, days: float) -> Boxes:
    """An electronic licence with a scan, as the issuing authority sent it so many days ago."""
    boxes = _issued_electronically(tell.next_boxes(days, COMPANIES[0], partner_country="ID"))
    program = await issuers_program(tell.stage, tell.people)
    kept = await tell.stage.licences.files.take(scan_of(boxes))
    with suppress(WrongState):  # sent before an interruption
        async with tell.stage.licences.work(at=tell.now - dt.timedelta(days=days)) as work:
            licence = await post_electronic(work, program, boxes)
            await attach_to_electronic(work, program, licence.id, box=2, name="original.jpg", kept=kept)
    return boxes


async def _claimed(tell: Telling, *, days: float) -> Scene:
    boxes, importer = await _sent(tell, days=days), tell.importer(COMPANIES[0])
    async with tell.stage.licences.work() as work:
        attempt = await note_attempt(work, importer)
    async with tell.stage.licences.work(at=tell.now - dt.timedelta(days=days - 0.5)) as work:
        number, expiry = boxes.licence_number, boxes.expiry_date or tell.now.date()
        draft = await claim_licence(work, importer, attempt, country="ID", number=number, expiry_date=expiry)
    return Scene(tell.stage, tell.people, tell.now, draft.id, boxes, COMPANIES[0], importer)
