"""Opening cases for licences that were handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.validation import storage
from services.validation.domain.marks import TOGETHER
from services.validation.domain.numbers import search_key
from services.validation.domain.quantities import Quantities, total
from services.validation.storage import Opened, StoredCase, early
from shared.contracts.licence import Boxes, Licence, Measure
from shared.work import Work


@dataclass(frozen=True)
class Submission:
    """What a case is opened with. `changed_boxes` are those that were changed since it was handed in before."""

    opened: Opened
    changed_boxes: frozenset[int]


def submission(licence: Licence, at: datetime) -> Submission:
    """A licence as it was handed in at this time. A correction is part of the first lodging, whose day decides whether
    the licence was void (1024/2008 art. 6(3)). Raises ValueError when it lacks what every one must have."""
    return Submission(_opened(licence, at), frozenset(TOGETHER.get(box, box) for box in licence.changed_boxes))


async def open_cases(work: Work, submissions: Sequence[Submission], *, countries: frozenset[str] = frozenset()) -> None:
    """Open a case for each licence, or renew it with a later version.

    The point of entry decides who holds it (1024/2008 art. 6(1)): other countries' licences are passed over.
    """
    await early.begin_arrivals(work.db)
    latest: dict[UUID, Opened] = {}
    for opened in (each.opened for each in submissions):
        known = latest.get(opened.licence_id)
        if known is None or known.version < opened.version:
            latest[opened.licence_id] = opened
    ours = [opened for opened in latest.values() if not countries or opened.country in countries]
    if ours:
        await storage.open_together(work.db, ours)
        await storage.void_marks(work.db, _changed(submissions))
    if len(ours) < len(latest):
        kept = {opened.licence_id for opened in ours}
        await storage.let_go(work.db, {o.licence_id: o.version for o in latest.values() if o.licence_id not in kept})


async def find_before_arrivals(work: Work, licence_id: UUID) -> StoredCase | None:
    """The case, to be changed. When it is not here it cannot come before this transaction ends."""
    stored = await storage.find(work.db, licence_id, to_change=True)
    if stored is None:
        await early.wait_for_arrivals(work.db)
        stored = await storage.find(work.db, licence_id, to_change=True)
    return stored


def _changed(submissions: Sequence[Submission]) -> list[tuple[UUID, int, int]]:
    """Every box that a licence changed when it was handed in again, with that version."""
    return [(s.opened.licence_id, s.opened.version, box) for s in submissions for box in s.changed_boxes]


def _opened(licence: Licence, at: datetime) -> Opened:
    if not licence.point_of_entry or licence.arrival is None:
        raise ValueError(f"licence {licence.id} was handed in without point of entry or arrival")
    boxes = licence.boxes
    licensed = licensed_by(boxes)
    return Opened(
        licence_id=licence.id,
        version=licence.version,
        country=licence.point_of_entry[:2],
        point_of_entry=licence.point_of_entry,
        licence_number=boxes.licence_number,
        number_key=search_key(boxes.licence_number),
        vpa_country=boxes.issuing_authority.country,
        operator_id=licence.operator_id,
        operator_name=licence.operator_name,
        operator_eori=licence.operator_eori,
        requester_id=licence.requester.account_id,
        requester_name=licence.requester.name,
        licensee_name=boxes.licensee.name,
        expiry_date=boxes.expiry_date,
        arrival=licence.arrival,
        submitted_at=licence.lodged_at or at,
        handed_in_at=at,
        licensed_volume_m3=licensed.volume_m3,
        licensed_net_weight_kg=licensed.net_weight_kg,
        flags=len(licence.flags),
        licence=licence.model_dump_json(),
    )


def licensed_by(boxes: Boxes) -> Quantities:
    """What the licence covers in all: its global measure, else the sum of its lines."""
    whole = _quantities(boxes.global_measure) if boxes.global_measure else None
    return total(whole, [_quantities(line) for line in boxes.commodities])


def _quantities(measure: Measure) -> Quantities:
    return Quantities(measure.volume_m3, measure.net_weight_kg)
