"""Signing in through a real OpenID provider: accounts that it makes, finds again and is linked to."""

from collections.abc import Callable
from typing import Any

import httpx
import pyotp
import pytest

from services.identity.service import Identity
from services.identity.storage import accounts, factors
from services.identity.storage.factors import App
from shared.authentication import TOKEN_COOKIE
from shared.ids import new_id
from shared.testing.forms import visit
from shared.testing.settings import ORIGIN
from tests.identity.conftest import PASSWORD, Clock, claims, told, told_to
from tests.identity.openid.acts import joined, known_there, sign_in, sign_out
from tests.openid.provider import OpenIDProcess

Member = Callable[..., Any]


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
