"""Second factors and sessions through their pages and the API, where nothing is set: official roles wait for one."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.identity.access import SESSION_COOKIE, STEP_COOKIE
from services.identity.domain.roles import Kind
from services.identity.main import build
from services.identity.service import Identity
from services.identity.settings import Settings
from shared.authentication import TOKEN_COOKIE
from shared.testing.apps import browser, opened
from shared.testing.forms import Page, visit
from shared.testing.settings import settings_for
from tests.identity import acts
from tests.identity.conftest import PASSWORD, Clock, claims
from tests.identity.factor_acts import A_CODE_LATER, App

Member = Callable[..., Any]
HERE = "/identity/profile/second-factor"


@pytest.fixture(scope="module")
async def app(database_url: str, clock: Clock) -> AsyncIterator[FastAPI]:
    settings = settings_for(Settings, database_url, secret_key="a key for tests only", demonstration=True)
    async with opened(build(settings, clock)) as running:
        yield running


@pytest.fixture(autouse=True)
def another_day(clock: Clock) -> None:
    clock.forward(days=1)


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second browser."""
    async with browser(app) as new:
        yield new


async def sign_in(client: httpx.AsyncClient, email: str, at: str = "/identity/sign-in") -> Page:
    page = await visit(client, at)
    return await page.press("Sign in", {"email": email, "password": PASSWORD})


async def set_up_app(client: httpx.AsyncClient, service: Identity, page: Page | None = None) -> tuple[App, Page]:
    page = page or await visit(client, HERE)
    page = await page.press("Set up an app")
    key = page.html.select_one(".key code")
    assert key is not None
    app = App(key.get_text())
    return app, await page.press("Finish", {"code": app.code(service), "name": "phone"})


def codes_on(page: Page) -> list[str]:
    return [code.get_text() for code in page.html.select(".codes code")]


