"""Signing keys follow one another: published before they sign, believed until their last token has ended."""

import argparse
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.box import SecretKeyChanged
from services.identity.domain.keys import (
    BELIEVED_AFTER,
    CACHED_FOR,
    PUBLISHED_BEFORE,
    SigningKey,
    is_due,
    last_believed,
    next_signs_from,
    signing,
)
from services.identity.key_commands import keys as command
from services.identity.key_commands import prepare_keys
from services.identity.main import build
from services.identity.service import Identity
from services.identity.use_cases import keys as use_cases
from shared.authentication import verify
from shared.problems import WrongState
from shared.testing.apps import opened
from shared.testing.people import person
from shared.testing.settings import ORIGIN
from tests.identity.conftest import Clock
from tests.identity.keys.acts import kid_of, published, retire, rotate, settings

Copy = Callable[[str], Any]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
TOKEN_LIVES = timedelta(minutes=15)
LIVES = timedelta(days=30)


async def is_believed(service: Identity, token: str) -> bool:
    return await verify(token, service.keyring, issuer=ORIGIN, leeway=60) is not None


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=40)), min_size=1, max_size=12))
def test_whatever_happens_a_published_key_signs_and_no_token_outlives_its_key(pauses: list[timedelta]) -> None:
    """Looking at the keys after any pauses: each was published before it signed, each token ends before its key."""
    keys: list[SigningKey] = []
    now = NOW
    for number, pause in enumerate(pauses):
        now += pause
        keys = [key for key in keys if key.is_believed(now)]
        before = signing(keys, now)
        if is_due(keys, now, lives=LIVES):
            new = SigningKey(f"{number:03}", b"", now, next_signs_from(keys, now))
            assert before is None or new.signs_from - now >= PUBLISHED_BEFORE > CACHED_FOR
            keys = [
                SigningKey(k.kid, b"", k.created_at, k.signs_from, last_believed(new.signs_from, TOKEN_LIVES))
                if k is before
                else k
                for k in keys
            ] + [new]
            assert before is None or signing(keys, now) is not new
        signs = signing(keys, now)
        assert signs is not None
        last_token_ends = now + TOKEN_LIVES
        assert signs.ends_at is None or signs.ends_at >= last_token_ends


async def test_a_key_is_published_before_it_signs_and_believed_until_its_last_token_has_ended(
    service: Identity, clock: Clock
) -> None:
    (old,) = published(service)
    new = await rotate(service)
    assert published(service) == [new.kid, old]
    before = service.keyring.sign(person(), now=clock.now)
    assert kid_of(before) == old

    clock.forward(seconds=PUBLISHED_BEFORE.total_seconds() - 1)
    last = service.keyring.sign(person(), now=clock.now)
    clock.forward(seconds=1)
    assert (kid_of(last), kid_of(service.keyring.sign(person(), now=clock.now))) == (old, new.kid)

    clock.forward(seconds=TOKEN_LIVES.total_seconds() - 1)
    await service.follow_keys()
    assert await is_believed(service, last)
    clock.forward(seconds=BELIEVED_AFTER.total_seconds() + 1)
    await service.follow_keys()
    assert published(service) == [new.kid]
    async with service.work() as work:
        assert await work.db.fetchval("SELECT count(*) FROM signing_key") == 1


async def test_the_next_key_comes_by_itself_when_one_gets_old(service: Identity, clock: Clock) -> None:
    (old,) = published(service)
    clock.forward(days=29)
    await service.follow_keys()
    assert published(service) == [old]
    clock.forward(days=1)
    await service.follow_keys()
    new, still = published(service)

    assert still == old
    assert kid_of(service.keyring.sign(person(), now=clock.now)) == old
    async with service.work() as work:
        rows = await work.db.fetch("SELECT act, details FROM audit WHERE act LIKE 'signing_key_%' ORDER BY id")
    assert [row["details"] for row in rows] == [{"kid": old, "why": "age"}, {"kid": new, "why": "age"}]


async def test_a_rotation_asked_for_twice_makes_one_key(service: Identity) -> None:
    assert (await rotate(service)).kid == (await rotate(service)).kid
    assert len(published(service)) == 2


async def test_a_stolen_key_is_believed_no_more_from_one_moment_to_the_next(service: Identity, clock: Clock) -> None:
    (stolen,) = published(service)
    forged = service.keyring.sign(person(), now=clock.now)
    await retire(service, stolen, at_once=True)

    assert stolen not in published(service)
    assert not await is_believed(service, forged)
    assert await is_believed(service, service.keyring.sign(person(), now=clock.now))
    with pytest.raises(WrongState):
        await retire(service, stolen)


async def test_a_stolen_key_is_followed_by_the_one_that_waits_and_a_stolen_one_that_waits_by_another(
    service: Identity, clock: Clock
) -> None:
    (first,) = published(service)
    second = await rotate(service)
    await retire(service, second.kid, at_once=True)
    third, still = published(service)
    assert still == first
    assert kid_of(service.keyring.sign(person(), now=clock.now)) == first

    await retire(service, first, at_once=True)

    assert published(service) == [third]
    assert kid_of(service.keyring.sign(person(), now=clock.now)) == third


async def test_an_orderly_retirement_is_a_rotation(service: Identity) -> None:
    (old,) = published(service)
    await retire(service, old)
    assert len(published(service)) == 2
    await retire(service, old)
    assert len(published(service)) == 2


async def test_the_command_shows_and_changes_keys(service: Identity, capsys: pytest.CaptureFixture[str]) -> None:

    parser = argparse.ArgumentParser()
    prepare_keys(parser)
    (old,) = published(service)
    for words in (["rotate"], ["retire", old, "--now"], ["list"]):
        await command(service, parser.parse_args(words))
    shown = capsys.readouterr().out.splitlines()

    assert len(shown) == 2 + 1 + 1
    assert old not in shown[-1]
    for words in (["retire"], ["retire", "unknown"]):
        with pytest.raises(SystemExit):
            await command(service, parser.parse_args(words))


async def test_every_replica_follows(service: Identity, database: str, clock: Clock) -> None:
    async with opened(build(settings(database), clock)) as second:
        replica: Identity = second.state.service
        new = await rotate(service)
        await replica.follow_keys()
        clock.forward(seconds=PUBLISHED_BEFORE.total_seconds())

        assert await is_believed(service, replica.keyring.sign(person(), now=clock.now))
        assert kid_of(replica.keyring.sign(person(), now=clock.now)) == new.kid


async def test_replicas_that_start_or_rotate_together_make_one_key(database: str, clock: Clock) -> None:
    apps = [build(settings(database), clock) for _ in range(3)]
    async with opened(apps[0]), opened(apps[1]), opened(apps[2]):
        services: list[Identity] = [app.state.service for app in apps]
        clock.forward(days=30)
        await asyncio.gather(*(service.follow_keys() for service in services))
        await asyncio.gather(*(service.follow_keys() for service in services))

        assert [len(published(service)) for service in services] == [2, 2, 2]


async def test_the_secret_is_replaced_while_its_predecessor_is_named(database: str, clock: Clock) -> None:
    async with opened(build(settings(database), clock)) as first:
        kids = published(first.state.service)
    both = {"secret_key": "another key", "secret_key_before": "a key for tests only"}
    async with opened(build(settings(database, **both), clock)) as between:
        assert published(between.state.service) == kids
    async with opened(build(settings(database, secret_key="another key"), clock)) as after:
        assert published(after.state.service) == kids
        old = build(settings(database), clock).state.service
        async with after.state.service.work() as work:
            with pytest.raises(SecretKeyChanged):
                await use_cases.follow_keys(work, old.keyring)
