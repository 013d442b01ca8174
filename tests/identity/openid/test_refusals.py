"""On the way to a real OpenID provider and back: turning around, coming late, and what was tampered with."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from services.identity.main import build
from services.identity.service import Identity
from shared.testing.apps import browser, opened
from shared.testing.forms import visit
from shared.testing.settings import ORIGIN
from tests.identity.conftest import PASSWORD, Clock
from tests.identity.openid.acts import departed, joined, known_there, settings, sign_in, sign_out
from tests.openid.provider import OpenIDProcess, signed_in_there

Member = Callable[..., Any]


def tampered(address: str, **changes: str) -> str:
    """The address with other values in its query."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode({name: value for name, value in query.items() if value})))


async def test_turning_back_at_the_provider_is_answered_in_words(
    client: httpx.AsyncClient, provider: OpenIDProcess
) -> None:
    back = await signed_in_there(await departed(client), "nobody", home=ORIGIN, abort=True)
    page = await visit(client, back)

    assert page.status == 403
    assert "was not allowed to tell us who you are" in page.text
    assert page.link("Sign in another way") == "/identity/sign-in"


async def test_an_error_needs_a_sign_in_of_this_browser_and_brings_no_words_of_its_own(
    client: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    state = parse_qs(urlsplit(await departed(client)).query)["state"][0]
    address = f"/identity/openid/callback?error=Call+555+now&error_description=Call+555+now&state={state}"

    assert "was not begun in this browser" in (await visit(other, address)).text
    page = await visit(client, address)
    assert "EU Login could not sign you in." in page.text
    assert "555" not in page.text


async def test_a_callback_works_once_in_the_browser_that_began_it_and_for_ten_minutes(
    client: httpx.AsyncClient, other: httpx.AsyncClient, provider: OpenIDProcess, clock: Clock
) -> None:
    person = await known_there(provider)
    back = await signed_in_there(await departed(client), person["sub"], home=ORIGIN)

    assert "was not begun in this browser" in (await visit(other, back)).text
    assert "was not begun" in (await visit(client, tampered(back, state="guessed"))).text
    assert "was not begun" in (await visit(client, tampered(back, state=""))).text
    assert (await visit(client, back)).heading == "Create your account"
    assert "finished before" in (await visit(client, back)).text

    late = await signed_in_there(await departed(client), person["sub"], home=ORIGIN)
    clock.forward(minutes=11)
    assert "took too long" in (await visit(client, late)).text


@pytest.mark.parametrize("name", ["nonce", "code_challenge"])
async def test_what_was_tampered_with_on_the_way_lets_nobody_in(
    client: httpx.AsyncClient, provider: OpenIDProcess, name: str
) -> None:
    person = await known_there(provider)
    address = tampered(await departed(client), **{name: "A" * 43})

    page = await visit(client, await signed_in_there(address, person["sub"], home=ORIGIN))

    assert page.status == 403
    assert "could not be verified" in page.text


@pytest.mark.parametrize("changes", [{"iss": "https://elsewhere.example"}, {"iss": ""}, {"code": "guessed"}])
async def test_an_answer_that_is_not_the_providers_lets_nobody_in(
    client: httpx.AsyncClient, provider: OpenIDProcess, changes: dict[str, str]
) -> None:
    person = await known_there(provider)
    back = await signed_in_there(await departed(client), person["sub"], home=ORIGIN)

    page = await visit(client, tampered(back, **changes))

    assert page.status == 403
    assert "could not be verified" in page.text


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
async def test_nobody_is_led_elsewhere_afterwards(
    client: httpx.AsyncClient, provider: OpenIDProcess, wanted: str
) -> None:
    person = await joined(client, provider)
    await sign_out(client)
    answer = await client.get("/identity/openid/sign-in", params={"next": wanted})
    back = await signed_in_there(answer.headers["location"], person["sub"], home=ORIGIN)

    answer = await client.get(back)

    assert answer.headers["location"].startswith("/identity/")


async def test_new_keys_of_the_provider_are_followed(client: httpx.AsyncClient, provider: OpenIDProcess) -> None:
    person = await joined(client, provider)
    await sign_out(client)
    await provider.order(rotate=True)

    assert person["email"] in (await sign_in(client, person["sub"], "/identity/profile")).text


async def test_failures_are_recorded_without_personal_data(
    client: httpx.AsyncClient, provider: OpenIDProcess, service: Identity
) -> None:
    await visit(client, await signed_in_there(await departed(client), "nobody", home=ORIGIN, abort=True))
    await visit(client, "/identity/openid/callback?state=guessed&code=guessed")  # anybody can: not worth keeping

    async with service.work() as work:
        row = await work.db.fetchrow("SELECT details FROM audit WHERE act = 'sign_in_failed' ORDER BY id DESC LIMIT 1")
    assert row["details"] == {"way": "openid", "why": "access_denied"}


async def test_without_the_provider_a_page_says_so_and_passwords_still_work(
    database_url: str, clock: Clock, member: Member
) -> None:
    _, email = await member()
    async with OpenIDProcess(f"{ORIGIN}/identity/openid/callback") as ended:
        pass
    async with opened(build(settings(database_url, ended.issuer), clock)) as alone, browser(alone) as client:
        page = await visit(client, (await visit(client, "/identity/sign-in")).link("Sign in with EU Login"))
        assert page.status == 503
        assert "cannot be reached just now" in page.text
        page = await visit(client, page.link("Sign in another way"))
        assert (await page.press("Sign in", {"email": email, "password": PASSWORD})).status == 200


async def test_another_issuer_than_the_one_that_was_set_is_not_taken_for_it(
    database_url: str, clock: Clock, provider: OpenIDProcess
) -> None:
    pretended = provider.issuer.replace("127.0.0.1", "localhost")
    async with opened(build(settings(database_url, pretended), clock)) as deceived, browser(deceived) as client:
        assert (await visit(client, "/identity/openid/sign-in")).status == 503
