"""Every page that can be reached by links, for everybody, in light and dark: axe finds nothing wrong.

Pages of identity and notifications, and the first ones. What is folded together is opened before it is looked at.
"""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from deploy.local.product import Product
from tests.browser.barriers import barriers
from tests.browser.screen import Screen
from tests.journeys.papers import TODAY
from tests.journeys.people import Cast, Somebody, company, gather_cast, newcomer
from tests.journeys.programs import hand_in
from tests.journeys.stage import started

pytestmark = pytest.mark.browser
OURS = re.compile(r"/(identity/.*|notifications.*|operations)?")
NO_PAGES = re.compile(r"\.(csv|json)$|/export$|/health/ready$|/session/refresh$|/oauth/|/openid/")
PARTICULAR = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
"""What differs between two pages of the same kind: an id."""
MISTAKES = {
    "/identity/register": "Create an account",
    "/identity/sign-in": "Sign in",
    "/identity/password": "Send",
    "/identity/operators/new": "Create",
    "/identity/profile/password": "Save",
}
"""Forms that come back with what is wrong when they are sent empty, and their buttons."""


@pytest.fixture(scope="module")
async def product(chromium_path: str, backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with started(tmp_path_factory.mktemp("product"), backend, DEMONSTRATION="true") as running:
        yield running


@pytest.fixture(scope="module")
async def cast(product: Product) -> AsyncIterator[Cast]:
    """Everybody, and something to see: an administrator, requests in several states, a client, a licence, mails."""
    people = await gather_cast(product)
    await hand_in(people.importer.program)
    (role,) = (await people.importer.program.get("/identity/api/v1/role-requests")).json()["items"]
    await (await people.support.open(f"/identity/requests/{role['id']}")).press("Make administrator")
    client = await people.support.open(f"/identity/clients/new?body_id={people.operator_id}")
    await (await client.press("Create client", {"name": "SAP", "scopes": ["licences:read"]})).press("Make a secret")
    yield people
    await people.close()


@pytest.fixture(scope="module")
async def applicant(cast: Cast, product: Product) -> AsyncIterator[Somebody]:
    """Has one request that waits, and one that was refused."""
    anna = await newcomer(product, "Anna")
    for reason in ("Ask your colleagues first.", ""):
        body_id = (await anna.program.post("/identity/api/v1/operators", json=company())).json()["id"]
        request = {"kind": "importer", "body_id": body_id, "function": "Clerk"}
        role = (await anna.program.post("/identity/api/v1/role-requests", json=request)).json()
        if reason:
            decision = {"outcome": "refused", "reason": reason}
            address = f"/identity/api/v1/role-requests/{role['id']}/decision"
            assert (await cast.support.program.post(address, json=decision)).status_code == 200
    yield anna
    await anna.close()


@pytest.fixture(scope="module")
async def monitor(cast: Cast, product: Product) -> AsyncIterator[Somebody]:
    mona = await newcomer(product, "Mona")
    form = await cast.support.open("/identity/requests/monitor")
    scope = {"email": mona.email, "country": "BE", "ends_at": str(TODAY.replace(year=TODAY.year + 1))}
    given = await form.press("Grant the monitor role", scope)
    assert given.status == 200, given.errors
    yield mona
    await mona.close()


@pytest.mark.parametrize("who", ["nobody", "applicant", "importer", "officer", "customs", "monitor", "support"])
async def test_every_page_can_be_used_by_everybody(
    who: str, chromium: Browser, product: Product, cast: Cast, applicant: Somebody, monitor: Somebody
) -> None:
    somebody = {"applicant": applicant, "monitor": monitor}.get(who) or getattr(cast, who, None)
    screen = await (Screen.of(chromium, somebody) if somebody else Screen.new(chromium, product.origin))
    wrong: list[str] = []
    seen: set[str] = set()
    waiting = ["/", "/identity/nothing-here", "/identity/password/a-link-that-ended"]
    while waiting:
        address = waiting.pop(0)
        answer = await screen.page.goto(f"{product.origin}{address}")
        assert answer is not None
        assert answer.status < 500, f"{address} answers {answer.status}"
        wrong += await barriers(screen, address)
        if address in MISTAKES and await screen.page.get_by_role("button", name=MISTAKES[address]).count():
            await screen.page.get_by_role("main").get_by_role("button", name=MISTAKES[address]).first.click()
            wrong += await barriers(screen, f"{address}, sent empty")
        for link in await links(screen):
            if kind_of(link) not in seen:
                seen.add(kind_of(link))
                waiting.append(link)
    await screen.page.context.close()

    assert len(seen) > {"nobody": 4}.get(who, 12), seen
    assert wrong == []
    assert screen.objections == []


async def links(screen: Screen) -> list[str]:
    """Addresses of our pages that this page leads to."""
    found = await screen.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    parts = [urlsplit(address) for address in found if address.startswith(f"{screen.origin}/")]
    paths = [part for part in parts if OURS.fullmatch(part.path) and not NO_PAGES.search(part.path)]
    return [f"{part.path}?{part.query}" if part.query else part.path for part in paths]


def kind_of(address: str) -> str:
    """The same for pages that differ only in what they are about."""
    return PARTICULAR.sub("…", address.partition("?")[0])
