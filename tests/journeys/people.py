"""People of the journeys: each has a browser and a mailbox, and may let a program act for them."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.product import Product
from shared.testing.forms import Page, visit
from shared.testing.waiting import until
from tests.journeys.stage import browser_at, command, mails_to

_SYLLABLES = ("ba", "del", "fo", "gri", "han", "ko", "lam", "mer", "nis", "or", "pe", "ros", "sten", "tu", "vel", "wi")


def a_name() -> str:
    """A name that (almost surely) nobody else has."""
    return "".join(random.choices(_SYLLABLES, k=5)).capitalize()  # noqa: S311 - only to be different


class Somebody:
    """One person, still unknown to the product. Their family name is theirs alone."""

    def __init__(self, product: Product, first_name: str, *, domain: str = "trader.example") -> None:
        self.product = product
        self.first_name = first_name
        self.last_name = a_name()
        self.email = f"{first_name}.{self.last_name}@{domain}".lower()
        self.password = f"timber ship harbour {uuid4().hex}"
        self.browser = browser_at(product, Accept="text/html")
        self.program = browser_at(product)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    async def open(self, address: str) -> Page:
        return await visit(self.browser, address)

    async def register(self) -> Page:
        form = await self.open("/identity/register")
        details = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email}
        return await form.press("Create an account", {**details, "password": self.password, "privacy": "true"})

    async def confirm(self) -> Page:
        """Follow the link of the mail and press its button."""
        mail = await self.mail("Confirm your e-mail address")
        return await (await self.open(mail["links"][0])).press("Confirm my e-mail address")

    async def sign_in(self) -> Page:
        form = await self.open("/identity/sign-in")
        return await form.press("Sign in", {"email": self.email, "password": self.password})

    async def sign_out(self) -> Page:
        return await (await self.open("/")).press("Sign out")

    async def give_token(self) -> httpx.AsyncClient:
        """Sign in for a program, which acts for this person from then on."""
        answer = await self.program.post(
            "/identity/api/v1/sessions", json={"email": self.email, "password": self.password}
        )
        assert answer.status_code == 201, answer.text
        self.program.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self.program

    async def mails(self, subject: str = "") -> list[dict[str, Any]]:
        return [mail for mail in await mails_to(self.product, self.email) if subject in mail["subject"]]

    async def mail(self, subject: str) -> dict[str, Any]:
        """The newest mail with these words in its subject, as soon as it is there."""
        found = await until(lambda: self.mails(subject), within=30, what=f"mail {subject!r} to {self.first_name}")
        return found[0]

    async def may_open(self, address: str) -> bool:
        return (await self.browser.get(address)).status_code == 200

    async def close(self) -> None:
        await self.browser.aclose()
        await self.program.aclose()


WORKPLACES = {"importer": "/licences/new", "msca": "/validation/cases", "customs": "/validation/clearances"}
"""What somebody may open as soon as the service in question has heard of the role."""


async def can_work(somebody: Somebody, kind: str) -> None:
    """Wait until the role counts where it is used, and its mail is there: so notifications know it too."""
    await until(lambda: somebody.may_open(WORKPLACES[kind]), within=30, what=f"{kind} kept out")
    await somebody.mail("Your role was granted")


async def support_person(product: Product) -> Somebody:
    """Made by command, as on a new installation."""
    somebody = Somebody(product, "Sara", domain="flegt.example")
    names = ("--first-name", somebody.first_name, "--last-name", somebody.last_name)
    somebody.password = await command(product, "identity", "support-person", "--email", somebody.email, *names)
    await somebody.sign_in()
    await somebody.give_token()
    return somebody


async def newcomer(product: Product, first_name: str, domain: str = "trader.example") -> Somebody:
    """Registered by a program, confirmed by the mail's link, signed in; without any role."""
    somebody = Somebody(product, first_name, domain=domain)
    account = {"first_name": first_name, "last_name": somebody.last_name, "email": somebody.email}
    answer = await somebody.program.post(
        "/identity/api/v1/accounts", json={**account, "password": somebody.password, "privacy_accepted": True}
    )
    assert answer.status_code == 202, answer.text
    await somebody.confirm()
    await somebody.sign_in()
    await somebody.give_token()
    return somebody


async def give_role(support: Somebody, somebody: Somebody, kind: str, body_id: str) -> str:
    """Requested and granted by programs; returns the role's id once it works."""
    request = {"kind": kind, "body_id": body_id, "function": "Clerk"}
    asked = await somebody.program.post("/identity/api/v1/role-requests", json=request)
    assert asked.status_code == 201, asked.text
    role_id = str(asked.json()["id"])
    granted = await support.program.post(
        f"/identity/api/v1/role-requests/{role_id}/decision", json={"outcome": "granted"}
    )
    assert granted.json()["status"] == "granted", granted.text
    await can_work(somebody, kind)
    return role_id


async def find_authority(somebody: Somebody, kind: str, country: str, office: str | None = None) -> str:
    """The id of a competent authority, or of a customs office."""
    query: dict[str, Any] = {"kind": kind, "country": country, "limit": 100}
    while True:
        page = (await somebody.program.get("/identity/api/v1/authorities", params=query)).raise_for_status().json()
        for authority in page["items"]:
            if office is None or authority["office"] == office:
                return str(authority["id"])
        assert page["next"], f"no {kind} {office} in {country}"
        query["cursor"] = page["next"]


def company(**changes: str) -> dict[str, str]:
    """A company that nobody has entered yet."""
    number = str(uuid4().int)[:10]
    known = {"name": f"{a_name()} Timber NV", "eori": f"BE{number}", "address": "Kaai 5", "town": "Antwerpen"}
    return {**known, "country": "BE", "activity": "importer", **changes}


@dataclass(frozen=True)
class Cast:
    """Everybody one licence needs. Importer and colleague work for one company; the officials for Belgium."""

    support: Somebody
    importer: Somebody
    colleague: Somebody
    officer: Somebody
    customs: Somebody
    operator_id: str

    async def close(self) -> None:
        for somebody in (self.support, self.importer, self.colleague, self.officer, self.customs):
            await somebody.close()


async def gather_cast(product: Product) -> Cast:
    """Let all of them register and get their roles, through the JSON API."""
    support, importer, colleague, officer, customs = await asyncio.gather(
        support_person(product),
        newcomer(product, "Ines"),
        newcomer(product, "Carl"),
        newcomer(product, "Olga", domain="authority.example"),
        newcomer(product, "Dirk", domain="customs.example"),
    )
    created = await importer.program.post("/identity/api/v1/operators", json=company())
    assert created.status_code == 201, created.text
    operator_id = str(created.json()["id"])
    authority = await find_authority(officer, "msca", "BE")
    office = await find_authority(customs, "customs", "BE", "BE101000")
    await asyncio.gather(
        give_role(support, importer, "importer", operator_id),
        give_role(support, colleague, "importer", operator_id),
        give_role(support, officer, "msca", authority),
        give_role(support, customs, "customs", office),
    )
    return Cast(support, importer, colleague, officer, customs, operator_id)
