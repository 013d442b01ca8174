"""Facts come in any order across topics, again, and late: an authority cell ends in the same state all the same.

Kept is only the order within one topic for one licence, as Kafka keeps it. What a cell is told by others is drawn here:
licences handed in, answers, withdrawals, hand-overs into the cell and out of it, replacements. Compared are the cases
it holds, their acts, and what it tells; what is left here of a case that only passed through is not.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import ConsumerRecord
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.databases import Databases
from services.validation.main import create_service
from services.validation.service import Validation
from services.validation.settings import Settings
from shared.contracts import Event
from shared.contracts.licence import Licence, Requester
from shared.contracts.licences import InformationProvided, LicenceSubmitted, WithdrawalAsked
from shared.contracts.validation import CaseHandedOver, LicenceReplacing
from shared.testing.settings import settings_for
from tests.validation.examples import NOW, attachment, boxes, licence
from tests.validation.test_consumers import message

OFFICES = {"BE": "BE101000", "NL": "NL000396"}
KEPT = """
SELECT c.licence_id, version, country, point_of_entry, validation_state, clearance_state, submitted_at, replaced_by,
    licence, (SELECT array_agg(act || text ORDER BY position) FROM case_act a WHERE a.licence_id = c.licence_id) AS acts
FROM licence_case c WHERE held ORDER BY licence_id
"""
TABLES = (
    "outbox_unsent", "outbox", "inbox", "parked", "early_message", "case_elsewhere", "case_past", "case_history",
    "case_act", "licence_case",
)  # fmt: skip
EXAMPLES = 25
TOLD = "SELECT key, type, payload FROM outbox ORDER BY key, id"


@dataclass(frozen=True)
class Story:
    """What is told of one licence: the messages of each topic in their order."""

    submitted: list[Event]
    cases: list[Event]

    @property
    def licence_key(self) -> str:
        return self.submitted[0].key


def handed_over(of: Licence, country: str, before: str, version: int) -> CaseHandedOver:
    there = of.model_copy(update={"version": version, "point_of_entry": OFFICES[country]})
    return CaseHandedOver(
        **about(of, country), version=version, requester_id=of.requester.account_id, validation_state="submitted",
        clearance_state="not_ready", acting_body="CA", country_before=before, point_of_entry_before=OFFICES[before],
        reason="Other port.", submitted_at=NOW, licence=there,
    )  # fmt: skip


def about(of: Licence, country: str) -> dict[str, Any]:
    return {
        "licence_id": of.id,
        "licence_number": of.boxes.licence_number,
        "operator_id": of.operator_id,
        "country": country,
        "point_of_entry": OFFICES[country],
    }


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A licence at Antwerp or Rotterdam that may move, and then at most one thing that the company or another cell
    says to whoever holds it."""
    chance = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 - ids that hypothesis can draw again
    start = draw(st.sampled_from(["BE", "NL"]))
    of = licence(
        id=UUID(int=chance.getrandbits(128), version=4),
        operator_id=UUID(int=chance.getrandbits(128), version=4),
        point_of_entry=OFFICES[start],
        requester=Requester(account_id=UUID(int=chance.getrandbits(128), version=4), name="Ines Importer"),
        boxes=boxes(licence_number=f"26.{chance.randrange(10**5):05}-00123.003-ID-BE"),
    )
    submitted: list[Event] = [LicenceSubmitted(licence=of)]
    cases: list[Event] = []
    holder, moves = start, draw(st.integers(0, 1 if start == "BE" else 2))
    for number in range(moves):
        other = "NL" if holder == "BE" else "BE"
        cases.append(handed_over(of, other, holder, 3 + number))
        holder = other
    by = {"by": of.requester}
    said = draw(st.sampled_from(["nothing", "answer", "withdrawal", "replacing"]))
    if said == "answer" and holder == "BE":
        file = attachment("a" * 64, id=UUID(int=chance.getrandbits(128), version=4), box=0)
        question = UUID(int=chance.getrandbits(128), version=4)
        submitted.append(
            InformationProvided(**about(of, holder), **by, request_id=question, text="Late.", attachments=[file])
        )
    elif said == "withdrawal" and holder == "BE":
        submitted.append(WithdrawalAsked(**about(of, holder), **by, reason="Ship turned."))
    elif said == "replacing" and holder == "BE" and not moves:
        new = UUID(int=chance.getrandbits(128), version=4)
        there = {**about(of, "NL"), "licence_id": new, "licence_number": "26.9-ID-NL"}
        cases.append(
            LicenceReplacing(
                **there, version=4, requester_id=of.requester.account_id, validation_state="submitted",
                clearance_state="not_ready", acting_body="CA NL", replaces=of.id,
                replaces_number=of.boxes.licence_number,
            )
        )  # fmt: skip
    return Story(submitted, cases)


