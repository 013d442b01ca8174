"""From registration to a role in a real browser, where officials need a second factor."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.async_api import Browser, expect

from deploy.local.product import SUPPORT_MAILBOX, Product
from shared.testing.waiting import until
from tests.browser.acts import (
    card,
    confirm,
    find_in_list,
    grant,
    may_work_at,
    must_stop_at,
    open_request,
    register,
    send_request,
    set_up_app,
    sign_in,
)
from tests.browser.screen import Screen
from tests.journeys.papers import paper
from tests.journeys.people import Somebody, company, find_authority, newcomer, support_person
from tests.journeys.programs import hand_in
from tests.journeys.stage import browser_at, mails_to, started
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, OpenIDProcess

pytestmark = pytest.mark.browser
OFFICIAL_MAILBOX = "flegt@authority-be.example"


@pytest.fixture(scope="module")
async def product(chromium_path: str, backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with started(tmp_path_factory.mktemp("product"), backend, SECOND_FACTOR="required") as running:
        yield running


@pytest.fixture(scope="module")
async def support(chromium: Browser, product: Product) -> Screen:
    """Support's window: with an authenticator app, and the mailbox of the Belgian authority entered."""
    sara = await support_person(product)
    screen = await Screen.of(chromium, sara)
    await screen.heading("Second factor")
    await set_up_app(screen)
    await screen.open("/identity/authorities?kind=msca&country=BE")
    await screen.page.locator("tbody").get_by_role("link").first.click()
    await screen.page.get_by_role("link", name="Edit", exact=True).click()
    await screen.page.get_by_label("Official mailbox").fill(OFFICIAL_MAILBOX)
    await screen.press("Save")
    await expect(screen.page.get_by_role("main").get_by_text(OFFICIAL_MAILBOX).first).to_be_visible()
    return screen


@pytest.fixture(scope="module")
async def officer(chromium: Browser, product: Product, support: Screen) -> Screen:
    """The window of an officer of the Belgian authority, who has an authenticator app."""
    olga = await newcomer(product, "Olga", domain="authority.example")
    await ask(olga, "msca", await find_authority(olga, "msca", "BE"))
    await grant(support, olga)
    screen = await Screen.of(chromium, olga)
    await set_up_app(screen)
    await may_work_at(screen, "/validation/cases")
    return screen


async def ask(somebody: Somebody, kind: str, body_id: str) -> None:
    """Ask for a role by a program."""
    request = {"kind": kind, "body_id": body_id, "function": "Clerk"}
    asked = await somebody.program.post("/identity/api/v1/role-requests", json=request)
    assert asked.status_code == 201, asked.text


async def create_company(screen: Screen, details: dict[str, str]) -> None:
    """Search in vain, then create it."""
    page = screen.page
    await page.get_by_role("main").get_by_role("link", name="Operator", exact=True).click()
    await page.get_by_label("Name, EORI number or town").fill(details["eori"])
    await page.get_by_label("Name, EORI number or town").press("Enter")
    await expect(page.get_by_text("No company was found")).to_be_visible()
    await page.get_by_role("link", name="Create operator").click()
    await page.get_by_label("Name of the company").fill(details["name"])
    await page.get_by_label("Activity").select_option("importer")
    await page.get_by_label("Street and number").fill(details["address"])
    await page.get_by_label("Town").fill(details["town"])
    await page.get_by_label("Country").select_option(label="Belgium")
    await page.get_by_label("EORI number").fill(details["eori"])
    await page.get_by_label("Imported timber products").check()
    await screen.press("Create")
    await screen.heading("Request authorisation")


async def the_mail_is_shown_and_sent(screen: Screen, somebody: Somebody, company_name: str) -> None:
    """The mail of the guide, with its five rules, on the page, as mailto link and in the mailbox."""
    await screen.page.get_by_text("The mail that was sent", exact=True).click()
    shown = card(screen, company_name)
    for words in (somebody.email, SUPPORT_MAILBOX, OFFICIAL_MAILBOX, f"Operator company: {company_name}"):
        await expect(shown.get_by_text(words).first).to_be_visible()
    link = await shown.get_by_role("link", name="Write the same mail in my mail program").get_attribute("href")
    address = urlsplit(str(link))
    assert (address.scheme, unquote(address.path)) == ("mailto", SUPPORT_MAILBOX)
    fields = parse_qs(address.query)

    async def arrived() -> list[dict[str, Any]]:
        mails = await mails_to(somebody.product, OFFICIAL_MAILBOX)
        return [mail for mail in mails if somebody.email in mail["from"]]

    (mail,) = await until(arrived, within=30, what="the mail of the guide")
    assert "no-reply@flegt.example" in mail["sender"]
    assert mail["to"] == [SUPPORT_MAILBOX]
    assert mail["cc"] == [OFFICIAL_MAILBOX] == fields["cc"]
    assert set(mail["recipients"]) == {SUPPORT_MAILBOX, OFFICIAL_MAILBOX}
    assert mail["subject"] == "Role request: FLEGT timber importer" == fields["subject"][0]
    for line in (f"First name: {somebody.first_name}", f"Last name: {somebody.last_name}", company_name):
        assert line in mail["text"]
        assert line in fields["body"][0]


