"""The certified OpenID provider `oidc-provider`, which nobody here wrote, as a process; a walk through its forms."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from bs4 import BeautifulSoup

HERE = Path(__file__).parent
CLIENT_ID, CLIENT_SECRET = "flegt", "a secret & more: 100%"
SECONDS_TO_INSTALL, SECONDS_TO_ANSWER = 120, 20


class OpenIDProcess:
    """Runs while it is entered. `issuer` is its address."""

    def __init__(self, callback: str) -> None:
        self.callback = callback
        self.issuer = ""

    async def __aenter__(self) -> Self:
        await install()
        self._process = await asyncio.create_subprocess_exec(
            "node",
            str(HERE / "provider.mjs"),
            self.callback,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.issuer = await self._line()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def order(self, **order: Any) -> None:
        """Know a person (`person={…}` with their claims), or sign with a new key only (`rotate=True`)."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        assert await self._line() == "done"

    async def _line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            return (await self._process.stdout.readline()).decode().strip()


async def install() -> None:
    """Fetch its packages, once. Skips without Node, or fails where REQUIRE_OPENID=1 says that it must be there."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        say = pytest.fail if os.environ.get("REQUIRE_OPENID") == "1" else pytest.skip
        say("there is no Node.js (node and npm) here, which runs the OpenID provider")
    if (HERE / "node_modules" / "oidc-provider").is_dir():
        return
    npm = await asyncio.create_subprocess_exec(
        "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=HERE, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(SECONDS_TO_INSTALL):
        assert await npm.wait() == 0, "npm ci failed in tests/openid"


async def signed_in_there(address: str, login: str, *, home: str, abort: bool = False) -> str:
    """Go to the provider, sign in and consent in its own forms (or turn back); where it sends the browser then."""
    async with httpx.AsyncClient(timeout=SECONDS_TO_ANSWER) as browser:
        answer = await browser.get(address)
        for _step in range(20):
            if answer.is_redirect:
                target = str(answer.url.join(answer.headers["location"]))
                if target.startswith(home):
                    return target
                answer = await browser.get(target)
                continue
            page = BeautifulSoup(answer.text, "html.parser")
            form = page.find("form")
            if answer.status_code != httpx.codes.OK or form is None:
                raise AssertionError(f"the provider says {answer.status_code}: {page.get_text(' ', strip=True)[:500]}")
            if abort:
                turn_back = next(link for link in page.find_all("a") if "abort" in str(link["href"]))
                answer = await browser.get(answer.url.join(str(turn_back["href"])))
                continue
            typed = {str(field["name"]): str(field.get("value", "")) for field in form.find_all("input")}
            if "login" in typed:
                typed |= {"login": login, "password": "whatever it asks for"}
            answer = await browser.post(answer.url.join(str(form["action"])), data=typed)
    raise AssertionError("the provider never sent the browser back")
