"""Second factors as use cases, on PostgreSQL: each code and challenge works once, and guessing leads nowhere."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from services.identity.domain import guessing
from services.identity.domain.second_factor import FACTORS_AT_MOST, PROOF_LIVES, STEP_LIVES, time_step
from services.identity.main import build
from services.identity.service import Identity
from services.identity.settings import Settings
from services.identity.storage import factors as storage
from services.identity.use_cases import factors, sessions
from services.identity.use_cases.refusals import ProofNeeded, SecondFactorWrong, SignInEnded
from services.identity.use_cases.second_factor import Answer
from services.identity.use_cases.sessions import SecondStep, SignIn
from shared.person import Person
from shared.problems import NotSignedIn, NotYours, TooMany, WrongContent, WrongState
from shared.testing.apps import opened
from shared.testing.settings import settings_for
from tests.identity import acts
from tests.identity.conftest import Clock, told
from tests.identity.device import Device
from tests.identity.factor_acts import (
    A_CODE_LATER,
    ADDRESS,
    App,
    finish,
    first_step,
    prove,
    set_up_app,
    set_up_passkey,
)

Member = Callable[..., Any]


@pytest.fixture(autouse=True)
def another_minute(clock: Clock) -> None:
    """So that no test meets the guesses, codes and proofs of the one before."""
    clock.forward(days=1)


async def somebody(service: Identity, member: Member) -> tuple[str, Person]:
    """Somebody who signed in with a password alone."""
    _, email = await member()
    return email, (await acts.sign_in(service, email)).person


async def with_app(service: Identity, member: Member, clock: Clock) -> tuple[str, SignIn, App, list[str]]:
    """Somebody with an app, whose next code has not been shown yet."""
    email, person = await somebody(service, member)
    app, added = await set_up_app(service, person)
    clock.forward(seconds=A_CODE_LATER)
    return email, added.signed_in, app, added.recovery_codes


async def noted(service: Identity, act: str, person: Person) -> int:
    async with service.work() as work:
        query = "SELECT count(*) FROM audit WHERE act = $1 AND subject_id = $2"
        return int(await work.db.fetchval(query, act, person.account_id))


async def notices(service: Identity, person: Person) -> list[str]:
    return [fact["what"] for fact in await told(service, "security-noticed", person.account_id)]


async def test_an_app_counts_after_its_first_code_and_the_sign_in_then_has_two_steps(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, signed_in, app, codes = await with_app(service, member, clock)
    assert signed_in.person.strong
    assert len(set(codes)) == 10
    assert await notices(service, signed_in.person) == ["second-factor-added"]
    step = await first_step(service, email)
    async with service.work() as work:
        assert await sessions.renew(work, step.secret) is None

    again = await finish(service, step, Answer(code=app.code(service)))

    assert again.person.strong
    assert again.person.session_id != signed_in.person.session_id


async def test_an_app_that_never_showed_a_code_does_not_count(service: Identity, member: Member) -> None:
    email, person = await somebody(service, member)
    async with service.work() as work:
        await factors.begin_app(work, service.verifiers, person)

    with pytest.raises(WrongContent):
        async with service.work() as work:
            await factors.confirm_app(work, service.verifiers, person, name="phone", code="000000x", address=ADDRESS)

    assert isinstance(await acts.sign_in(service, email), SignIn)


async def test_each_code_works_once_even_when_sent_twice_at_the_same_time(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, _, app, _ = await with_app(service, member, clock)
    steps = [await first_step(service, email) for _ in range(3)]
    code = Answer(code=app.code(service))

    answers = await asyncio.gather(*(finish(service, step, code) for step in steps), return_exceptions=True)

    assert sum(isinstance(answer, SignIn) for answer in answers) == 1
    assert sum(isinstance(answer, SecondFactorWrong) for answer in answers) == 2


@pytest.mark.parametrize(("later", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_codes_of_the_moment_before_and_after_are_taken(
    service: Identity, member: Member, clock: Clock, later: int, *, right: bool
) -> None:
    email, _, app, _ = await with_app(service, member, clock)
    clock.forward(minutes=5)
    step = await first_step(service, email)
    code = Answer(code=app.code(service, later=later))

    if right:
        assert (await finish(service, step, code)).person.strong
    else:
        with pytest.raises(SecondFactorWrong):
            await finish(service, step, code)


async def test_after_a_code_of_the_next_moment_the_present_one_is_used_up(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, _, app, _ = await with_app(service, member, clock)
    await finish(service, await first_step(service, email), Answer(code=app.code(service, later=1)))

    with pytest.raises(SecondFactorWrong):
        await finish(service, await first_step(service, email), Answer(code=app.code(service)))


async def test_a_sign_in_is_finished_once_and_waits_for_ten_minutes(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, _, app, codes = await with_app(service, member, clock)
    step, late = await first_step(service, email), await first_step(service, email)
    await finish(service, step, Answer(code=app.code(service)))

    with pytest.raises(SignInEnded):
        await finish(service, step, Answer(code=codes[0]))
    clock.forward(seconds=STEP_LIVES.total_seconds())
    with pytest.raises(SignInEnded):
        await finish(service, late, Answer(code=codes[0]))
    with pytest.raises(SignInEnded):
        await finish(service, SecondStep("a secret that nobody was given"), Answer(code=codes[0]))


async def test_guessing_codes_is_stopped_for_the_account_from_wherever_it_comes(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, signed_in, app, codes = await with_app(service, member, clock)
    step = await first_step(service, email)
    for number in range(guessing.CODE[0].for_account):
        with pytest.raises(SecondFactorWrong):
            await finish(service, step, Answer(code="000000x"), address=f"198.51.100.{number}")

    for right in (app.code(service), codes[0]):
        with pytest.raises(TooMany):
            await finish(service, step, Answer(code=right))
    with pytest.raises(TooMany):
        await prove(service, signed_in.person, Answer(code=app.code(service)))

    assert await noted(service, "second_factor_refused", signed_in.person) == guessing.CODE[0].for_account
    clock.forward(minutes=16)
    assert (await finish(service, await first_step(service, email), Answer(code=codes[0]))).person.strong


async def test_a_day_has_twenty_guesses_however_slow(service: Identity, member: Member, clock: Clock) -> None:
    email, _, app, _ = await with_app(service, member, clock)
    for number in range(guessing.CODE[1].for_account):
        if number % guessing.CODE[0].for_account == 0:
            clock.forward(minutes=16)
        with pytest.raises(SecondFactorWrong):
            await finish(service, await first_step(service, email), Answer(code="no code"))
    clock.forward(hours=1)

    with pytest.raises(TooMany):
        await finish(service, await first_step(service, email), Answer(code=app.code(service)))


async def test_each_recovery_code_works_once_and_its_owner_is_told(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, signed_in, _, codes = await with_app(service, member, clock)
    grouped_otherwise = codes[0].replace("-", " ").upper()

    assert (await finish(service, await first_step(service, email), Answer(code=grouped_otherwise))).person.strong
    with pytest.raises(SecondFactorWrong):
        await finish(service, await first_step(service, email), Answer(code=codes[0]))

    assert await notices(service, signed_in.person) == ["second-factor-added", "recovery-code-used"]
    async with service.work() as work:
        assert (await factors.read_factors(work, signed_in.person)).codes_left == len(codes) - 1
        kept = await work.db.fetch("SELECT code_hash FROM recovery_code")
    assert not any(code.encode() in row["code_hash"] for row in kept for code in codes)


async def test_a_new_set_of_recovery_codes_ends_the_old_one(service: Identity, member: Member, clock: Clock) -> None:
    email, signed_in, _, old = await with_app(service, member, clock)

    async with service.work() as work:
        new = await factors.replace_recovery_codes(work, signed_in.person, address=ADDRESS)

    with pytest.raises(SecondFactorWrong):
        await finish(service, await first_step(service, email), Answer(code=old[1]))
    assert (await finish(service, await first_step(service, email), Answer(code=new[1]))).person.strong


async def test_the_database_keeps_secrets_encrypted(service: Identity, member: Member, clock: Clock) -> None:
    _, signed_in, app, _ = await with_app(service, member, clock)

    async with service.work() as work:
        row = await work.db.fetchrow(
            "SELECT secret FROM authenticator WHERE account_id = $1", signed_in.person.account_id
        )

    assert app.totp.secret.encode() not in row["secret"]
    assert service.verifiers.authenticators.box.open(row["secret"]) == app.totp.secret.encode()


async def test_apps_go_on_while_the_secret_key_is_replaced(
    service: Identity, member: Member, clock: Clock, database_url: str
) -> None:
    email, _, app, _ = await with_app(service, member, clock)
    keys = {"secret_key": "another key", "secret_key_before": "a key for tests only"}
    async with opened(build(settings_for(Settings, database_url, **keys), clock)) as replaced:
        there = replaced.state.service
        assert (await finish(there, await first_step(there, email), Answer(code=app.code(there)))).person.strong
        async with there.work() as work:
            assert not any(map(there.verifiers.authenticators.box.is_old, await storage.sealed_secrets(work.db)))
    back = {"secret_key": "a key for tests only", "secret_key_before": "another key"}
    async with opened(build(settings_for(Settings, database_url, **back), clock)):
        clock.forward(seconds=A_CODE_LATER)
    assert (await finish(service, await first_step(service, email), Answer(code=app.code(service)))).person.strong


async def test_changing_the_factors_needs_a_proof_of_the_last_minutes(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, person = await somebody(service, member)
    weak = (await acts.sign_in(service, email)).person
    app, added = await set_up_app(service, person)
    (factor,) = await listed(service, added.signed_in.person)
    clock.forward(seconds=PROOF_LIVES.total_seconds())

    for whoever in (weak, added.signed_in.person):
        for refused in (
            lambda work, by: factors.begin_app(work, service.verifiers, by),
            lambda work, by: factors.ask_for_passkey(work, service.verifiers, by),
            lambda work, by: factors.replace_recovery_codes(work, by, address=ADDRESS),
            lambda work, by: factors.remove_factor(work, by, factor.id, address=ADDRESS),
        ):
            with pytest.raises(ProofNeeded):
                async with service.work() as work:
                    await refused(work, whoever)

    proven = await prove(service, weak, Answer(code=app.code(service)))
    async with service.work() as work:
        await factors.remove_factor(work, proven.person, factor.id, address=ADDRESS)
    assert await listed(service, person) == []


async def listed(service: Identity, person: Person) -> list[Any]:
    async with service.work() as work:
        return (await factors.read_factors(work, person)).factors


async def test_the_last_factor_takes_codes_and_strength_with_it(
    service: Identity, member: Member, clock: Clock
) -> None:
    email, signed_in, _, codes = await with_app(service, member, clock)
    (factor,) = await listed(service, signed_in.person)

    async with service.work() as work:
        await factors.remove_factor(work, signed_in.person, factor.id, address=ADDRESS)
        renewed = await sessions.renew(work, signed_in.secret)

    assert renewed is not None
    assert not renewed.strong
    assert not (await acts.sign_in(service, email)).person.strong
    async with service.work() as work:
        assert (
            await work.db.fetchval("SELECT count(*) FROM recovery_code WHERE account_id = $1", renewed.account_id) == 0
        )
    assert await notices(service, renewed) == ["second-factor-added", "second-factor-removed"]
    assert codes


async def test_a_proof_in_a_session_gives_it_another_secret(service: Identity, member: Member, clock: Clock) -> None:
    email, person = await somebody(service, member)
    weak = await acts.sign_in(service, email)
    app, _ = await set_up_app(service, person)
    clock.forward(seconds=A_CODE_LATER)

    proven = await prove(service, weak.person, Answer(code=app.code(service)))

    async with service.work() as work:
        assert await sessions.renew(work, weak.secret) is None
        renewed = await sessions.renew(work, proven.secret)
    assert renewed is not None
    assert renewed.strong
    assert renewed.session_id == weak.person.session_id


async def test_in_an_ended_session_nothing_can_be_proven_or_changed(
    service: Identity, member: Member, clock: Clock
) -> None:
    _, signed_in, app, _ = await with_app(service, member, clock)
    async with service.work() as work:
        await sessions.end_all_sessions(work, signed_in.person)

    with pytest.raises(NotSignedIn):
        await prove(service, signed_in.person, Answer(code=app.code(service)))
    with pytest.raises(NotSignedIn):
        async with service.work() as work:
            await factors.begin_app(work, service.verifiers, signed_in.person)


async def test_there_can_be_ten_factors_with_names_and_no_more(service: Identity, member: Member, clock: Clock) -> None:
    _, person = await somebody(service, member)
    for number in range(FACTORS_AT_MOST):
        added = await set_up_passkey(service, person, Device(), name=f"key {number}")
        assert bool(added.recovery_codes) == (number == 0)
    with pytest.raises(WrongState):
        await set_up_passkey(service, person, Device())

    first = (await listed(service, person))[0]
    async with service.work() as work:
        await factors.rename_factor(work, person, first.id, " the blue key ")
    assert (await listed(service, person))[0].name == "the blue key"
    with pytest.raises(WrongContent):
        async with service.work() as work:
            await factors.rename_factor(work, person, first.id, " ")


async def test_support_removes_lost_factors_but_not_its_own(service: Identity, member: Member, clock: Clock) -> None:
    email, signed_in, _, _ = await with_app(service, member, clock)
    support, support_email = await member(support=True)
    lost = signed_in.person

    for by, whose in ((lost, support), (support, support)):
        with pytest.raises(NotYours):
            async with service.work() as work:
                await factors.remove_lost_factors(work, by, whose.account_id, address=ADDRESS)
    async with service.work() as work:
        await factors.remove_lost_factors(work, support, lost.account_id, address=ADDRESS)
        assert await sessions.renew(work, signed_in.secret) is None

    assert not (await acts.sign_in(service, email)).person.strong
    assert await noted(service, "second_factors_reset", lost) == 1
    assert (await notices(service, lost))[-1] == "second-factor-removed"
    with pytest.raises(WrongState):
        async with service.work() as work:
            await factors.reset_by_command(work, support_email)


def test_time_steps_have_thirty_seconds(clock: Clock) -> None:
    before = time_step(clock.now)
    clock.forward(seconds=30)
    assert time_step(clock.now) == before + 1
