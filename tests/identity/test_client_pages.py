"""The pages of machine clients, through their forms, as administrators and support use them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.identity.service import Identity
from shared.testing.apps import browser
from shared.testing.forms import NoSuchField, Page, visit
from tests.identity.acts import create
from tests.identity.client_acts import make_administrator, make_client, make_secret
from tests.identity.conftest import PASSWORD

Member = Callable[..., Any]


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second browser."""
    async with browser(app) as new:
        yield new


async def sign_in(client: httpx.AsyncClient, email: str) -> None:
    page = await visit(client, "/identity/sign-in")
    await page.press("Sign in", {"email": email, "password": PASSWORD})


def secret_on(page: Page) -> str:
    shown = page.html.select_one(".notice--success pre")
    assert shown is not None, page.text
    return shown.get_text(strip=True)


async def test_from_a_new_client_to_a_rotated_secret(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    _, email, company = await make_administrator(service, member)
    await sign_in(client, email)
    page = await visit(client, "/identity/clients")
    assert "No program works for you yet" in page.text

    page = await visit(client, page.link("New client"))
    assert company.details.name in page.text
    page = await page.press("Create client", {"name": "SAP", "scopes": ["licences:read", "licences:write"]})
    assert page.heading == "SAP"
    assert "Make its first secret now" in page.text
    page = await page.press("Make a secret")
    first = secret_on(page)
    assert first not in (await visit(client, page.url.removesuffix("/secrets"))).text

    page = await page.press("Make a secret")
    second = secret_on(page)
    assert first not in page.text
    assert "Two secrets are valid" in page.text
    with pytest.raises(NoSuchField):
        page.form("Make a secret")
    address = page.url.removesuffix("/secrets")
    page = await visit(client, address)
    rows = page.html.select("tbody tr")
    assert [row.code.get_text(strip=True) for row in rows if row.code] == [f"{s[:12]}…" for s in (second, first)]
    client_id = address.rsplit("/", 1)[1]
    token = {"data": {"grant_type": "client_credentials"}}
    for secret in (first, second):
        answer = await client.post("/identity/oauth/token", auth=(client_id, secret), **token)
        assert answer.status_code == 200

    oldest = page.html.find_all("form", action=lambda a: bool(a) and a.endswith("/end"))[-1]
    answer = await client.post(
        str(oldest["action"]), data={"csrf_token": oldest.find("input")["value"]}, follow_redirects=True
    )
    assert "The secret has ended" in answer.text
    assert (await client.post("/identity/oauth/token", auth=(client_id, first), **token)).status_code == 401
    assert (await client.post("/identity/oauth/token", auth=(client_id, second), **token)).status_code == 200


async def test_sending_the_form_again_shows_no_secret_and_makes_none(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email, company = await make_administrator(service, member)
    made = await make_client(service, person, company.id)
    await sign_in(client, email)
    page = await visit(client, f"/identity/clients/{made.id}")
    await page.press("Make a secret")

    again = await page.press("Make a secret")

    assert again.status == 412
    assert "cannot be shown again" in again.text
    async with service.work() as work:
        assert await work.db.fetchval("SELECT count(*) FROM client_secret WHERE client_id = $1", made.id) == 1


async def test_a_refused_client_keeps_what_was_typed(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    _, email, _ = await make_administrator(service, member)
    await sign_in(client, email)
    page = await visit(client, "/identity/clients/new")

    page = await page.press("Create client", {"scopes": ["validation:read"], "last_day": "2001-01-01"})

    assert page.status == 422
    assert len(page.errors) == 2
    assert page.html.find("input", {"name": "last_day"})["value"] == "2001-01-01"
    assert page.html.find("input", {"value": "validation:read"}).has_attr("checked")
    assert not page.html.find("input", {"value": "identity:read"}).has_attr("checked")


async def test_a_secret_with_a_last_day_that_has_passed_is_refused(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email, company = await make_administrator(service, member)
    made = await make_client(service, person, company.id)
    await sign_in(client, email)
    page = await visit(client, f"/identity/clients/{made.id}")

    page = await page.press("Make a secret", {"last_day": "2001-01-01"})

    assert page.status == 422
    assert len(page.errors) == 1
    assert page.html.find("input", {"name": "last_day"})["value"] == "2001-01-01"


async def test_disable_enable_and_delete(client: httpx.AsyncClient, service: Identity, member: Member) -> None:
    person, email, company = await make_administrator(service, member)
    made = await make_client(service, person, company.id)
    await sign_in(client, email)
    page = await visit(client, f"/identity/clients/{made.id}")

    page = await page.press("Disable the client")
    assert "is disabled" in page.text
    with pytest.raises(NoSuchField):
        page.form("Make a secret")
    page = await page.press("Enable the client")
    assert "works again" in page.text
    page = await page.press("Delete the client")
    assert page.heading == "Clients"
    assert "is deleted" in page.text
    assert (await visit(client, f"/identity/clients/{made.id}")).status == 404


async def test_support_makes_a_client_for_any_company(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    support, email = await member(support=True)
    company = await create(service, support, name="Wenge Wharf")
    await sign_in(client, email)
    page = await visit(client, "/identity/clients/new")
    assert "Search for the company or authority first" in page.text

    shown = await visit(client, f"/identity/operators/{company.id}")
    chosen = await visit(client, shown.link("New client"))
    assert chosen.html.find("input", {"name": "body_id", "checked": True})["value"] == str(company.id)
    page = await page.press("Search", {"q": "wenge"})
    page = await page.press("Create client", {"name": "", "body_id": str(company.id)})
    assert page.errors == ["Enter a name, such as that of the program."]
    page = await page.press("Create client", {"name": "Portal"})

    assert page.heading == "Portal"
    assert "Wenge Wharf" in page.text


async def test_strangers_learn_nothing(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, _, company = await make_administrator(service, member)
    made = await make_client(service, person, company.id)
    _, view = await make_secret(service, person, made)
    _, nobody = await member()
    _, stranger, _ = await make_administrator(service, member)
    await sign_in(client, nobody)
    await sign_in(other, stranger)
    address = f"/identity/clients/{made.id}"

    assert (await visit(client, "/identity/clients")).status == 403
    assert (await visit(client, "/identity/clients/new")).status == 403
    assert (await visit(client, address)).status == 403
    assert (await visit(other, address)).status == 404
    token = (await visit(other, "/identity/clients/new")).html.find("input", {"name": "csrf_token"})["value"]
    for act in ("secrets", f"secrets/{view.secrets[0].id}/end", "disable", "enable", "delete"):
        answer = await other.post(f"{address}/{act}", data={"csrf_token": token})
        assert answer.status_code == 404
    assert (await other.post(f"{address}/delete", data={})).status_code == 403
