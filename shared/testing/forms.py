"""Forms filled in as a person does: open the page, type into named fields, press a button."""

from collections.abc import Mapping
from typing import Any

import httpx
from bs4 import BeautifulSoup, Tag

Upload = tuple[str, bytes, str]
"""File name, content, media type."""


class NoSuchField(AssertionError):
    """The form has no such field or button, so no person could fill it in."""


class Page:
    """An answer, read as HTML."""

    def __init__(self, client: httpx.AsyncClient, response: httpx.Response) -> None:
        self.client = client
        self.response = response
        self.status = response.status_code
        self.url = str(response.url)
        self.html = BeautifulSoup(response.text, "html.parser")

    @property
    def text(self) -> str:
        """What a person reads, without line breaks."""
        return " ".join(self.html.get_text(" ").split())

    @property
    def heading(self) -> str:
        """The main heading."""
        return self.html.h1.get_text(" ", strip=True) if self.html.h1 else ""

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return [item.get_text(" ", strip=True) for item in self.html.select(".error-summary li")]

    def link(self, text: str) -> str:
        """Where the link with this text leads."""
        for anchor in self.html.find_all("a"):
            if text in anchor.get_text(" ", strip=True):
                return str(anchor["href"])
        raise NoSuchField(f"no link {text!r} on {self.url}: {self.text[:500]}")

    def form(self, button: str) -> Tag:
        """The form that has a button with this text."""
        for candidate in self.html.find_all("form"):
            if any(button in b.get_text(" ", strip=True) for b in candidate.find_all("button")):
                return candidate
        raise NoSuchField(f"no button {button!r} on {self.url}: {self.text[:1000]}")

    async def press(
        self,
        button: str,
        values: Mapping[str, Any] | None = None,
        *,
        files: list[tuple[str, Upload]] | None = None,
    ) -> "Page":
        """Type `values` into the fields (a list ticks several), choose files, press the button, follow the redirect."""
        form = self.form(button)
        typed = self._fields(form)
        for name, value in (values or {}).items():
            if all(_disabled(field) for field in form.find_all(True, {"name": name})):
                raise NoSuchField(f"no field {name!r} in the form with {button!r} on {self.url}")
            typed[name] = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        pressed = next(b for b in form.find_all("button") if button in b.get_text(" ", strip=True))
        if pressed.get("name"):
            typed[str(pressed["name"])] = [str(pressed.get("value", ""))]
        target = self.response.url.join(str(pressed.get("formaction") or form.get("action") or ""))
        if str(form.get("method", "get")).lower() == "get":
            return Page(self.client, await self.client.get(target, params=typed, follow_redirects=True))
        answer = await self.client.post(
            target, data=typed, files=files, headers={"Origin": _origin(target)}, follow_redirects=True
        )
        return Page(self.client, answer)

    def _fields(self, form: Tag) -> dict[str, list[str]]:
        typed: dict[str, list[str]] = {}
        for field in form.find_all(["input", "textarea", "select"]):
            name = field.get("name")
            if not name or _disabled(field) or field.get("type") in {"submit", "button", "file"}:
                continue
            for value in _values(field):
                typed.setdefault(str(name), []).append(value)
        return typed


def _disabled(field: Tag) -> bool:
    """Whether nobody can fill it in, so that a browser does not send it either."""
    return field.has_attr("disabled") or field.find_parent("fieldset", attrs={"disabled": True}) is not None


def _values(field: Tag) -> list[str]:
    if field.name == "textarea":
        return [field.get_text().removeprefix("\n")]
    if field.name == "select":
        chosen = [o for o in field.find_all("option") if o.has_attr("selected")]
        if not chosen and not field.has_attr("multiple"):
            chosen = field.find_all("option")[:1]
        return [str(option.get("value", option.get_text())) for option in chosen]
    if field.get("type") in {"checkbox", "radio"}:
        return [str(field.get("value", "on"))] if field.has_attr("checked") else []
    return [str(field.get("value", ""))]


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"


async def visit(client: httpx.AsyncClient, address: str) -> Page:
    """Open a page as a browser does."""
    return Page(client, await client.get(address, headers={"Accept": "text/html"}, follow_redirects=True))
