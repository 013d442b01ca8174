"""What people do on identity's pages, by the labels they read and the keys they press."""

import pyotp
from playwright.async_api import Locator, expect

from shared.testing.waiting import until
from tests.browser.screen import Screen
from tests.journeys.people import Somebody


async def register(screen: Screen, somebody: Somebody) -> None:
    page = screen.page
    await screen.open("/")
    await page.get_by_role("banner").get_by_role("link", name="Register").press("Enter")
    await page.get_by_label("First name").fill(somebody.first_name)
    await page.get_by_label("Last name").fill(somebody.last_name)
    await page.get_by_label("E-mail address").fill(somebody.email)
    await page.get_by_label("Password", exact=True).fill(somebody.password)
    await page.get_by_label("I have read the privacy statement").press("Space")
    await page.get_by_label("Last name").press("Enter")
    await screen.heading("Please look into your mailbox")


async def confirm(screen: Screen, somebody: Somebody) -> None:
    """Open the link of the mail and press its button."""
    mail = await somebody.mail("Confirm your e-mail address")
    await screen.page.goto(mail["links"][0])
    await screen.press("Confirm my e-mail address")
    await expect(screen.page.get_by_text("Your e-mail address is confirmed")).to_be_visible()


async def sign_in(screen: Screen, somebody: Somebody) -> None:
    await screen.open("/identity/sign-in")
    await screen.page.get_by_label("E-mail address").fill(somebody.email)
    await screen.page.get_by_label("Password").fill(somebody.password)
    await screen.page.get_by_label("Password").press("Enter")
    await screen.page.get_by_role("button", name="Sign out").wait_for()


async def set_up_app(screen: Screen) -> None:
    """Type the app's key into an authenticator, and its code into the page."""
    await screen.press("Set up an app")
    key = await screen.page.locator(".key code").inner_text()
    await screen.page.get_by_label("Name of the app").fill("work phone")
    await screen.page.get_by_label("Code", exact=True).fill(pyotp.TOTP(key.replace(" ", "")).now())
    await screen.page.get_by_label("Code", exact=True).press("Enter")
    await screen.heading("Your recovery codes")
    await screen.page.get_by_role("link", name="I have kept them").press("Enter")
    await screen.page.get_by_role("heading", name="Your recovery codes").wait_for(state="detached")


async def find_in_list(screen: Screen, words: str) -> None:
    """Search for a company or authority that is there, tick it, go on to the request."""
    await screen.page.get_by_role("checkbox", name=words).press("Space")
    await screen.press("Request authorisation")
    await screen.heading("Request authorisation")


async def send_request(screen: Screen, function: str, reason: str) -> None:
    await screen.page.get_by_label("Your function").fill(function)
    await screen.page.get_by_label("Reason").fill(reason)
    await screen.press("Send authorisation request")
    await screen.heading("My roles")


def card(screen: Screen, words: str) -> Locator:
    """The role on "My roles" with these words."""
    return screen.page.locator("section.card").filter(has=screen.page.locator("h3")).filter(has_text=words)


async def open_request(decider: Screen, somebody: Somebody, status: str = "requested") -> None:
    """Find what a person asked for in the queue."""
    row = await decider.row(f"/identity/requests?status={status}&q={somebody.last_name}", somebody.name)
    await row.get_by_role("link", name=somebody.name).click()


async def grant(decider: Screen, somebody: Somebody, *, administrator: bool = False) -> None:
    await open_request(decider, somebody)
    if administrator:
        await decider.page.get_by_label("Administrator", exact=True).check()
    await decider.press("Grant the role")
    await expect(decider.page.get_by_text("The role is granted")).to_be_visible()


async def may_work_at(screen: Screen, address: str, *, within: float = 30) -> None:
    """Wait until the role counts in the service that has this page."""
    await until(lambda: screen.may_open(address), within=within, what=f"{address} closed")


async def must_stop_at(screen: Screen, address: str, *, within: float = 10) -> None:
    """Wait until the page is closed to this person: "within seconds", as promised."""

    async def closed() -> bool:
        return not await screen.may_open(address)

    await until(closed, within=within, what=f"{address} open")
