"""Enter licences, decide on them and clear them, spread over the last months and over all states."""

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from deploy.demonstration.cast import COMPANIES, Company, players
from deploy.demonstration.papers import boxes_of, scan_of
from deploy.demonstration.people import People
from deploy.demonstration.stage import Stage, until
from services.licences.domain.form import Boxes, Party
from services.licences.domain.licence import Answers
from services.licences.use_cases import attach_file, create_draft, submit_licence
from services.validation.domain.mrn import check_digit
from services.validation.domain.quantities import Quantities
from services.validation.use_cases import clearing, deciding
from shared.person import Person
from shared.problems import WrongState

COUNT = 320
MONTHS_BACK = 400
"""Days over which the licences are spread."""
FATES = {
    "draft": 16,
    "submitted": 45,
    "rejected": 22,
    "validated": 48,
    "suspended": 9,
    "refused": 5,
    "cleared": 175,
}
REASONS = (
    (
        "SCAN_UNREADABLE_OR_MISSING",
        "The page with the goods cannot be read. Please scan it again.",
    ),
    ("HS_MISMATCH", "The heading on the invoice differs from Box 10."),
    ("DATA_DIFFERS_FROM_ISSUER", "The issuing authority's record names another consignee."),
    ("MISSING_DATA", "The country of harvest is missing for one species."),
)
PAPERS_FOR_AGENT = Party("Kreuzberg Gartenmöbel GmbH", "Lindenallee 3, 10961 Berlin", "DE")


@dataclass(frozen=True)
class Plan:
    """One licence and what becomes of it."""

    company: Company
    fate: str
    boxes: Boxes
    entered: dt.datetime
    importer: Person


def plans(people: People, *, now: dt.datetime) -> Iterator[Plan]:
    """The same licences at every loading, but for the dates, which follow today."""
    chance = random.Random(2173)  # noqa: S311 - nothing here is secret
    fates = [fate for fate, count in FATES.items() for _ in range(count)]
    chance.shuffle(fates)
    for serial, fate in enumerate(fates, start=1):
        company = chance.choice((COMPANIES[0], COMPANIES[0], *COMPANIES))
        newest = 6 if fate in {"draft", "submitted"} else MONTHS_BACK
        oldest = 0 if fate in {"draft", "submitted"} else 12
        entered = now - dt.timedelta(days=chance.uniform(oldest, newest), hours=1)
        boxes = boxes_of(chance, serial, destination=company.office[:2], day=entered.date())
        colleagues = [player.email for player in players("importer", company.name)]
        yield Plan(company, fate, boxes, entered, people[chance.choice(colleagues)])


async def enter_licences(stage: Stage, people: People, *, now: dt.datetime) -> dict[UUID, Plan]:
    """Drafts with their scans, handed in unless they stay drafts. What an interrupted loading entered stays."""
    entered: dict[UUID, Plan] = {}
    for plan in sorted(plans(people, now=now), key=lambda plan: plan.entered):
        licence_id, state = await entered_before(stage, plan.boxes.licence_number, plan.company) or (
            await enter(stage, plan.importer, plan.boxes, at=plan.entered, scan=f"licence-{len(entered) + 1}.jpg"),
            "draft",
        )
        if state == "draft" and plan.fate != "draft":
            async with stage.licences.work(at=plan.entered + dt.timedelta(minutes=20)) as work:
                await submit_licence(work, plan.importer, licence_id, answers=_answers(plan))
        entered[licence_id] = plan
        if len(entered) % 80 == 0:
            print(f"  {len(entered)} licences are entered", flush=True)  # noqa: T201 - progress for who waits
    return entered


async def entered_before(stage: Stage, number: str, company: Company) -> tuple[UUID, str] | None:
    """The licence of this company and number, and how it stands, when an interrupted loading entered it."""
    async with stage.licences.work() as work:
        row = await work.db.fetchrow(
            "SELECT id, validation_state FROM licence WHERE licence_number = $1 AND operator_eori = $2",
            number,
            company.eori,
        )
    return (row["id"], row["validation_state"]) if row else None


