"""What people do at an OpenID provider, and between it and us, in one line each."""

from typing import Any

import httpx

from services.identity.settings import Settings
from shared.testing.forms import Page, visit
from shared.testing.settings import ORIGIN, settings_for
from tests.identity.conftest import counter
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, OpenIDProcess, signed_in_there


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
