"""Second factors in one line each, for tests that need somebody who has one."""

import pyotp

from services.identity.domain.second_factor import CODE_SECONDS, time_step
from services.identity.service import Identity
from services.identity.use_cases import factors, second_factor, sessions
from services.identity.use_cases.factors import Added
from services.identity.use_cases.second_factor import Answer
from services.identity.use_cases.sessions import SecondStep, SignIn
from shared.person import Person
from tests.identity.conftest import PASSWORD
from tests.identity.device import Device

ADDRESS = "192.0.2.1"


class App:
    """An authenticator app that has learnt its secret."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret.replace(" ", ""))

    def code(self, service: Identity, *, later: int = 0) -> str:
        """What it shows now, or `later` codes after that."""
        return self.totp.generate_otp(time_step(service.clock()) + later)


async def set_up_app(service: Identity, person: Person, name: str = "phone") -> tuple[App, Added]:
    async with service.work() as work:
        await factors.begin_app(work, service.verifiers, person)
        waiting = await factors.read_waiting_app(work, service.verifiers, person)
    assert waiting is not None
    app = App(waiting.secret)
    async with service.work() as work:
        added = await factors.confirm_app(
            work, service.verifiers, person, name=name, code=app.code(service), address=ADDRESS
        )
    return app, added


async def set_up_passkey(service: Identity, person: Person, device: Device, name: str = "laptop") -> Added:
    async with service.work() as work:
        asked = await factors.ask_for_passkey(work, service.verifiers, person)
    return await factors.add_passkey(
        service.work, service.verifiers, person, name=name, credential=device.make(asked.options), address=ADDRESS
    )


async def first_step(service: Identity, email: str, password: str = PASSWORD) -> SecondStep:
    outcome = await sessions.sign_in(
        service.work, service.passwords, email=email, password=password, address=ADDRESS, browser="tests"
    )
    assert isinstance(outcome, SecondStep)
    return outcome


async def finish(service: Identity, step: SecondStep, answer: Answer, *, address: str = ADDRESS) -> SignIn:
    return await second_factor.finish_sign_in(
        service.work, service.verifiers, step.secret, answer, address=address, browser="tests"
    )


async def prove(service: Identity, person: Person, answer: Answer) -> SignIn:
    return await second_factor.prove_in_session(service.work, service.verifiers, person, answer, address=ADDRESS)


A_CODE_LATER = CODE_SECONDS
"""Seconds after which an app shows another code."""