async def enter(
    stage: Stage, person: Person, boxes: Boxes, *, at: dt.datetime, scan: str, company_id: UUID | None = None
) -> UUID:
    """A draft of the person's company, or of the one named, with a scan that says the same."""
    kept = await stage.licences.files.take(scan_of(boxes))
    async with stage.licences.work(at=at) as work:
        draft = await create_draft(work, person, operator_id=company_id, boxes=boxes)
        await attach_file(work, person, draft.id, box=2, name=scan, kept=kept)
    return draft.id


def _answers(plan: Plan) -> Answers:
    return Answers(
        point_of_entry=plan.company.office,
        arrival=late_on(plan.entered + dt.timedelta(days=9)),
        on_behalf=PAPERS_FOR_AGENT if plan.company.country == "DE" and plan.entered.day % 3 == 0 else None,
        message="The original follows by courier." if plan.entered.day % 4 == 0 else "",
    )


def late_on(moment: dt.datetime) -> dt.datetime:
    """The last minute of a day, as importers give it when they know no better."""
    return moment.astimezone(ZoneInfo("Europe/Brussels")).replace(hour=23, minute=59, second=0, microsecond=0)


async def decide_and_clear(stage: Stage, people: People, entered: dict[UUID, Plan]) -> None:
    """What authorities and customs offices did with them."""
    lodged = {licence_id: plan for licence_id, plan in entered.items() if plan.fate != "draft"}

    async def all_have_cases() -> bool:
        async with stage.validation.work() as work:
            count = await work.db.fetchval(
                "SELECT count(*) FROM licence_case WHERE licence_id = ANY($1::uuid[])", list(lodged)
            )
        return bool(count == len(lodged))

    await until(all_have_cases, "every licence handed in has reached its authority")
    chance = random.Random(1024)  # noqa: S311 - nothing here is secret
    for licence_id, plan in lodged.items():
        with suppress(WrongState):  # cleared before an interruption
            await _decide(stage, people, licence_id, plan, chance)


async def _decide(stage: Stage, people: People, licence_id: UUID, plan: Plan, chance: random.Random) -> None:
    if plan.fate == "submitted":
        return
    office = plan.company.office
    officer = people[players("msca", office[:2])[0].email]
    customs = people[players("customs", office)[0].email]
    decided = plan.entered + dt.timedelta(hours=chance.uniform(2, 60))
    with suppress(WrongState):  # decided before an interruption
        async with stage.validation.work(at=decided) as work:
            if plan.fate == "rejected":
                code, reason = chance.choice(REASONS)
                await deciding.reject_licence(work, officer, licence_id, reason_code=code, reason=reason)
                return
            await deciding.validate_licence(work, officer, licence_id)
    async with stage.validation.work(at=decided + dt.timedelta(days=chance.uniform(4, 8))) as work:
        if plan.fate == "suspended":
            doubt = "The seal number differs from the bill of lading."
            await clearing.suspend_clearance(work, customs, licence_id, reason=doubt)
        elif plan.fate == "refused":
            found = "The goods are not those of the licence."
            await clearing.refuse_clearance(work, customs, licence_id, reason=found)
        elif plan.fate == "cleared":
            declaration = declaration_number(chance, office, decided)
            declared = _declared(plan.boxes, chance)
            await clearing.clear_licence(work, customs, licence_id, declaration=declaration, declared=declared)


def declaration_number(chance: random.Random, office: str, day: dt.datetime) -> str:
    """A number (MRN) that this office could have given."""
    body = f"{day:%y}{office}{chance.randrange(10**7):07}"
    return f"{body}{check_digit(body)}"


def _declared(boxes: Boxes, chance: random.Random) -> Quantities:
    """Within the 10 % that count as conforming (1024/2008 art. 10(2))."""
    factor = Decimal(chance.randint(940, 1060)) / 1000
    volume = sum((line.volume_m3 or Decimal() for line in boxes.commodities), Decimal())
    weight = sum((line.net_weight_kg or Decimal() for line in boxes.commodities), Decimal())
    return Quantities((volume * factor).quantize(Decimal("0.001")), (weight * factor).quantize(Decimal("0.001")))
