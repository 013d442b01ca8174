"""Signing in through a real OpenID provider: its own forms, its own keys, its own refusals."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from services.identity.main import build
from services.identity.service import Identity
from services.identity.settings import Settings
from services.identity.storage import accounts, factors
from services.identity.storage.factors import App
from shared.authentication import TOKEN_COOKIE
from shared.ids import new_id
from shared.testing.apps import browser, opened
from shared.testing.forms import Page, visit
from shared.testing.settings import ORIGIN, settings_for
from tests.identity.conftest import PASSWORD, Clock, claims, counter, told, told_to
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, OpenIDProcess, signed_in_there

Member = Callable[..., Any]


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OpenIDProcess]:
    async with OpenIDProcess(f"{ORIGIN}/identity/openid/callback") as running:
        yield running


@pytest.fixture(scope="module")
async def app(database_url: str, clock: Clock, provider: OpenIDProcess) -> AsyncIterator[FastAPI]:
    async with opened(build(settings(database_url, provider.issuer), clock)) as running:
        yield running


def settings(database_url: str, issuer: str) -> Settings:
    return settings_for(
        Settings,
        database_url,
        secret_key="a key for tests only",
        second_factor="required",
        openid_issuer=issuer,
        openid_client_id=CLIENT_ID,
        openid_client_secret=CLIENT_SECRET,
        openid_strong_acr="urn:loa:high",
    )


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second browser."""
    async with browser(app) as new:
        yield new


async def known_there(provider: OpenIDProcess, **others: Any) -> dict[str, Any]:
    """Somebody with an account at the provider."""
    number = next(counter)
    person = {
        "sub": f"subject-{number}",
        "email": f"eva{number}@timber.example",
        "email_verified": True,
        "given_name": "Eva",
        "family_name": "Linde",
        "locale": "de",
    } | others
    await provider.order(person=person)
    return person


async def departed(client: httpx.AsyncClient, wanted: str = "/") -> str:
    """Where our own page sends the browser."""
    page = await visit(client, f"/identity/sign-in?next={wanted}")
    answer = await client.get(page.link("Sign in with EU Login"))
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def sign_in(client: httpx.AsyncClient, login: str, wanted: str = "/") -> Page:
    return await visit(client, await signed_in_there(await departed(client, wanted), login, home=ORIGIN))


async def joined(client: httpx.AsyncClient, provider: OpenIDProcess, **others: Any) -> dict[str, Any]:
    """Somebody who has made an account through the provider, and is signed in."""
    person = await known_there(provider, **others)
    page = await sign_in(client, person["sub"])
    await page.press("Create my account", {"privacy": "true", "language": "en"})
    return person


async def sign_out(client: httpx.AsyncClient) -> None:
    await (await visit(client, "/identity/profile")).press("Sign out")


async def with_app(service: Identity, email: str) -> Callable[[], str]:
    """An authenticator app for this account; returns what shows its code."""
    secret = pyotp.random_base32()
    async with service.work() as work:
        account = await accounts.by_email(work.db, email)
        assert account is not None
        app = App(new_id(), account.id, "phone", service.verifiers.authenticators.box.seal(secret.encode()), 0)
        await factors.begin_app(work.db, app, at=work.now)
        await factors.confirm_app(work.db, app.id, name="phone", step=0, at=work.now)
    return lambda: pyotp.TOTP(secret).at(service.clock())


