"""Argon2id beside the event loop."""

import asyncio

import pytest

from services.identity import passwords
from services.identity.passwords import Passwords
from shared.problems import TooMany


async def test_a_password_fits_its_own_hash_only() -> None:
    keeper = Passwords(at_once=2)
    first, second = await asyncio.gather(keeper.hash("walnut river"), keeper.hash("walnut river"))

    assert first != second
    assert await keeper.verify(first, "walnut river")
    assert not await keeper.verify(first, "walnut rivers")
    assert not await keeper.verify(None, "what is verified when there is no such account")


async def test_the_event_loop_goes_on_while_a_password_is_computed() -> None:
    keeper = Passwords(at_once=1)
    computing = asyncio.create_task(keeper.hash("walnut river"))
    turns = 0
    while not computing.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 10


async def test_who_waits_too_long_for_a_turn_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Passwords(at_once=1)
    first = asyncio.create_task(keeper.hash("walnut river"))
    await asyncio.sleep(0)
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0)

    with pytest.raises(TooMany):
        await keeper.hash("walnut river")
    await first