async def test_support_signs_in_for_the_first_time_and_is_led_to_set_up_a_second_factor(
    client: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member(support=True)

    page = await sign_in(client, email, at="/identity/sign-in?next=/identity/requests")

    assert page.heading == "Second factor"
    assert "Support team" in page.text
    assert not claims(client.cookies[TOKEN_COOKIE])["strong"]
    _, page = await set_up_app(client, service, page)
    assert page.heading == "Your recovery codes"
    assert len(codes_on(page)) == 10
    assert claims(client.cookies[TOKEN_COOKIE])["strong"]
    page = await visit(client, page.link("I have kept them"))
    assert page.heading == "Role requests"


async def test_a_granted_authority_role_can_be_used_after_a_second_factor_is_set_up(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    support, _ = await member(support=True)
    await sign_in(client, email)
    body = await acts.authority(service, "msca", "BE")
    await acts.decide(service, support, await acts.ask(service, person, Kind.MSCA, body.id))

    page = await visit(client, "/")
    assert "Waiting for your second factor" in page.text
    assert "Cases to decide" not in page.text
    page = await visit(client, page.link("Go on with your second factor"))
    await set_up_app(client, service, page)

    page = await visit(client, "/")
    assert "Waiting for your second factor" not in page.text
    assert "Cases to decide" in page.text


async def test_a_locked_role_opens_nothing_until_the_second_factor_was_shown(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member(support=True)
    await sign_in(client, email)
    await sign_in(other, email)
    app, _ = await set_up_app(client, service)
    clock.forward(seconds=A_CODE_LATER)

    page = await visit(other, "/")
    assert "Waiting for your second factor" in page.text
    page = await visit(other, "/identity/requests?status=granted")
    assert page.heading == "Show your second factor"
    page = await page.press("Go on", {"code": app.code(service)})

    assert page.heading == "Role requests"
    assert page.url.endswith("/identity/requests?status=granted")


async def test_the_api_says_that_a_second_factor_is_missing(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member(support=True)
    queue = "/identity/api/v1/role-requests?status=requested"
    weak = await post_session(client, email)

    refused = await client.get(queue, headers={"Authorization": f"Bearer {weak.json()['access_token']}"})

    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/second_factor_needed")
    await sign_in(other, email)
    app, page = await set_up_app(other, service)
    clock.forward(seconds=A_CODE_LATER)
    for code, kind in ((None, "second_factor_needed"), ("000000x", "second_factor_wrong")):
        answer = await post_session(client, email, code)
        assert answer.status_code == 401
        assert answer.json()["type"].endswith(f"/{kind}")
    for right in (app.code(service), codes_on(page)[0]):
        strong = await post_session(client, email, right)
        assert strong.status_code == 201
        answer = await client.get(queue, headers={"Authorization": f"Bearer {strong.json()['access_token']}"})
        assert answer.status_code == 200


async def post_session(client: httpx.AsyncClient, email: str, code: str | None = None) -> httpx.Response:
    body = {"email": email, "password": PASSWORD} | ({"second_factor": code} if code is not None else {})
    return await client.post("/identity/api/v1/sessions", json=body, headers={"Accept": "application/json"})


async def test_there_is_no_session_before_the_second_step(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member()
    await sign_in(client, email)
    app, _ = await set_up_app(client, service)
    clock.forward(seconds=A_CODE_LATER)

    page = await sign_in(other, email, at="/identity/sign-in?next=/identity/profile/sessions")

    assert page.heading == "Second step of signing in"
    assert SESSION_COOKIE not in other.cookies
    assert TOKEN_COOKIE not in other.cookies
    page = await page.press("Go on")
    assert (page.status, page.errors) == (422, ["Enter the code."])
    page = await page.press("Go on", {"code": "123"})
    assert page.status == 422
    assert "not right" in page.errors[0]
    page = await page.press("Go on", {"code": app.code(service)})
    assert page.heading == "Where you are signed in"
    assert STEP_COOKIE not in other.cookies
    assert "and second factor" in page.text


async def test_a_second_step_that_took_too_long_begins_again(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member()
    await sign_in(client, email)
    app, _ = await set_up_app(client, service)
    page = await sign_in(other, email)
    clock.forward(minutes=10)

    page = await page.press("Go on", {"code": app.code(service)})

    assert page.heading == "Sign in"
    assert "took too long" in page.text
    assert (await visit(other, "/identity/sign-in/second-step")).heading == "Sign in"


async def test_wrong_codes_and_names_at_set_up_come_back_with_what_was_typed(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await (await visit(client, HERE)).press("Set up an app")
    key = page.html.select_one(".key code")
    assert page.html.select_one("svg.qr path") is not None

    page = await page.press("Finish", {"code": "000000x", "name": "my phone"})

    assert page.status == 422
    assert "not the code of this moment" in page.errors[0]
    assert page.html.select_one(".key code") == key
    field = page.html.select_one("input[name=name]")
    assert field is not None
    assert field["value"] == "my phone"
    page = await page.press("Finish", {"code": "000000x", "name": ""})
    assert page.errors == ["Enter a name, such as work phone."]


async def test_factors_are_renamed_and_removed_after_a_fresh_proof(
    client: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    _, email = await member()
    await sign_in(client, email)
    app, page = await set_up_app(client, service)
    page = await visit(client, page.link("I have kept them"))
    page = await page.press("Save the name", {"name": ""})
    assert (page.status, page.errors) == (422, ["Enter a name, such as work phone."])
    page = await page.press("Save the name", {"name": "red phone"})
    assert "red phone" in page.text
    old = page
    clock.forward(minutes=10)

    assert "Before you change anything" in (await visit(client, HERE)).text
    page = await old.press("Remove for good")
    assert page.heading == "Show your second factor"
    page = await page.press("Go on", {"code": app.code(service)})
    page = await page.press("Make ten new codes")
    assert len(codes_on(page)) == 10
    page = await (await visit(client, HERE)).press("Remove for good")
    assert "The second factor is removed." in page.text
    assert "red phone" not in page.text


async def test_sessions_are_ended_one_by_one_all_others_or_all(
    app: FastAPI, client: httpx.AsyncClient, other: httpx.AsyncClient, member: Member
) -> None:
    _, email = await member()
    await sign_in(client, email)
    await sign_in(other, email)
    async with browser(app) as third:
        await sign_in(third, email)
        page = await visit(client, "/identity/profile/sessions")
        assert len(page.html.select("tbody tr")) == 3
        page = await page.press("End all others")
        assert len(page.html.select("tbody tr")) == 1
        for ended in (other, third):
            answer = await ended.get("/identity/session/refresh?next=/identity/roles")
            assert answer.headers["location"] == "/identity/sign-in?next=%2Fidentity%2Froles"

    await sign_in(other, email)
    page = await visit(client, "/identity/profile/sessions")
    here = next(row for row in page.html.select("tbody tr") if "here" in row.get_text())
    page.html.find("tbody").append(here.extract())  # type: ignore[union-attr]
    page = await page.press("End")
    assert len(page.html.select("tbody tr")) == 1
    assert (await other.get("/identity/session/refresh")).headers["location"] == "/"

    page = await page.press("End all, this one too")
    assert page.heading == "Sign in"
    assert SESSION_COOKIE not in client.cookies


async def test_nobody_ends_the_session_of_somebody_else(
    client: httpx.AsyncClient, other: httpx.AsyncClient, member: Member
) -> None:
    for who in (client, other):
        await sign_in(who, (await member())[1])
    page = await visit(client, "/identity/profile/sessions")
    theirs = (await visit(other, "/identity/profile/sessions")).html.select_one("tbody form")
    mine = page.html.select_one("tbody form")
    assert theirs is not None
    assert mine is not None
    mine["action"] = theirs["action"]

    assert (await page.press("End")).status == 404
    assert len((await visit(other, "/identity/profile/sessions")).html.select("tbody tr")) == 1


async def test_a_session_that_nobody_used_for_two_hours_has_ended(
    client: httpx.AsyncClient, member: Member, clock: Clock
) -> None:
    _, email = await member()
    await sign_in(client, email)
    for _ in range(3):
        clock.forward(minutes=119)
        answer = await client.get("/identity/session/refresh?next=/identity/roles")
        assert answer.headers["location"] == "/identity/roles"
    clock.forward(minutes=120)

    answer = await client.get("/identity/session/refresh?next=/identity/roles")

    assert answer.headers["location"].startswith("/identity/sign-in")


async def test_support_removes_lost_factors_on_the_page_of_the_person(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    await sign_in(other, email)
    await set_up_app(other, service)
    await sign_in(client, (await member(support=True))[1])
    await set_up_app(client, service)

    page = await visit(client, f"/identity/people/{person.account_id}")
    page = await page.press("Remove them for good")

    assert "The second factors are removed" in page.text
    other.cookies.clear()
    assert (await sign_in(other, email)).heading == "My roles"
