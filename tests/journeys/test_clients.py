"""Programs of a company, an authority and a customs office bring a licence from draft to clearance, without people."""

from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.product import Product
from shared.testing.forms import Page
from shared.testing.waiting import until
from tests.journeys.papers import declaration_number, paper
from tests.journeys.people import Cast, find_authority
from tests.journeys.programs import LICENCES, case_address, hand_in
from tests.journeys.stage import ask, browser_at

pytestmark = pytest.mark.journey
WORK = ["licences:read", "licences:write", "validation:read", "validation:write"]


class Program:
    """A machine client that support made; `calls` are made with its token, `page` is support's page of it."""

    def __init__(self, product: Product, page: Page, secret: str) -> None:
        self.page = page
        self.id = page.url.rsplit("/", 1)[1]
        self.secret = secret
        self.calls = browser_at(product)

    async def sign_in(self, **asked: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", **asked}
        answer = await self.calls.post("/identity/oauth/token", data=form, auth=(self.id, self.secret))
        if answer.status_code == 200:
            self.calls.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer


async def make_program(cast: Cast, body_id: str, name: str, scopes: list[str]) -> Program:
    page = await cast.support.open(f"/identity/clients/new?body_id={body_id}")
    page = await page.press("Create client", {"name": name, "scopes": scopes})
    shown = await page.press("Make a secret")
    secret = shown.html.select_one(".notice--success pre")
    assert secret is not None, shown.text
    return Program(cast.support.product, page, secret.get_text(strip=True))


@pytest.fixture
async def programs(cast: Cast) -> AsyncIterator[list[Program]]:
    """One each of the company, the competent authority and the customs office at Antwerp."""
    made = [
        await make_program(cast, cast.operator_id, "SAP", WORK),
        await make_program(cast, await find_authority(cast.officer, "msca", "BE"), "Checker", WORK),
        await make_program(cast, await find_authority(cast.customs, "customs", "BE", "BE101000"), "PLDA", WORK),
    ]
    for program in made:
        answer = await program.sign_in()
        assert answer.status_code == 200, answer.text
    yield made
    for program in made:
        await program.calls.aclose()


async def test_three_programs_bring_a_licence_to_clearance(cast: Cast, programs: list[Program]) -> None:
    company, authority, customs = programs

    async def works(program: Program, address: str) -> bool:
        return (await program.calls.get(address)).status_code == 200

    await until(lambda: works(company, LICENCES), what="the company's client in licences")
    licence = await hand_in(company.calls, paper())
    assert licence["requester"] == {"account_id": company.id, "name": "SAP"}
    await until(lambda: works(authority, case_address(licence)), what="the case")
    validated = await authority.calls.post(case_address(licence, "decision"), json={"outcome": "validated"})
    assert validated.json()["validation_state"] == "validated", validated.text
    await until(lambda: works(customs, case_address(licence)), what="the case at customs")
    clearance = {"outcome": "cleared", "declaration": declaration_number(), "volume_m3": 12.5, "net_weight_kg": 8200}
    cleared = await customs.calls.post(case_address(licence, "clearance"), json=clearance)
    assert cleared.json()["clearance_state"] == "cleared", cleared.text

    mail = await cast.importer.mail(f"Licence {licence['boxes']['licence_number']}: cleared")
    assert mail
    waiting = (
        "SELECT count(*) FROM message WHERE state = 'unaddressed' AND attempts > 0 AND person_id = ANY($1::uuid[])"
    )
    assert await ask(cast.support.product, "notifications", waiting, [program.id for program in programs]) == 0


async def test_a_client_does_only_what_it_was_given_and_stops_when_it_is_disabled(
    cast: Cast, programs: list[Program]
) -> None:
    company = programs[0]
    draft = {"boxes": paper()}

    async def creates() -> bool:
        return (await company.calls.post(LICENCES, json=draft)).status_code == 201

    await until(creates, what="the company's client in licences")
    assert (await company.calls.get("/licences", headers={"Accept": "text/html"})).status_code == 403
    await company.sign_in(scope="licences:read")
    refused = await company.calls.post(LICENCES, json=draft)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (403, "insufficient_scope")

    assert "is disabled" in (await company.page.press("Disable the client")).text

    async def stopped() -> bool:
        return (await company.calls.get(LICENCES)).status_code == 403

    await until(stopped, within=10, what="the disabled client")
    assert (await company.sign_in()).json()["error"] == "invalid_client"
