"""What people do in identity, in one line each, for tests that need it done."""

from typing import Any

from services.identity.domain.operators import TIMBER, OperatorDetails
from services.identity.domain.roles import Application, Kind, Role, Terms
from services.identity.service import Identity
from services.identity.use_cases import accounts, authorities, operators, roles, sessions
from services.identity.use_cases.sessions import SignIn
from shared.person import Person
from tests.identity.conftest import PASSWORD, counter, registration, told_to

SUPPORT_MAILBOX = "support@flegt.example"
APPLICATION = Application("import manager", "+32 2 123 45 67", "We import plywood")


def company(**values: Any) -> OperatorDetails:
    defaults: dict[str, Any] = {
        "name": "Timber Trade NV", "eori": f"NL{next(counter):09}", "address": "Kaai 1", "postal_code": "1011",
        "town": "Amsterdam", "country": "NL", "activity": "importer", "section_chapters": (TIMBER,),
    }  # fmt: skip
    return OperatorDetails(**(defaults | values))


async def register(service: Identity, email: str, password_hash: str) -> None:
    async with service.work() as work:
        await accounts.register_account(work, registration(email), password_hash=password_hash)


async def link_of(service: Identity, email: str) -> str:
    facts = await told_to(service, "confirmation-requested", email)
    return str(facts[-1]["path"].rsplit("/", 1)[1])


async def sign_in(service: Identity, email: str, password: str = PASSWORD, address: str = "192.0.2.1") -> SignIn:
    outcome = await sessions.sign_in(
        service.work, service.passwords, email=email, password=password, address=address, browser="tests"
    )
    assert isinstance(outcome, SignIn)
    return outcome


async def create(service: Identity, by: Person, **values: Any) -> Any:
    async with service.work() as work:
        return await operators.create_operator(work, by, company(**values))


async def ask(service: Identity, by: Person, kind: Kind, body_id: Any) -> Role:
    async with service.work() as work:
        return await roles.request_role(
            work, by, kind=kind, body_id=body_id, application=APPLICATION, support_mailbox=SUPPORT_MAILBOX
        )


async def decide(
    service: Identity, by: Person, role: Role, *, granted: bool = True, reason: str = "", terms: Terms | None = None
) -> Role:
    async with service.work() as work:
        return await roles.decide_request(work, by, role.id, granted=granted, reason=reason, terms=terms)


async def authority(service: Identity, kind: str, country: str) -> Any:
    async with service.work() as work:
        found, _ = await authorities.find_authorities(work, kind=kind, country=country, cursor=None)
    return found[0].authority