async def test_a_newcomer_becomes_importer_of_a_new_company_by_the_authority_of_its_country(
    chromium: Browser, product: Product, officer: Screen, artefacts: Path
) -> None:
    ines, details = Somebody(product, "Ines"), company()
    screen = await Screen.new(chromium, product.origin)

    await register(screen, ines)
    await confirm(screen, ines)
    await sign_in(screen, ines)
    await screen.heading("My roles")
    await create_company(screen, details)
    await screen.page.get_by_label("for this company itself").check()
    await send_request(screen, "Import manager", "I buy our timber.")
    await expect(card(screen, details["name"])).to_contain_text("Requested")
    await the_mail_is_shown_and_sent(screen, ines, details["name"])
    await screen.keep(artefacts, "role-requested")
    assert not await screen.may_open("/licences/new")

    await grant(officer, ines, administrator=True)

    await ines.mail("Your role was granted")
    await may_work_at(screen, "/licences/new")
    await screen.open("/licences")
    await screen.heading("My licences")
    assert screen.objections == []
    assert officer.objections == []
    await screen.page.context.close()
    await ines.close()


async def test_an_officer_is_locked_out_until_a_second_factor_is_set_up_and_again_when_revoked(
    chromium: Browser, product: Product, support: Screen, artefacts: Path
) -> None:
    mila = await newcomer(product, "Mila", domain="authority.example")
    screen = await Screen.of(chromium, mila)
    await screen.page.get_by_role("main").get_by_role("link", name="Authority", exact=True).click()
    await screen.page.get_by_label("Country").select_option(label="Belgium")
    await screen.page.get_by_label("Role").select_option("msca")
    await screen.press("Search")
    await find_in_list(screen, "DG Environment")
    await send_request(screen, "Inspector", "I decide on licences.")
    await grant(support, mila)

    await screen.open("/")
    await expect(screen.page.get_by_text("Waiting for your second factor")).to_be_visible()
    await mila.mail("Your role was granted")
    assert not await screen.may_open("/validation/cases")
    await screen.keep(artefacts, "locked")
    await screen.open("/")
    await screen.page.get_by_role("link", name="Go on with your second factor").click()
    await set_up_app(screen)
    await may_work_at(screen, "/validation/cases")
    await screen.heading("Cases")

    await open_request(support, mila, status="granted")
    await support.page.get_by_text("Suspend or revoke…", exact=True).click()
    await support.page.get_by_label("Reason").fill("She moved to another office.")
    await support.press("Revoke the role")
    await expect(support.page.get_by_text("The role is revoked")).to_be_visible()

    await must_stop_at(screen, "/validation/cases")
    await screen.open("/identity/roles")
    await expect(card(screen, "Revoked")).to_contain_text("She moved to another office.")
    assert screen.objections == []
    await screen.page.context.close()
    await mila.close()


async def test_a_refused_person_reads_why_asks_again_and_is_granted(
    chromium: Browser, product: Product, officer: Screen
) -> None:
    rolf, details = await newcomer(product, "Rolf"), company()
    created = await rolf.program.post("/identity/api/v1/operators", json=details)
    assert created.status_code == 201, created.text
    screen = await Screen.of(chromium, rolf)
    await screen.open("/identity/roles/operator")
    await screen.page.get_by_label("Name, EORI number or town").fill(details["name"].lower())
    await screen.press("Search")
    await find_in_list(screen, details["name"])
    await screen.page.get_by_label("for this company itself").check()
    await send_request(screen, "Clerk", "")

    await open_request(officer, rolf)
    await officer.page.get_by_text("Refuse…", exact=True).click()
    await officer.page.get_by_label("Reason").fill("Say what you do there.")
    await officer.press("Refuse the request")

    assert "Say what you do there." in (await rolf.mail("Your role was not granted"))["text"]
    await screen.open("/identity/roles")
    refused = card(screen, "Refused")
    await expect(refused).to_contain_text("Say what you do there.")
    await refused.get_by_role("link", name="Ask again").click()
    await screen.page.get_by_label("for this company itself").check()
    await send_request(screen, "Head of purchasing", "I lead the purchase of timber.")
    await grant(officer, rolf)
    await may_work_at(screen, "/licences/new")
    assert screen.objections == []
    await screen.page.context.close()
    await rolf.close()


