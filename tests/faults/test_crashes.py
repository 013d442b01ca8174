"""kill -9 at the worst moments: the licence still arrives, once, and nobody gets a mail twice.

Each moment is made certain: a lock on a table, or on the relay, holds the process where it shall die.
"""

import asyncio
from typing import Any

import pytest

from deploy.local.product import Product
from shared.database import RELAY_LOCK
from shared.testing.waiting import until
from tests.faults.proof import (
    arrived_once,
    everything_has_settled,
    locked,
    mailed_once,
    session,
    somebody_waits_for,
    unsent,
)
from tests.journeys.papers import paper
from tests.journeys.people import Cast
from tests.journeys.programs import LICENCES, case_address, enter, hand_in, submit
from tests.journeys.stage import ask, mails_to

pytestmark = pytest.mark.fault


async def test_a_service_killed_between_its_commit_and_its_send(product: Product, cast: Cast) -> None:
    await product.stop_service("licences")
    async with session(product, "licences") as db:
        await db.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
        await product.start_service("licences")  # its relay waits for the lock that we hold
        licence = await hand_in(cast.importer.program)
        assert await unsent(product, "licences") == 1
        await product.kill("licences")

    assert await unsent(product, "licences") == 1
    assert (await cast.officer.program.get(case_address(licence))).status_code == 404
    await product.start_service("licences")

    await arrived_once(product, [licence])
    await mailed_once(product, cast.importer.email, [licence])
    await mailed_once(product, cast.colleague.email, [licence])


async def test_a_service_killed_between_its_send_and_noting_it_sends_again_and_is_heard_once(
    product: Product, cast: Cast
) -> None:
    async with locked(product, "licences", "relay_reach", "EXCLUSIVE"):
        licence = await hand_in(cast.importer.program)
        await somebody_waits_for(product, "licences", "relay_reach")

        async def heard() -> bool:
            return (await cast.officer.program.get(case_address(licence))).status_code == 200

        await until(heard, what="the licence's case")
        await product.kill("licences")
        assert await unsent(product, "licences") == 1

    await product.start_service("licences")

    await arrived_once(product, [licence])
    await mailed_once(product, cast.importer.email, [licence])


async def test_a_consumer_killed_in_the_middle_of_a_batch(product: Product, cast: Cast) -> None:
    await product.kill("validation")
    licences = await asyncio.gather(*(hand_in(cast.importer.program) for _ in range(6)))
    await until(lambda: _sent(product), what="unsent licences")
    async with locked(product, "validation", "licence_case", "ACCESS EXCLUSIVE"):
        await product.start_service("validation")
        await somebody_waits_for(product, "validation", "licence_case")
        await product.kill("validation")

    await product.start_service("validation")

    await arrived_once(product, licences)
    decided = await cast.officer.program.post(case_address(licences[0], "decision"), json={"outcome": "validated"})
    assert decided.status_code == 200, decided.text


async def _sent(product: Product) -> bool:
    return await unsent(product, "licences") == 0


async def test_the_broker_killed_while_licences_are_submitted(product: Product, cast: Cast) -> None:
    before = await hand_in(cast.importer.program)
    await arrived_once(product, [before])
    mails_before = len(await mails_to(product, ""))
    drafts = await asyncio.gather(*(enter(cast.importer.program, paper()) for _ in range(12)))
    accepted: list[dict[str, Any]] = []
    half = asyncio.Event()

    async def submit_all() -> None:
        for draft in drafts:
            answer = await submit(cast.importer.program, draft["id"])
            assert answer.status_code == 200, answer.text
            accepted.append(answer.json())
            if len(accepted) == len(drafts) // 2:
                half.set()

    submitting = asyncio.create_task(submit_all())
    await half.wait()
    await product.kill_broker()
    await submitting
    during = await unsent(product, "licences")
    assert during > 0  # those submitted without a broker wait here

    await product.restart_broker()

    await arrived_once(product, [before, *accepted])
    for somebody in (cast.importer, cast.colleague):
        await mailed_once(product, somebody.email, [before, *accepted])
    per_licence = await ask(
        product,
        "notifications",
        "SELECT count(*) FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.about = $1 AND d.state = 'sent'",
        before["id"],
    )
    assert len(await mails_to(product, "")) == mails_before + per_licence * len(accepted)


async def test_a_decision_survives_the_death_of_broker_and_validation_together(product: Product, cast: Cast) -> None:
    licence = await hand_in(cast.importer.program)
    await arrived_once(product, [licence])
    await product.kill_broker()
    decided = await cast.officer.program.post(case_address(licence, "decision"), json={"outcome": "validated"})
    assert decided.status_code == 200, decided.text
    await product.kill("validation")
    assert await unsent(product, "validation") == 1

    await product.restart_broker()
    await product.start_service("validation")

    async def told() -> bool:
        seen = await cast.colleague.program.get(f"{LICENCES}/{licence['id']}")
        return bool(seen.json()["validation_state"] == "validated")

    await until(told, within=60, what="the decision at the importer")
    await everything_has_settled(product)
    subject = f"Licence {licence['boxes']['licence_number']}: validated"
    for somebody in (cast.importer, cast.colleague):
        assert len(await somebody.mails(subject)) == 1
