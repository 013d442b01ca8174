"""The same journey at another provider, which needs nothing but Python: whoever has no Node sees it work too."""

from collections.abc import AsyncIterator, Iterator

import httpx
import oidc_provider_mock
import pytest
from fastapi import FastAPI

from services.identity.main import build
from services.identity.settings import Settings
from shared.testing.apps import browser, opened
from shared.testing.forms import visit
from shared.testing.settings import ORIGIN, settings_for
from tests.identity.conftest import Clock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the other provider's own
SUBJECT = "a subject"
CLAIMS = {"email": "eva@birch.example", "email_verified": True, "given_name": "Eva", "family_name": "Birch"}


@pytest.fixture(scope="module")
def issuer_there() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread(
        require_nonce=True, user_claims=[oidc_provider_mock.User(sub=SUBJECT, claims=CLAIMS)]
    ) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
async def app(database_url: str, clock: Clock, issuer_there: str) -> AsyncIterator[FastAPI]:
    settings = settings_for(
        Settings,
        database_url,
        secret_key="a key for tests only",
        openid_issuer=issuer_there,
        openid_client_id="flegt",
        openid_client_secret="any",
        openid_name="Birch ID",
    )
    async with opened(build(settings, clock)) as running:
        yield running


async def back_from_there(client: httpx.AsyncClient) -> str:
    """Fill in the provider's form; where it sends the browser then."""
    page = await visit(client, "/identity/sign-in")
    departed = await client.get(page.link("Sign in with Birch ID"))
    async with httpx.AsyncClient(timeout=20) as outside:
        form = await outside.get(departed.headers["location"])
        returned = await outside.post(form.url, data={"sub": SUBJECT})
    return str(returned.headers["location"])


async def test_somebody_makes_an_account_through_it_and_comes_back(client: httpx.AsyncClient, app: FastAPI) -> None:
    page = await visit(client, await back_from_there(client))
    page = await page.press("Create my account", {"privacy": "true"})
    assert "Eva Birch" in page.text

    async with browser(app) as another:
        page = await visit(another, await back_from_there(another))
        assert page.url == f"{ORIGIN}/identity/roles"