async def test_a_company_administrator_makes_a_program_that_enters_a_licence(
    chromium: Browser, product: Product, support: Screen, artefacts: Path
) -> None:
    carl = await newcomer(product, "Carl")
    created = await carl.program.post("/identity/api/v1/operators", json=company())
    await ask(carl, "importer", created.json()["id"])
    await grant(support, carl, administrator=True)
    screen = await Screen.of(chromium, carl)
    await may_work_at(screen, "/licences")
    await screen.page.get_by_role("link", name="Clients", exact=True).click()
    await screen.page.get_by_role("link", name="New client").first.click()
    await screen.page.get_by_label(created.json()["name"]).check()
    await screen.page.get_by_label("Name of the client").fill("SAP")
    for scope in ("Read licences", "Enter and submit licences"):
        await screen.page.get_by_label(scope).check()
    await screen.press("Create client")
    await screen.press("Make a secret")
    secret = await screen.page.locator(".notice--success pre").inner_text()
    await screen.keep(artefacts, "client")

    async with browser_at(product) as program:
        client_id = urlsplit(screen.page.url).path.split("/")[3]
        asked = {"grant_type": "client_credentials"}
        answer = await program.post("/identity/oauth/token", data=asked, auth=(client_id, secret.strip()))
        program.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

        async def known() -> bool:
            return (await program.get("/licences/api/v1/licences")).status_code == 200

        await until(known, what="the client in licences")
        licence = await hand_in(program, paper())
    assert licence["requester"] == {"account_id": client_id, "name": "SAP"}
    await screen.row("/licences", licence["boxes"]["licence_number"], "SAP")
    assert screen.objections == []
    await screen.page.context.close()
    await carl.close()


async def test_somebody_links_the_openid_provider_and_signs_in_with_it(
    chromium: Browser, product: Product, artefacts: Path
) -> None:
    lena = await newcomer(product, "Lena")
    async with OpenIDProcess(f"{product.origin}/identity/openid/callback") as provider:
        claims = {"sub": "lena", "email": lena.email, "email_verified": True, "given_name": "Lena"}
        await provider.order(person={**claims, "family_name": lena.last_name})
        elsewhere = {"OPENID_ISSUER": provider.issuer, "OPENID_CLIENT_ID": CLIENT_ID}
        await product.stop_service("identity")
        await product.start_service("identity", **elsewhere, OPENID_CLIENT_SECRET=CLIENT_SECRET)
        screen = await Screen.new(chromium, product.origin)

        await sign_in_there(screen, "lena")
        await screen.heading("Please look into your mailbox")
        await screen.page.goto((await lena.mail("Is it you who signed in"))["links"][0])
        await screen.press("Yes, link my account")
        await screen.page.context.clear_cookies()
        await sign_in_there(screen, "lena")
        await expect(screen.page.get_by_role("banner").get_by_text(lena.name)).to_be_visible()

        await screen.open("/identity/profile/links")
        await expect(screen.page.get_by_role("row").filter(has_text="EU Login")).to_be_visible()
        await screen.keep(artefacts, "linked-sign-ins")
        await screen.page.context.close()
        await product.stop_service("identity")
        await product.start_service("identity")
    await lena.close()


async def sign_in_there(screen: Screen, login: str) -> None:
    """Go to the provider from our sign-in page, and through its own forms for signing in and consent."""
    await screen.open("/identity/sign-in")
    await screen.page.get_by_role("link", name="Sign in with EU Login").click()
    await screen.page.locator("[name=login]").fill(login)
    await screen.page.locator("[name=password]").fill("whatever it asks for")
    await screen.page.get_by_role("button").click()
    await screen.page.get_by_role("button", name="Continue").click()
    await screen.page.wait_for_url(f"{screen.origin}/**")
