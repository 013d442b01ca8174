"""Accounts, links, passwords and sessions, on a real database."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from services.identity.domain import guessing
from services.identity.service import Identity
from services.identity.use_cases import accounts, sessions
from services.identity.use_cases.refusals import NotConfirmed, WrongCredentials
from shared.problems import TooMany, WrongContent, WrongState
from tests.identity.acts import link_of, register, sign_in
from tests.identity.conftest import PASSWORD, Clock, claims, registration, told, told_to

Member = Callable[..., Any]


async def test_an_account_can_be_used_once_its_address_is_confirmed(service: Identity, password_hash: str) -> None:
    email = "new@timber.example"
    await register(service, email, password_hash)

    with pytest.raises(NotConfirmed):
        await sign_in(service, email)
    async with service.work() as work:
        account = await accounts.confirm_account(work, await link_of(service, email))

    assert (await sign_in(service, "NEW@timber.example")).person.account_id == account.id
    (fact,) = await told(service, "account-confirmed", account.id)
    assert fact["email"] == email


async def test_the_database_keeps_no_link_and_no_password(service: Identity, password_hash: str) -> None:
    email = "kept@timber.example"
    await register(service, email, password_hash)
    secret = await link_of(service, email)

    async with service.work() as work:
        kept = str([dict(row) for row in await work.db.fetch("SELECT * FROM link")])
        kept += str([dict(row) for row in await work.db.fetch("SELECT * FROM account")])
    assert secret not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


async def test_a_link_works_once_and_ends_after_a_day(service: Identity, password_hash: str, clock: Clock) -> None:
    await register(service, "once@timber.example", password_hash)
    await register(service, "late@timber.example", password_hash)
    used, late = await link_of(service, "once@timber.example"), await link_of(service, "late@timber.example")

    async with service.work() as work:
        await accounts.confirm_account(work, used)
    clock.forward(hours=24)

    for secret, code in ((used, "link_used"), (late, "link_ended"), ("made-up", "link_unknown")):
        with pytest.raises(WrongState) as refused:
            async with service.work() as work:
                await accounts.confirm_account(work, secret)
        assert refused.value.code == code


async def test_a_link_used_twice_at_the_same_time_confirms_once(service: Identity, password_hash: str) -> None:
    await register(service, "twice@timber.example", password_hash)
    secret = await link_of(service, "twice@timber.example")

    async def confirm() -> object:
        async with service.work() as work:
            return await accounts.confirm_account(work, secret)

    answers = await asyncio.gather(confirm(), confirm(), return_exceptions=True)

    assert sorted(isinstance(answer, WrongState) for answer in answers) == [False, True]


async def test_a_new_link_replaces_the_one_before_and_strangers_cannot_flood_a_mailbox(
    service: Identity, password_hash: str
) -> None:
    email = "again@timber.example"
    await register(service, email, password_hash)
    first = await link_of(service, email)
    for _ in range(10):
        async with service.work() as work:
            await accounts.request_confirmation_again(work, email)

    with pytest.raises(WrongState):
        async with service.work() as work:
            await accounts.read_link(work, first, "confirmation")
    assert len(await told_to(service, "confirmation-requested", email)) == 5


async def test_the_owner_of_a_taken_address_is_told_and_keeps_the_account(
    service: Identity, member: Member, password_hash: str
) -> None:
    person, email = await member()
    async with service.work() as work:
        await accounts.register_account(
            work, registration(email.upper(), first_name="Mallory"), password_hash=password_hash
        )
        account = await accounts.read_account(work, person)

    assert account.first_name == "Ines"
    assert len(await told(service, "registration-repeated", person.account_id)) == 1
    assert await told_to(service, "confirmation-requested", email.upper()) == []


async def test_a_wrong_password_and_an_unknown_address_answer_the_same(service: Identity, member: Member) -> None:
    _, email = await member()

    with pytest.raises(WrongCredentials) as wrong:
        await sign_in(service, email, "not the password", address="192.0.2.2")
    with pytest.raises(WrongCredentials) as unknown:
        await sign_in(service, "nobody@timber.example", address="192.0.2.2")

    assert (wrong.value.message, wrong.value.code) == (unknown.value.message, unknown.value.code)


async def test_guessing_one_account_is_stopped_for_a_while_even_from_many_addresses(
    service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member()
    for number in range(guessing.PASSWORD[0].for_account):
        with pytest.raises(WrongCredentials):
            await sign_in(service, email, "a wrong guess", address=f"198.51.100.{number}")

    with pytest.raises(TooMany) as stopped:
        await sign_in(service, email, address="198.51.100.99")
    assert 0 < stopped.value.retry_after <= 15 * 60 + 1

    clock.forward(minutes=15, seconds=1)
    await sign_in(service, email, address="198.51.100.99")


async def test_guesses_at_the_same_time_are_all_counted(service: Identity, member: Member) -> None:
    _, email = await member()

    guesses = [
        sign_in(service, email, "a wrong guess", address="203.0.113.7")
        for _ in range(guessing.PASSWORD[0].for_account + 5)
    ]
    answers = await asyncio.gather(*guesses, return_exceptions=True)

    assert sum(isinstance(answer, WrongCredentials) for answer in answers) == guessing.PASSWORD[0].for_account
    assert sum(isinstance(answer, TooMany) for answer in answers) == 5


async def test_guessing_many_accounts_from_one_address_is_stopped(service: Identity, clock: Clock) -> None:
    async with service.work() as work:
        for _ in range(guessing.FROM_AN_ADDRESS):
            await sessions.storage.add_attempt(work.db, uuid4(), uuid4().bytes, "203.0.113.9", at=clock.now)

    with pytest.raises(TooMany):
        await sign_in(service, "anybody@timber.example", address="203.0.113.9")


async def test_a_right_password_forgets_the_wrong_ones_before(service: Identity, member: Member) -> None:
    _, email = await member()
    for _ in range(2):
        for _ in range(guessing.PASSWORD[0].for_account - 1):
            with pytest.raises(WrongCredentials):
                await sign_in(service, email, "a wrong guess", address="203.0.113.20")
        await sign_in(service, email, address="203.0.113.20")


async def test_a_session_gives_tokens_until_it_is_ended(service: Identity, member: Member, clock: Clock) -> None:
    person, email = await member()
    signed_in = await sign_in(service, email)
    said = claims(service.keyring.sign(signed_in.person, now=clock.now))

    assert said["sub"] == str(person.account_id)
    assert said["exp"] - said["iat"] == 15 * 60
    async with service.work() as work:
        renewed = await sessions.renew(work, signed_in.secret)
        assert renewed is not None
        assert renewed.session_id == signed_in.person.session_id
        await sessions.sign_out(work, signed_in.secret)
        assert await sessions.renew(work, signed_in.secret) is None


async def test_a_session_ends_after_twelve_hours(service: Identity, member: Member, clock: Clock) -> None:
    _, email = await member()
    signed_in = await sign_in(service, email)
    clock.forward(hours=12)

    async with service.work() as work:
        assert await sessions.renew(work, signed_in.secret) is None


async def test_a_forgotten_password_is_replaced_and_every_session_ends(service: Identity, member: Member) -> None:
    _, email = await member()
    before = await sign_in(service, email)
    async with service.work() as work:
        await accounts.request_password_link(work, email)
    secret = (await told_to(service, "password-reset-requested", email))[-1]["path"].rsplit("/", 1)[1]
    with pytest.raises(WrongContent):
        async with service.work() as work:
            await accounts.check_new_password(work, secret, "too short")

    new_hash = await service.passwords.hash("another fine sentence")
    async with service.work() as work:
        await accounts.choose_new_password(work, secret, password_hash=new_hash)

    await sign_in(service, email, "another fine sentence")
    with pytest.raises(WrongCredentials):
        await sign_in(service, email)
    async with service.work() as work:
        assert await sessions.renew(work, before.secret) is None
