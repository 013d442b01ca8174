import asyncio
from types import SimpleNamespace
from unittest.mock import AsyncMock
from uuid import uuid4

import pytest
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from shared import inbox, messaging
from shared.contracts.licences import LicenceSubmitted
from shared.messaging import Listener
from shared.subscription import AcknowledgesFirst, refuse_acknowledging_first, subscribe
from tests.shared.stage import heard_by, record_of, rejected, stage, validated


async def test_an_event_heard_twice_takes_effect_once(database_url):
    event, event_id = validated(remark="once"), uuid4()

    async with stage(database_url) as service:
        await service.hearing.hear([record_of(event, event_id=event_id), record_of(event, event_id=event_id)])
        await service.hearing.hear([record_of(event, event_id=event_id)])

        assert await heard_by(service) == ["once"]


async def test_what_was_heard_before_is_left_out_of_a_batch_with_something_new(database_url):
    old, new = record_of(validated(remark="old")), record_of(validated(remark="new"))

    async with stage(database_url) as service:
        await service.hearing.hear([old])
        await service.hearing.hear([old, new, old])

        assert await heard_by(service) == ["old", "new"]


async def test_an_empty_poll_is_followed_by_the_next_without_a_pause(database_url):
    async with stage(database_url, kafka_poll_ms=60_000) as service:
        (subscriber,) = subscribe(service.settings, service.hearing).subscribers
        nothing_came = SimpleNamespace(getmany=AsyncMock(return_value={}))

        async with asyncio.timeout(30):
            assert await subscriber.get_msg(nothing_came) == ()


async def test_a_batch_keeps_its_order_across_kinds_of_handlers(database_url):
    licence_id = uuid4()
    batch = [
        record_of(validated(licence_id, 2, "first")),
        record_of(rejected(licence_id, 3, "second")),
        record_of(rejected(licence_id, 4, "third")),
        record_of(validated(licence_id, 5, "fourth")),
    ]

    async with stage(database_url) as service:
        await service.hearing.hear(batch)

        assert await heard_by(service, licence_id) == ["first", "second", "third", "fourth"]


async def test_one_bad_message_does_not_hold_up_its_batch_and_is_parked_with_everything_it_came_with(database_url):
    bad = record_of(validated(remark="poison"), position=7)

    async with stage(database_url) as service:
        await service.hearing.hear([record_of(validated(remark="before")), bad, record_of(validated(remark="after"))])

        assert await heard_by(service) == ["before", "after"]
        async with service.work() as work:
            (parked,) = await inbox.parked(work.db)
            dead = await work.db.fetchrow("SELECT topic, payload, headers FROM outbox")
    assert parked["value"] == bad.value
    assert parked["headers"]["ce_type"] == "eu.flegt.validation.licence-validated.v1"
    assert "can never be handled" in parked["error"]
    assert (dead["topic"], dead["payload"]) == ("validation.cases.licences.dead", bad.value)


async def test_an_error_that_only_looks_like_an_absent_database_does_not_block_the_rest(database_url, monkeypatch):
    monkeypatch.setattr(messaging, "PAUSES", (0.01, 0.01))

    async with stage(database_url) as service:
        await service.hearing.hear([record_of(validated(remark="missing file")), record_of(validated(remark="after"))])

        assert await heard_by(service) == ["after"]
        async with service.work() as work:
            assert await inbox.count_parked(work.db) == 1


async def test_a_parked_message_is_parked_once_however_often_it_comes(database_url):
    bad = record_of(validated(remark="poison"))

    async with stage(database_url) as service:
        await service.hearing.hear([bad])
        await service.hearing.hear([bad])

        async with service.work() as work:
            assert await inbox.count_parked(work.db) == 1
            assert await work.db.fetchval("SELECT count(*) FROM outbox") == 1


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"ce_id": None}, "no CloudEvent"),
        ({"ce_id": "seven"}, "no CloudEvent"),
        ({"ce_time": "yesterday"}, "no CloudEvent"),
        ({"ce_type": "eu.flegt.validation.licence-validated.v2"}, "newer version"),
        ({"ce_type": "eu.flegt.validation.licence-rejected.v1"}, "not a valid"),
    ],
)
async def test_what_cannot_be_read_is_parked(database_url, headers, why):
    async with stage(database_url) as service:
        await service.hearing.hear([record_of(validated(), **headers)])

        async with service.work() as work:
            (parked,) = await inbox.parked(work.db)
    assert why in parked["error"]


async def test_events_that_are_none_of_our_business_are_passed_over(database_url):
    async with stage(database_url) as service:
        await service.hearing.hear([record_of(validated(), ce_type="eu.flegt.validation.case-painted.v1")])

        assert await heard_by(service) == []
        async with service.work() as work:
            assert await inbox.count_parked(work.db) == 0


async def test_what_is_not_yet_possible_is_tried_again_until_it_is(database_url):
    early = record_of(validated(remark="not yet"))

    async with stage(database_url) as service:
        hearing = asyncio.create_task(service.hearing.hear([early]))
        await service.hearing.hear([record_of(validated(remark="the other"))])
        await asyncio.wait_for(hearing, timeout=20)

        assert await heard_by(service) == ["the other", "not yet"]


async def test_a_parked_message_can_be_heard_again_once(database_url):
    waits = record_of(rejected(reason="late"), ce_type="eu.flegt.validation.licence-rejected.v2")

    async with stage(database_url) as service:
        await service.hearing.hear([waits])
        async with service.work() as work:
            (parked,) = await inbox.parked(work.db)
            await work.db.execute(
                "UPDATE parked SET headers = headers || jsonb_build_object('ce_type', $1::text)",
                rejected().wire_name,
            )

        assert await service.hearing.settle(parked["id"], "resend", by="support")
        assert not await service.hearing.settle(parked["id"], "resend", by="support")
        assert await heard_by(service) == ["late"]


async def test_a_parked_message_that_fails_again_stays_parked(database_url):
    async with stage(database_url) as service:
        await service.hearing.hear([record_of(validated(remark="poison"))])
        async with service.work() as work:
            (parked,) = await inbox.parked(work.db)

        with pytest.raises(ValueError, match="never be handled"):
            await service.hearing.settle(parked["id"], "resend", by="support")

        async with service.work() as work:
            assert await inbox.count_parked(work.db) == 1


async def test_a_dropped_message_is_gone_from_the_list_but_kept(database_url):
    async with stage(database_url) as service:
        await service.hearing.hear([record_of(validated(remark="poison"))])
        async with service.work() as work:
            (parked,) = await inbox.parked(work.db)

        assert await service.hearing.settle(parked["id"], "drop", by="support")

        async with service.work() as work:
            assert await inbox.count_parked(work.db) == 0
            kept = await work.db.fetchrow("SELECT settled_as, settled_by FROM parked")
    assert tuple(kept) == ("dropped", "support")


def test_listening_to_a_topic_that_is_not_declared_is_refused():
    with pytest.raises(ValueError, match=r"licences\.licences"):
        Listener("licences").hears(LicenceSubmitted)


@pytest.mark.parametrize(("policy", "refused"), [(AckPolicy.ACK_FIRST, True), (AckPolicy.NACK_ON_ERROR, False)])
def test_a_subscriber_that_acknowledges_first_stops_the_start(policy, refused):
    broker = KafkaBroker()
    broker.subscriber("validation.cases", group_id="g", ack_policy=policy)

    try:
        refuse_acknowledging_first(broker)
    except AcknowledgesFirst:
        assert refused
    else:
        assert not refused
