"""Officers of two Member States, customs offices and the company act as they like on a real database: the law holds,
each act is one event and one entry in the history, and whoever heard the events from the first on knows the case.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.validation import storage, use_cases
from services.validation.domain.policy import FourEyes, Policy
from services.validation.domain.proceedings import BoxReason
from services.validation.domain.quantities import Quantities
from services.validation.domain.states import FINAL, UNDECIDED
from services.validation.service import Validation
from services.validation.storage import StoredCase
from services.validation.use_cases.verifying import verify_history
from shared.contracts import Event, event_types
from shared.contracts import validation as facts
from shared.contracts.licence import Licence
from shared.contracts.licences import InformationProvided, LicenceSubmitted, WithdrawalAsked
from shared.person import Person
from shared.problems import Refusal
from shared.testing.people import customs_role, know, person
from shared.work import Work
from tests.validation.conftest import People
from tests.validation.examples import MRN, NOW, OTHER_MRN, boxes, licence, opened
from tests.validation.retelling import known, retold

OFFICES = ("BE101000", "BE343000", "NL000396")
EXAMPLES, STEPS = 12, 30
FAR = 0.15
"""How often somebody tries who has nothing to say there."""
POLICIES = (
    Policy(fees=True),
    Policy(FourEyes.ALWAYS, fees=True, customs_override=True),
    Policy(FourEyes.ABOVE, four_eyes_above=1),
)
Draw = Callable[[int], int]
Do = Callable[["Life", Work, Person, StoredCase, Draw], Awaitable[object]]


@dataclass
class Life:
    """One licence, and what was told of it so far."""

    service: Validation
    licence: Licence
    others: list[Licence]
    told: list[Event] = field(default_factory=list)
    heard: int = 0
    """How many events of it were in the outbox when it was looked at last."""

    async def case(self) -> StoredCase:
        async with self.service.work() as work:
            found = await storage.find(work.db, self.licence.id)
        assert found is not None
        return found

    async def news(self) -> list[Event]:
        """What was told since the last time."""
        types = event_types()
        async with self.service.work() as work:
            rows = await work.db.fetch(
                "SELECT type, payload FROM outbox WHERE key = $1 ORDER BY id", str(self.licence.id).encode()
            )
        new = [types[row["type"]].model_validate_json(row["payload"]) for row in rows[self.heard :]]
        self.heard = len(rows)
        return new

    async def entries(self) -> int:
        """How many acts the history has, but for answers that nobody waited for any more."""
        async with self.service.work() as work:
            return int(await work.db.fetchval(COUNTED, self.licence.id))


COUNTED = "SELECT count(*) FROM case_act WHERE licence_id = $1 AND act NOT IN ('read', 'disputed', 'answer')"


def act(use_case: Callable[..., Awaitable[object]], *values: Any, **named: Any) -> Do:
    return lambda _life, work, by, case, _draw: use_case(work, by, case.licence_id, *values, **named)


async def waive(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    question = case.questions[draw(len(case.questions))].id if case.questions else uuid4()
    return await use_cases.waive_answer(work, by, case.licence_id, question)


async def remind(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    check = case.verifications[draw(len(case.verifications))].id if case.verifications else uuid4()
    return await use_cases.remind_issuer(work, by, case.licence_id, check, sent_on=NOW.date())


async def end(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    check = case.verifications[draw(len(case.verifications))].id if case.verifications else uuid4()
    outcome = ("confirmed", "confirmed", "silent", "not_confirmed", "withdrawn")[draw(5)]
    return await use_cases.end_verification(work, by, case.licence_id, check, outcome=outcome, answer="Written.")


async def correct(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    marks = {"distinguishing_marks": f"TCLU {draw(100)}"}
    return await use_cases.correct_box(
        work, by, case.licence_id, (17, 0), value=marks, why="copying", reason="A digit was wrong."
    )


async def move(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    office = OFFICES[draw(len(OFFICES))]
    return await use_cases.change_point_of_entry(work, by, case.licence_id, office=office, reason="Diverted.")


async def replace_another(life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    number = life.others[draw(len(life.others))].boxes.licence_number
    return await use_cases.register_replacement(work, by, case.licence_id, replaces_number=number)


async def is_replaced(life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    new = life.others[draw(len(life.others))].id
    return await use_cases.register_replacement(work, by, new, replaces_number=case.licence_number)


async def answer(life: Life, work: Work, _by: Person, case: StoredCase, draw: Draw) -> object:
    question = case.questions[draw(len(case.questions))].id if case.questions else uuid4()
    return await use_cases.receive_answer(work, InformationProvided(**said(life), request_id=question, text="Here."))


async def withdraw(life: Life, work: Work, _by: Person, _case: StoredCase, _draw: Draw) -> object:
    return await use_cases.withdraw_when_asked(work, WithdrawalAsked(**said(life), reason="Sold elsewhere."))


async def hand_in_again(life: Life, work: Work, _by: Person, case: StoredCase, _draw: Draw) -> object:
    """Whoever has the baton: `licences` lets the company do this only with what was returned."""
    if case.validation_state != "returned":
        return None
    again = case.licence.model_copy(update={"version": case.version + 1, "changed_boxes": [15]})
    life.told.append(LicenceSubmitted(licence=again))
    return await use_cases.open_cases(work, [use_cases.submission(again, NOW + timedelta(hours=1))])


def said(life: Life) -> dict[str, Any]:
    """What every message of the company says of its licence."""
    of = life.licence
    return {
        "licence_id": of.id, "licence_number": of.boxes.licence_number, "operator_id": of.operator_id,
        "country": of.point_of_entry[:2], "point_of_entry": of.point_of_entry, "by": of.requester,
    }  # fmt: skip


async def ask(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    kind = ("information", "translation")[draw(2)]
    return await use_cases.ask_company(work, by, case.licence_id, kind=kind, text="Which invoice?")


async def check_further(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    kind = ("query", "physical")[draw(2)]
    return await use_cases.open_verification(work, by, case.licence_id, kind=kind, sent_on=NOW.date())


async def clear(_life: Life, work: Work, by: Person, case: StoredCase, draw: Draw) -> object:
    number, volume = (MRN, OTHER_MRN)[draw(2)], ("15.2", "16.72", "17")[draw(3)]
    return await use_cases.clear_licence(
        work,
        by,
        case.licence_id,
        declaration=number,
        declared=Quantities(Decimal(volume)),
        override_reason=("", "Weighed again.")[draw(2)],
    )


OFFICERS_DO: dict[str, Do] = {
    "take": act(use_cases.take_case, over=True),
    "release": act(use_cases.release_case),
    "ask": ask,
    "waive": waive,
    "open": check_further,
    "remind": remind,
    "end": end,
    "correct": correct,
    "return": act(use_cases.return_licence, text="", boxes=[BoxReason(15, "MISSING_DATA")]),
    "validate": act(use_cases.validate_licence),
    "validate again": act(use_cases.validate_licence, remark="In order."),
    "reject": act(use_cases.reject_licence, reason_code="FORMAT", reason="No stamp."),
    "confirm": act(use_cases.confirm_decision),
    "decline": act(use_cases.decline_decision, reason="Look again."),
    "cancel": act(use_cases.cancel_validation, reason="The issuer revoked it."),
    "fee": act(use_cases.record_fee, amount=Decimal(30)),
    "move": move,
    "replace": replace_another,
    "be replaced": is_replaced,
}
CUSTOMS_DO: dict[str, Do] = {
    "clear": clear,
    "suspend": act(use_cases.suspend_clearance, reason="Doubt."),
    "resume": act(use_cases.resume_clearance, reason="Settled."),
    "refuse": act(use_cases.refuse_clearance, reason="Other goods."),
    "correct it": act(use_cases.correct_declaration, declaration=MRN, declared=Quantities(Decimal(15)), reason="Typo."),
    "reserve": act(use_cases.reserve_licence, declaration=MRN),
    "free": act(use_cases.free_licence, declaration=MRN),
}
COMPANY_DOES: dict[str, Do] = {"answer": answer, "hand in": hand_in_again, "hand in again": hand_in_again}
RARELY: dict[str, Do] = {"withdraw": withdraw}


def the_law_holds(life: Life, before: StoredCase, after: StoredCase, news: list[Event]) -> None:
    """What may never be, whatever was tried."""
    if after.clearance_state == "cleared" and before.clearance_state != "cleared":
        assert (before.validation_state, before.clearance_state) == ("validated", "awaiting")
    if after.validation_state == "validated" and before.validation_state != "validated":
        assert not [check for check in before.verifications if check.forbids_acceptance]
    if after.clearance_state != "not_ready":
        assert after.validation_state == "validated"
    here = life.told
    for place, event in enumerate(here):
        if isinstance(event, facts.CaseHandedOver):
            here = life.told[place:]
    decisions = [event for event in here if isinstance(event, facts.LicenceValidated | facts.LicenceRejected)]
    assert len(decisions) <= 1
    assert len([event for event in life.told if isinstance(event, facts.LicenceCleared)]) <= 1
    if news:
        assert isinstance(news[-1], facts.CaseEvent)
        assert news[-1].version == after.version


async def step(life: Life, by: Person, do: Do, draw: Draw) -> None:
    """Somebody tries something; afterwards everything fits together."""
    before, entries = await life.case(), await life.entries()
    with suppress(Refusal):
        async with life.service.work() as work:
            await do(life, work, by, before, draw)
    after, news = await life.case(), await life.news()
    life.told += news
    answers = [e for e in news if isinstance(e, facts.InformationReceived)]
    noted = await life.entries() - entries
    assert len(news) - len(answers) <= noted <= len(news)
    the_law_holds(life, before, after, news)
    assert retold(life.told) == known(after)


async def can_be_ended(life: Life, officer: Person, colleague: Person) -> None:
    """From wherever it stands some people can bring it to a final state."""
    case = await life.case()
    if case.to_decide().state in FINAL:
        return
    nothing: Draw = lambda _n: 0  # noqa: E731
    if case.to_decide().state in UNDECIDED:
        await step(life, officer, act(use_cases.take_case, over=True), nothing)
        await step(life, officer, act(use_cases.decline_decision, reason="Look again."), nothing)
        await step(life, officer, OFFICERS_DO["reject"], nothing)
        await step(life, colleague, OFFICERS_DO["confirm"], nothing)
    elif case.validation_state == "returned":
        await step(life, officer, withdraw, nothing)
    else:
        await step(life, officer, OFFICERS_DO["cancel"], nothing)
    assert (await life.case()).to_decide().state in FINAL


@pytest.fixture(scope="module")
async def dutch_customs(service: Validation) -> Person:
    async with service.work() as work:
        return await know(work.db, person("Dirk Douane", customs_role("NL000396")))


async def new_life(service: Validation, policy: Policy) -> Life:
    def numbered() -> Licence:
        number = f"26.{uuid4().int % 10**5:05}-{uuid4().int % 10**5:05}.003-ID-BE"
        return licence(boxes=boxes(licence_number=number))

    of, others = numbered(), [numbered(), numbered()]
    async with service.work() as work:
        await work.db.execute("DELETE FROM authority_policy")
        for country in ("BE", "NL"):
            await storage.keep_policy(work.db, country, policy, version=0, at=NOW, by=UUID(int=1))
    for one in (of, *others):
        await opened(service, one)
    return Life(service, of, others, [LicenceSubmitted(licence=of)])


@dataclass
class Cast:
    """Who acts in a life, by what they are."""

    officers: list[Person]
    customs: list[Person]

    def near(self, case: StoredCase, chance: random.Random) -> "Cast":
        """Mostly those act who may: what nobody else may do is told apart cell by cell elsewhere."""
        if chance.random() < FAR:
            return self
        officers = [one for one in self.officers if one.roles[0].country == case.country]
        customs = [one for one in self.customs if one.roles[0].office == case.point_of_entry]
        return Cast(officers, customs or self.customs)


async def live(life: Life, cast: Cast, chance: random.Random) -> None:
    """Somebody tries something, many times over; in the end it can be ended."""
    for _try in range(STEPS):
        around = cast.near(await life.case(), chance)
        acts, by = chance.choices(
            [
                (OFFICERS_DO, chance.choice(around.officers)),
                (CUSTOMS_DO, chance.choice(around.customs)),
                (COMPANY_DOES, around.officers[0]),
                (RARELY, around.officers[0]),
            ],
            weights=[60, 25, 14, 1],
        )[0]
        await step(life, by, chance.choice(list(acts.values())), chance.randrange)
    country = (await life.case()).country
    officer, colleague = (one for one in cast.officers if one.roles[0].country == country)
    await can_be_ended(life, officer, colleague)
    assert (await verify_history(life.service.work, only=life.licence.id)).broken is None


async def test_the_law_holds_and_the_events_tell_all(
    service: Validation, people: People, dutch_customs: Person
) -> None:
    """In a thread of its own, as hypothesis waits for each example and the service acts here."""
    loop = asyncio.get_running_loop()
    officers = [people.officer, people.colleague, people.dutch_officer, people.dutch_colleague]
    cast = Cast(officers, [people.customs, people.other_customs, dutch_customs])

    lived = []

    async def one_life(policy: Policy, seed: int) -> None:
        await live(await new_life(service, policy), cast, random.Random(seed))  # noqa: S311 - a life that can be relived
        lived.append(seed)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(policy=st.sampled_from(POLICIES), seed=st.integers(0, 2**32))
    def check(policy: Policy, seed: int) -> None:
        asyncio.run_coroutine_threadsafe(one_life(policy, seed), loop).result()

    await asyncio.to_thread(check)
    assert len(lived) >= EXAMPLES