def in_turn(draw: Callable[[int], int], told: Sequence[Story], *, repeats: bool) -> list[ConsumerRecord]:
    """All messages in one order that keeps that of each topic; some come a second time, later."""
    queues = [list(part) for story in told for part in (story.submitted, story.cases) if part]
    ids = {id(event): uuid4() for queue in queues for event in queue}
    order: list[ConsumerRecord] = []
    while queues:
        queue = queues[draw(len(queues))]
        event = queue.pop(0)
        order.append(message(event, ids[id(event)]))
        if repeats and order and draw(3) == 0:
            order.append(order[draw(len(order))])
        queues = [left for left in queues if left]
    return order


@pytest.fixture(scope="module")
async def cell(
    postgres: Databases, copy_of: Callable[[str], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """A cell for Belgium with an empty database."""
    name = await copy_of("validation")
    url = postgres.url(name, role="validation")
    folder: Path = tmp_path_factory.mktemp("attachments")
    chosen = settings_for(Settings, url, attachments_dir=folder, countries=frozenset({"BE"}))
    service = create_service(chosen, clock=lambda: datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
    await service.open()
    yield service
    await service.close()
    await postgres.drop_database(name)


async def outcome(cell: Validation, messages: Sequence[ConsumerRecord], sizes: list[int]) -> Any:
    """What a new cell makes of these messages, taken in batches of any size: its cases, and what it tells."""
    async with cell.work() as work:
        await work.db.execute("ALTER TABLE case_act DISABLE TRIGGER USER")
        for table in TABLES:
            await work.db.execute(f"DELETE FROM {table}")
        await work.db.execute("ALTER TABLE case_act ENABLE TRIGGER USER")
    at = 0
    for size in sizes:
        if batch := messages[at : at + size]:
            await cell.hearing.hear(batch)
        at += size
    async with cell.work() as work:
        assert await work.db.fetchval("SELECT array_agg(error) FROM parked") is None
        cases = [dict(row) for row in await work.db.fetch(KEPT)]
        return cases, [tuple(row) for row in await work.db.fetch(TOLD)]


async def test_any_order_any_repetition_any_batches_end_in_the_same_state(cell: Validation) -> None:
    """In a thread of its own, as hypothesis waits for each outcome and the cell hears here."""
    loop = asyncio.get_running_loop()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(told=st.lists(stories(), min_size=1, max_size=4, unique_by=lambda story: story.licence_key), data=st.data())
    def check(told: list[Story], data: st.DataObject) -> None:
        def draw(below: int) -> int:
            return data.draw(st.integers(0, below - 1))

        def heard(messages: Sequence[ConsumerRecord], most: int) -> Any:
            sizes = [1 + draw(most) for _ in messages]
            return asyncio.run_coroutine_threadsafe(outcome(cell, messages, sizes), loop).result(timeout=60)

        expected = heard(in_turn(lambda _n: 0, told, repeats=False), 1)
        shuffled = in_turn(draw, told, repeats=True)
        assert heard(shuffled, 5) == expected
        assert heard([*shuffled, *shuffled], 9) == expected

    await asyncio.to_thread(check)
