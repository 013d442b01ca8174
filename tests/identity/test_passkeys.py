"""Passkeys with a device of our own, which also does what no browser would do."""

from collections.abc import Callable
from typing import Any

import pytest

from services.identity.domain.second_factor import CHALLENGE_LIVES
from services.identity.service import Identity
from services.identity.use_cases import factors, second_factor
from services.identity.use_cases.refusals import SecondFactorWrong
from services.identity.use_cases.second_factor import Answer
from services.identity.use_cases.sessions import SignIn
from shared.person import Person
from shared.problems import WrongContent
from tests.identity import acts
from tests.identity.conftest import Clock
from tests.identity.device import PRESENT, Device
from tests.identity.factor_acts import ADDRESS, finish, first_step, prove, set_up_passkey

Member = Callable[..., Any]
BROWSER = "browser one"


async def owner(service: Identity, member: Member) -> tuple[str, Person, Device]:
    """Somebody with one passkey."""
    _, email = await member()
    person, device = (await acts.sign_in(service, email)).person, Device()
    await set_up_passkey(service, person, device)
    return email, person, device


async def asked_in_session(service: Identity, person: Person) -> dict[str, Any]:
    async with service.work() as work:
        return (await second_factor.ask_session(work, service.verifiers, person)).options


async def asked_at_the_door(service: Identity, bound_to: str = BROWSER) -> dict[str, Any]:
    async with service.work() as work:
        return (await second_factor.ask_anybody(work, service.verifiers, bound_to=bound_to)).options


async def enter(service: Identity, credential: str, bound_to: str = BROWSER) -> SignIn:
    return await second_factor.sign_in_with_passkey(
        service.work, service.verifiers, credential, bound_to=bound_to, address=ADDRESS, browser="tests"
    )


async def test_a_passkey_finishes_a_sign_in(service: Identity, member: Member) -> None:
    email, person, device = await owner(service, member)
    step = await first_step(service, email)
    async with service.work() as work:
        asked = await second_factor.ask_waiting_sign_in(work, service.verifiers, step.secret)
    assert len(asked.options["allowCredentials"]) == 1
    assert asked.options["userVerification"] == "required"

    signed_in = await finish(service, step, Answer(credential=device.sign(asked.options)))

    assert signed_in.person.account_id == person.account_id
    assert signed_in.person.strong


async def test_a_passkey_alone_signs_in(service: Identity, member: Member) -> None:
    _, person, device = await owner(service, member)

    signed_in = await enter(service, device.sign(await asked_at_the_door(service)))

    assert signed_in.person.account_id == person.account_id
    assert signed_in.person.strong


async def test_a_challenge_works_once_and_in_its_own_session_browser_or_sign_in_only(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, person, device = await owner(service, member)
    other = (await acts.sign_in(service, email_of_another := (await member())[1])).person
    assert email_of_another != email

    asked = await asked_in_session(service, person)
    await prove(service, person, Answer(credential=device.sign(asked)))
    with pytest.raises(SecondFactorWrong):
        await prove(service, person, Answer(credential=device.sign(asked)))

    with pytest.raises(SecondFactorWrong):
        await enter(service, device.sign(await asked_in_session(service, person)))
    with pytest.raises(SecondFactorWrong):
        await prove(service, other, Answer(credential=device.sign(await asked_in_session(service, person))))
    with pytest.raises(SecondFactorWrong):
        await enter(service, device.sign(await asked_at_the_door(service)), bound_to="browser two")

    asked = await asked_at_the_door(service)
    clock.forward(seconds=CHALLENGE_LIVES.total_seconds())
    with pytest.raises(SecondFactorWrong):
        await enter(service, device.sign(asked))


async def test_a_wrong_answer_uses_the_challenge_up(service: Identity, member: Member) -> None:
    _, person, device = await owner(service, member)
    asked = await asked_in_session(service, person)

    with pytest.raises(SecondFactorWrong):
        await prove(service, person, Answer(credential="{}"))
    with pytest.raises(SecondFactorWrong):
        await prove(service, person, Answer(credential=device.sign(asked)))


async def test_a_copied_passkey_is_refused_because_its_count_stands_still(service: Identity, member: Member) -> None:
    _, person, device = await owner(service, member)
    await prove(service, person, Answer(credential=device.sign(await asked_in_session(service, person))))

    device.count = 0
    with pytest.raises(SecondFactorWrong):
        await prove(service, person, Answer(credential=device.sign(await asked_in_session(service, person))))

    device.count = 7
    assert (
        await prove(service, person, Answer(credential=device.sign(await asked_in_session(service, person))))
    ).person.strong


@pytest.mark.parametrize(
    "misbehave",
    [
        lambda device: setattr(device, "origin", "https://testserver.example"),
        lambda device: setattr(device, "rp_id", "example"),
        lambda device: setattr(device, "flags", PRESENT),
        lambda device: setattr(device, "key", Device().key),
        lambda device: setattr(device, "id", Device().id),
        lambda device: setattr(device, "owner", bytes(16)),
    ],
    ids=["another site", "for another site", "nobody verified", "another key", "unknown", "somebody else's"],
)
async def test_what_is_not_the_owners_device_is_refused(
    service: Identity, member: Member, misbehave: Callable[[Device], None]
) -> None:
    _, person, device = await owner(service, member)
    misbehave(device)

    with pytest.raises(SecondFactorWrong):
        await prove(service, person, Answer(credential=device.sign(await asked_in_session(service, person))))
    with pytest.raises(SecondFactorWrong):
        await enter(service, device.sign(await asked_at_the_door(service)))


async def test_a_passkey_of_somebody_else_is_no_second_factor_of_mine(service: Identity, member: Member) -> None:
    email, _, _ = await owner(service, member)
    _, _, thiefs = await owner(service, member)
    step = await first_step(service, email)
    async with service.work() as work:
        asked = await second_factor.ask_waiting_sign_in(work, service.verifiers, step.secret)

    with pytest.raises(SecondFactorWrong):
        await finish(service, step, Answer(credential=thiefs.sign(asked.options)))


async def test_the_same_passkey_cannot_be_set_up_twice(service: Identity, member: Member) -> None:
    _, person, device = await owner(service, member)

    with pytest.raises(WrongContent):
        await set_up_passkey(service, person, device)


@pytest.mark.parametrize(
    "answer", ["", "[]", "{", '{"rawId": 1}', '{"id":"AA","rawId":"AA","response":{}}', "x" * 99_999]
)
async def test_an_answer_that_is_none_is_refused(service: Identity, member: Member, answer: str) -> None:
    _, email = await member()
    person = (await acts.sign_in(service, email)).person
    async with service.work() as work:
        await factors.ask_for_passkey(work, service.verifiers, person)

    with pytest.raises(WrongContent):
        await factors.add_passkey(
            service.work, service.verifiers, person, name="key", credential=answer, address=ADDRESS
        )
    await asked_at_the_door(service)
    with pytest.raises(SecondFactorWrong):
        await enter(service, answer)


async def test_a_new_passkey_needs_the_challenge_that_was_made_for_it(service: Identity, member: Member) -> None:
    _, email = await member()
    person, device = (await acts.sign_in(service, email)).person, Device()
    async with service.work() as work:
        asked = await factors.ask_for_passkey(work, service.verifiers, person)
        await factors.ask_for_passkey(work, service.verifiers, person)

    with pytest.raises(WrongContent):
        await factors.add_passkey(
            service.work, service.verifiers, person, name="key", credential=device.make(asked.options), address=ADDRESS
        )
