"""One person's screen: a browser window of their own that remembers everything that went wrong in it."""

from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Response, ViewportSize, expect

from shared.testing.waiting import until
from tests.journeys.people import Somebody

WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=390, height=844)


class Screen:
    """`page` is the window; `complaints` what the browser's console and the answers said against us.

    Without `scripts` pages have to work without JavaScript.
    """

    def __init__(self, page: Page, origin: str, *, scripts: bool = True) -> None:
        self.page = page
        self.origin = origin
        self.scripts = scripts
        self.complaints: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._note_response)

    @classmethod
    async def new(cls, chromium: Browser, origin: str, *, scripts: bool = True) -> "Screen":
        """A new window in which nobody has signed in."""
        context = await chromium.new_context(
            viewport=WIDE, locale="en-GB", timezone_id="Europe/Brussels", java_script_enabled=scripts
        )
        context.set_default_timeout(15_000)
        return cls(await context.new_page(), origin, scripts=scripts)

    @classmethod
    async def of(cls, chromium: Browser, somebody: Somebody, *, scripts: bool = True) -> "Screen":
        """A new window in which this person has signed in."""
        screen = await cls.new(chromium, somebody.product.origin, scripts=scripts)
        await screen.open("/identity/sign-in")
        await screen.page.get_by_label("E-mail address").fill(somebody.email)
        await screen.page.get_by_label("Password").fill(somebody.password)
        await screen.press("Sign in", within="main")
        await screen.page.get_by_role("button", name="Sign out").wait_for()
        return screen

    async def open(self, address: str) -> None:
        await self.page.goto(f"{self.origin}{address}")

    async def press(self, button: str, within: str = "main") -> None:
        """Press the visible button of this name."""
        await self.page.locator(within).get_by_role("button", name=button, exact=True).click()

    async def heading(self, text: str) -> None:
        """Wait until this is what the page is called."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    async def may_open(self, address: str) -> bool:
        """Whether the page is shown: not refused, and not another one in its place."""
        answer = await self.page.goto(f"{self.origin}{address}")
        return answer is not None and answer.ok and self.page.url == f"{self.origin}{address}"

    async def row(self, address: str, *words: str) -> Locator:
        """Open a list again and again until it has a row with all these words."""
        row = self.page.get_by_role("row")
        for word in words:
            row = row.filter(has_text=word)

        async def shown() -> int:
            await self.open(address)
            return await row.count()

        await until(shown, within=30, what=f"{words} on {address}")
        return row

    async def keep(self, folder: Path, name: str) -> None:
        """Pictures of the whole page, on a wide screen and on a phone. Neither may be wider than the screen."""
        for size in (NARROW, WIDE):
            await self.page.set_viewport_size(size)
            await self.page.screenshot(path=folder / f"{name}-{size['width']}.png", full_page=True)
            width = await self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{name} is {width} wide on a screen of {size['width']}"

    @property
    def objections(self) -> list[str]:
        """What the browser did not let a page do, and scripts that failed."""
        return [line for line in self.complaints if "Content Security Policy" in line or line.startswith("script:")]

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")
