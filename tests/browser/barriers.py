"""What axe has against a page as it stands now, in light and dark. What is folded together is opened before."""

from typing import Any

from axe_playwright_python.async_playwright import Axe

from tests.browser.screen import Screen

LIGHT: dict[str, Any] = {"resultTypes": ["violations"]}
DARK: dict[str, Any] = {**LIGHT, "runOnly": ["color-contrast", "link-in-text-block"]}
"""Only colours differ in the dark."""


async def barriers(screen: Screen, state: str) -> list[str]:
    """Everything that axe finds; `state` says in the report where that was."""
    await screen.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found: list[str] = []
    for scheme, options in (("light", LIGHT), ("dark", DARK)):
        await screen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        results = await Axe().run(screen.page, options=options)
        for broken in results.response["violations"]:
            places = "; ".join(str(node["target"][0]) for node in broken["nodes"][:5])
            found.append(f"{state} ({scheme}): {broken['id']}, {broken['help']}: {places}")
    await screen.page.emulate_media(color_scheme="light")
    return found


async def no_barriers(screen: Screen, state: str) -> None:
    assert await barriers(screen, state) == []
