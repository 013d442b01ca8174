"""Second factors in a real browser, with the authenticator that Chromium itself offers for tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pyotp
import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from deploy.local.databases import Databases
from deploy.local.processes import accepts_connections, free_port
from services.identity.domain.accounts import Registration
from services.identity.main import build
from services.identity.service import Identity
from services.identity.settings import Settings
from services.identity.use_cases.accounts import make_confirmed_account
from services.identity.use_cases.roles import make_support_person
from shared.testing.apps import opened
from shared.testing.settings import settings_for
from shared.testing.waiting import until
from tests.browser.screen import WIDE, Screen

pytestmark = pytest.mark.browser
PASSWORD = "larch quiver monday teapot"
EMAIL = "sara@support.example"


@pytest.fixture(scope="module")
async def identity(
    postgres: Databases, copy_of: Callable[[str], Awaitable[str]], chromium_path: str
) -> AsyncIterator[Identity]:
    """Identity alone, where nothing is set: official roles wait for a second factor."""
    name, port = await copy_of("identity"), free_port()
    settings = settings_for(
        Settings,
        postgres.url(name, role="identity"),
        secret_key="a key for tests only",
        origin=f"http://localhost:{port}",
    )
    async with opened(build(settings)) as app:
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_config=None))
        running = asyncio.create_task(server.serve())
        await until(lambda: accepts_connections(port), within=10)
        yield app.state.service
        server.should_exit = True
        with suppress(TimeoutError):
            await asyncio.wait_for(running, 10)
    await postgres.drop_database(name)


@pytest.fixture
async def support(identity: Identity) -> str:
    """A member of the support team who has no second factor yet; the e-mail address."""
    number = await _count(identity)
    email = f"{number}{EMAIL}"
    registration = Registration("Sara", "Support", email, PASSWORD, "en", "Europe/Brussels", privacy_accepted=True)
    password_hash = await identity.passwords.hash(PASSWORD)
    async with identity.work() as work:
        account = await make_confirmed_account(work, registration, password_hash=password_hash)
        await make_support_person(work, account)
    return email


@pytest.fixture
async def screen(chromium: Browser, identity: Identity) -> AsyncIterator[Screen]:
    """A window in which nobody is signed in, on a device that can make passkeys."""
    context = await chromium.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/Brussels")
    context.set_default_timeout(15_000)
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield Screen(page, identity.settings.origin)
    await context.close()


async def _count(identity: Identity) -> int:
    async with identity.work() as work:
        return int(await work.db.fetchval("SELECT count(*) FROM account"))


async def keep(screen: Screen, folder: Path, name: str) -> None:
    """Pictures of the page, which everybody can use: the rules of WCAG that a machine can check hold."""
    await screen.keep(folder, name)
    found = await Axe().run(screen.page)
    assert found.violations_count == 0, found.generate_report()


async def sign_in(screen: Screen, email: str, at: str = "/identity/sign-in") -> None:
    await screen.open(at)
    await screen.page.get_by_label("E-mail address").fill(email)
    await screen.page.get_by_label("Password").fill(PASSWORD)
    await screen.press("Sign in")


async def heading(screen: Screen, text: str) -> None:
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text(text)


def objections(screen: Screen) -> list[str]:
    """What the browser did not let the page do. (Other services are not here, so some answers are missing.)"""
    return [line for line in screen.complaints if "Content Security Policy" in line or line.startswith("script:")]


async def test_a_passkey_is_set_up_and_signs_in_alone_as_second_step_and_within_a_session(
    screen: Screen, support: str, artefacts: Path, identity: Identity
) -> None:
    page = screen.page
    await sign_in(screen, support)
    await heading(screen, "Second factor")
    await keep(screen, artefacts, "second-factor")
    await page.get_by_label("Name of the passkey").fill("work laptop")
    await screen.press("Set up a passkey")
    await heading(screen, "Your recovery codes")
    await keep(screen, artefacts, "recovery-codes")
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page.get_by_role("heading", name="work laptop")).to_be_visible()

    await page.get_by_role("button", name="Sign out").click()
    await screen.open("/identity/sign-in?next=/identity/requests")
    await keep(screen, artefacts, "sign-in")
    await screen.press("Sign in with a passkey")
    await heading(screen, "Role requests")

    await page.get_by_role("button", name="Sign out").click()
    await sign_in(screen, support, at="/identity/sign-in?next=/identity/requests")
    await heading(screen, "Second step of signing in")
    await keep(screen, artefacts, "second-step")
    await screen.press("Use a passkey")
    await heading(screen, "Role requests")

    async with identity.work() as work:
        await work.db.execute("UPDATE session SET strong_at = strong_at - interval '1 hour'")
    await screen.open("/identity/profile/second-factor")
    await page.get_by_role("link", name="Show it now").click()
    await screen.press("Use a passkey")
    await page.get_by_text("Remove", exact=True).click()
    await screen.press("Remove for good")
    await expect(page.get_by_text("The second factor is removed.")).to_be_visible()
    assert objections(screen) == []


async def test_a_cancelled_passkey_says_so_and_changes_nothing(screen: Screen, support: str) -> None:
    await sign_in(screen, support)
    await screen.page.get_by_label("Name of the passkey").fill("nothing")
    await screen.page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('no', 'AbortError')); }"
    )

    await screen.press("Set up a passkey")

    await expect(screen.page.get_by_text("That did not work. Nothing was changed.")).to_be_visible()
    await screen.open("/identity/profile/second-factor")
    await expect(screen.page.get_by_text("Recovery codes")).to_have_count(0)


async def test_an_app_is_set_up_from_its_picture_and_opens_the_locked_role(
    screen: Screen, support: str, artefacts: Path
) -> None:
    page = screen.page
    await sign_in(screen, support)
    await screen.press("Set up an app")
    await keep(screen, artefacts, "authenticator-app")
    picture = await page.locator("svg.qr").bounding_box()
    assert picture is not None
    assert picture["width"] > 150
    secret = (await page.locator(".key code").inner_text()).replace(" ", "")
    await page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    await page.get_by_label("Name of the app").fill("work phone")
    await screen.press("Finish")
    await page.get_by_role("link", name="I have kept them").click()
    await keep(screen, artefacts, "second-factors")

    await screen.open("/identity/requests")
    await heading(screen, "Role requests")
    await screen.open("/identity/profile/sessions")
    await keep(screen, artefacts, "sessions")
    await screen.press("End all, this one too")
    await heading(screen, "Sign in")
    assert objections(screen) == []