def tampered(address: str, **changes: str) -> str:
    """The address with other values in its query."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode({name: value for name, value in query.items() if value})))


async def test_a_first_sign_in_asks_before_it_makes_an_account(
    client: httpx.AsyncClient, provider: OpenIDProcess, service: Identity
) -> None:
    person = await known_there(provider)
    page = await sign_in(client, person["sub"])
    assert page.heading == "Create your account"
    assert person["email"] in page.text
    refused = await page.press("Create my account", {"last_name": ""})
    assert (refused.status, len(refused.errors)) == (422, 2)
    assert (await visit(client, "/identity/profile")).heading == "Sign in"

    page = await refused.press(
        "Create my account", {"last_name": "Birke", "privacy": "true", "time_zone": "Europe/Berlin"}
    )

    assert "Eva Birke" in page.text
    (fact,) = await told_to(service, "account-confirmed", person["email"])
    assert (fact["last_name"], fact["language"], fact["time_zone"]) == ("Birke", "en", "Europe/Berlin")
    async with service.work() as work:
        row = await work.db.fetchrow("SELECT * FROM account WHERE email = $1", person["email"])
        way = await work.db.fetchval("SELECT way FROM session WHERE account_id = $1", row["id"])
    assert (row["password_hash"], row["privacy_accepted_at"] is not None, way) == (None, True, "EU Login")


async def test_a_later_sign_in_leads_straight_to_where_one_wanted_also_with_another_address(
    client: httpx.AsyncClient, provider: OpenIDProcess
) -> None:
    person = await joined(client, provider)
    await sign_out(client)
    await provider.order(person=person | {"email": "another@timber.example", "email_verified": False})

    page = await sign_in(client, person["sub"], "/identity/profile")

    assert page.url == f"{ORIGIN}/identity/profile"
    assert person["email"] in page.text


async def test_no_password_opens_an_account_that_has_none_until_one_is_chosen(
    client: httpx.AsyncClient, provider: OpenIDProcess, service: Identity
) -> None:
    person = await joined(client, provider)
    page = await visit(client, "/identity/profile/links")
    refused = await page.press("Remove the link")
    assert refused.status == 409
    assert "only way to sign in" in refused.text
    await sign_out(client)
    page = await (await visit(client, "/identity/sign-in")).press("Sign in", {"email": person["email"], "password": ""})
    assert page.status == 422

    await (await visit(client, "/identity/password")).press("Send the link", {"email": person["email"]})
    (mail,) = await told_to(service, "password-reset-requested", person["email"])
    page = await (await visit(client, mail["path"])).press("Save the new password", {"password": PASSWORD})
    await page.press("Sign in", {"email": person["email"], "password": PASSWORD})
    page = await (await visit(client, "/identity/profile/links")).press("Remove the link")

    assert "The link is removed." in page.text
    whats = [fact["what"] for fact in await told_to(service, "security-noticed", person["email"])]
    assert whats[-1] == "account-unlinked"


async def test_an_account_with_the_same_address_is_linked_only_by_its_mail(
    client: httpx.AsyncClient, other: httpx.AsyncClient, provider: OpenIDProcess, member: Member, service: Identity
) -> None:
    account, email = await member()
    person = await known_there(provider, email=email.upper())
    page = await sign_in(client, person["sub"])
    assert page.heading == "Please look into your mailbox"
    assert (await visit(client, "/identity/profile")).heading == "Sign in"

    (mail,) = await told_to(service, "account-link-requested", email)
    assert mail["provider"] == "EU Login"
    looked = await visit(other, mail["path"])
    assert (await sign_in(client, person["sub"])).heading == "Please look into your mailbox"
    assert (await looked.press("Yes, link my account")).status == 410  # a newer mail replaced this one
    mail = (await told_to(service, "account-link-requested", email))[-1]
    page = await (await visit(other, mail["path"])).press("Yes, link my account")
    assert "Your account is linked" in page.text
    assert (await visit(other, mail["path"])).status == 410

    assert email in (await sign_in(client, person["sub"], "/identity/profile")).text
    noticed = (await told(service, "security-noticed", account.account_id))[-1]
    assert (noticed["what"], noticed["detail"]) == ("account-linked", "EU Login")
    page = await (await visit(client, "/identity/profile/links")).press("Remove the link")
    assert (await sign_in(other, person["sub"])).heading == "Please look into your mailbox"


async def test_a_mailed_link_ends(
    client: httpx.AsyncClient, provider: OpenIDProcess, member: Member, service: Identity, clock: Clock
) -> None:
    _, email = await member()
    person = await known_there(provider, email=email)
    await sign_in(client, person["sub"])
    (mail,) = await told_to(service, "account-link-requested", email)
    clock.forward(hours=1)

    assert (await visit(client, mail["path"])).status == 410


@pytest.mark.parametrize("said", [{"email_verified": False}, {"email_verified": "true"}, {"email": ""}])
async def test_an_address_that_the_provider_does_not_vouch_for_neither_makes_nor_links_an_account(
    client: httpx.AsyncClient, provider: OpenIDProcess, member: Member, service: Identity, said: dict[str, Any]
) -> None:
    _, email = await member()
    person = await known_there(provider, **({"email": email} | said))

    page = await sign_in(client, person["sub"])

    assert page.status == 403
    assert "does not vouch for an e-mail address" in page.text
    assert await told_to(service, "account-link-requested", email) == []


async def test_whoever_registered_an_address_without_confirming_it_does_not_share_the_account(
    client: httpx.AsyncClient, other: httpx.AsyncClient, provider: OpenIDProcess, service: Identity
) -> None:
    person = await known_there(provider)
    page = await visit(other, "/identity/register")
    names = {"first_name": "Mal", "last_name": "Lory", "password": "walnut river seventeen", "privacy": "true"}
    await page.press("Create an account", names | {"email": person["email"]})
    (mail,) = await told_to(service, "confirmation-requested", person["email"])

    page = await sign_in(client, person["sub"])
    await page.press("Create my account", {"privacy": "true"})

    assert (await visit(other, mail["path"])).status == 410
    page = await visit(other, "/identity/sign-in")
    page = await page.press("Sign in", {"email": person["email"], "password": "walnut river seventeen"})
    assert page.status == 422


@pytest.mark.parametrize(
    ("said", "strong"),
    [
        ({"acr": "urn:loa:high"}, True),
        ({"acr": "urn:loa:basic"}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd"]}, False),
    ],
)
async def test_a_second_factor_shown_there_counts_here(
    client: httpx.AsyncClient, provider: OpenIDProcess, said: dict[str, Any], strong: bool
) -> None:
    person = await joined(client, provider, **said)
    assert claims(client.cookies[TOKEN_COOKIE])["strong"] is strong
    await sign_out(client)

    await sign_in(client, person["sub"])

    assert claims(client.cookies[TOKEN_COOKIE])["strong"] is strong


async def test_an_account_with_a_second_factor_of_ours_is_asked_for_it(
    client: httpx.AsyncClient, provider: OpenIDProcess, service: Identity
) -> None:
    person = await joined(client, provider)
    code_of_app = await with_app(service, person["email"])
    await sign_out(client)

    page = await sign_in(client, person["sub"], "/identity/profile")
    assert TOKEN_COOKIE not in client.cookies
    page = await page.press("Go on", {"code": code_of_app()})

    assert page.url == f"{ORIGIN}/identity/profile"
    assert claims(client.cookies[TOKEN_COOKIE])["strong"] is True


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
