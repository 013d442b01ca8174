import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shared import outbox
from tests.shared.stage import stage, validated


async def test_a_fact_told_in_a_work_that_fails_is_not_kept(database_url):
    async with stage(database_url) as service:

        async def fail() -> None:
            async with service.work() as work:
                work.tell(validated())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()

        async with service.work() as work:
            assert await work.db.fetchval("SELECT count(*) FROM outbox") == 0


async def test_facts_are_kept_in_the_order_they_were_told_and_wait_to_be_sent(database_url):
    events = [validated(version=version) for version in range(20)]

    async with stage(database_url) as service:
        async with service.work() as work:
            for event in events:
                work.tell(event)

        async with service.work() as work:
            rows = await work.db.fetch("SELECT o.* FROM outbox o JOIN outbox_unsent u USING (id) ORDER BY id")
    assert [row["payload"] for row in rows] == [event.model_dump_json().encode() for event in events]
    assert [row["key"].decode() for row in rows] == [event.key for event in events]


async def test_committing_a_fact_wakes_who_listens(database_url):
    woken = asyncio.Event()
    async with stage(database_url) as service:
        listening = await asyncpg.connect(database_url)
        await listening.add_listener(outbox.CHANNEL, lambda *_: woken.set())

        async with service.work() as work:
            work.tell(validated())

        assert await asyncio.wait_for(woken.wait(), timeout=5)
        await listening.close()


async def test_pruning_forgets_old_sent_events_and_never_unsent_ones(database_url):
    long_ago = datetime.now(UTC) - timedelta(days=100)
    async with stage(database_url) as service:
        async with service.work(at=long_ago) as work:
            work.tell(validated(remark="sent"))
        async with service.work() as work:
            await work.db.execute("DELETE FROM outbox_unsent")
        async with service.work(at=long_ago) as work:
            work.tell(validated(remark="unsent"))

        async with service.work() as work:
            assert await outbox.prune(work.db, now=work.now, keep=timedelta(days=30)) == 1
            left = await work.db.fetch("SELECT payload FROM outbox")
    assert [b"unsent" in row["payload"] for row in left] == [True]


async def test_a_range_can_be_sent_again(database_url):
    async with stage(database_url) as service:
        async with service.work() as work:
            for version in range(5):
                work.tell(validated(version=version))
        async with service.work() as work:
            await work.db.execute("DELETE FROM outbox_unsent")
            first = await work.db.fetchval("SELECT min(id) FROM outbox")

            assert await outbox.replay(work.db, first=first + 1, last=first + 3) == 3
            assert (await outbox.unsent(work.db)).count == 3
