"""The pages of one's own account through their forms, and what strangers learn from outside."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.identity.service import Identity
from services.identity.use_cases import privacy
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from tests.identity.conftest import PASSWORD, told_to
from tests.identity.test_pages import FILLED_IN, sign_in

Member = Callable[..., Any]


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second browser."""
    async with browser(app) as new:
        yield new


async def test_the_profile_leads_to_another_role_as_the_guide_says(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, (await visit(client, "/")).link("Edit your profile"))

    assert "Request new role" in [summary.get_text(strip=True) for summary in page.html.find_all("summary")]
    assert page.link("Operator") == "/identity/roles/operator"
    assert page.link("Authority") == "/identity/roles/authority"


async def test_the_password_is_changed_with_the_present_one(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, "/identity/profile/password")
    refused = await page.press("Save", {"current_password": "no", "password": "walnut river seventeen"})
    assert (refused.status, refused.errors) == (422, ["This is not your present password."])
    page = await refused.press("Save", {"current_password": PASSWORD, "password": "walnut river seventeen"})

    assert "Your password is changed" in page.text
    assert (await visit(client, "/identity/profile")).heading == "Edit your profile"


async def test_the_address_is_changed_through_both_mailboxes_without_being_signed_in(
    client: httpx.AsyncClient, other: httpx.AsyncClient, member: Member, service: Identity
) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, "/identity/profile/email")
    refused = await page.press("Send the links", {"email": email.upper()})
    assert refused.errors == ["This is your e-mail address already."]
    page = await refused.press("Send the links", {"email": f"new.{email}"})
    assert f"new.{email}" in page.text
    assert "not yet" in page.text

    for address in (email, f"new.{email}"):
        (mail,) = await told_to(service, "email-change-requested", address)
        link = await visit(other, mail["path"])
        page = await link.press("Yes, confirm the new address")
        assert (await visit(other, mail["path"])).status == 410
    assert "counts from now on" in page.text
    assert f"new.{email}" in (await visit(client, "/identity/profile")).text


async def test_a_taken_new_address_gets_the_same_answer(client: httpx.AsyncClient, member: Member) -> None:
    _, taken = await member()
    _, email = await member()
    await sign_in(client, email)

    async def answer(wished: str) -> tuple[int, str]:
        page = await visit(client, "/identity/profile/email")
        page = await page.press("Send the links", {"email": wished})
        return page.status, page.text.replace(wished, "…")

    assert await answer(f"free.{taken}") == await answer(taken)


async def test_my_data_are_shown_taken_along_and_deleted(client: httpx.AsyncClient, member: Member) -> None:
    person, email = await member(last_name="Leaving")
    await sign_in(client, email)
    page = await visit(client, "/identity/profile/data")
    assert "Ines Leaving" in page.text
    assert "Signed in" in page.text
    taken = (await page.press("Download as JSON")).response.json()
    assert taken["account"]["id"] == str(person.account_id)

    page = await visit(client, page.link("Delete my account"))
    unsure = await page.press("Delete my account", {"password": PASSWORD})
    assert (unsure.status, len(unsure.errors)) == (422, 1)
    wrong = await page.press("Delete my account", {"password": "no", "sure": "true"})
    assert wrong.errors == ["This is not your present password."]
    page = await wrong.press("Delete my account", {"password": PASSWORD, "sure": "true"})
    assert "Your account is deleted" in page.text

    assert (await sign_in(client, email)).errors == ["E-mail address and password do not fit together."]


async def test_a_token_that_outlives_its_account_opens_nothing(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    kept = dict(client.cookies)
    page = await visit(client, "/identity/profile/data/deletion")
    await page.press("Delete my account", {"password": PASSWORD, "sure": "true"})
    client.cookies.set("flegt_token", kept["flegt_token"], domain="testserver.local")

    assert (await visit(client, "/identity/profile")).heading == "Sign in"


async def test_a_changed_privacy_statement_comes_before_everything_else(
    client: httpx.AsyncClient, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, email = await member(support=True)
    monkeypatch.setattr(privacy, "PRIVACY_VERSION", "2030-01")
    page = await sign_in(client, email)
    assert page.heading == "Privacy statement"
    refused = await page.press("Accept")
    assert refused.status == 422
    page = await refused.press("Accept", {"privacy": "true"})

    assert page.heading.startswith("Good to see you")


async def test_the_privacy_statement_is_for_everybody_to_read(client: httpx.AsyncClient) -> None:
    page = await visit(client, "/identity/privacy")

    assert "We keep your name" in page.text
    assert not any("Accept" in button.get_text() for button in page.html.find_all("button"))


def outside(page: Page) -> tuple[int, str, list[tuple[str, str]]]:
    """All that somebody sees of an answer, but for what differs between any two."""
    differing = {"x-correlation-id", "set-cookie", "content-length", "date"}
    headers = sorted((k, v) for k, v in page.response.headers.items() if k not in differing)
    return page.status, page.text, headers


@pytest.mark.parametrize(
    ("address", "button"), [("/identity/password", "Send the link"), ("/identity/confirm", "Send the link again")]
)
async def test_asking_for_a_mail_answers_the_same_for_every_address(
    client: httpx.AsyncClient, member: Member, address: str, button: str
) -> None:
    _, email = await member()
    page = await visit(client, address)

    known = outside(await page.press(button, {"email": email}))
    assert known == outside(await page.press(button, {"email": "nobody@nowhere.example"}))


async def test_registering_is_limited_for_one_network_address_whatever_is_typed(
    client: httpx.AsyncClient, member: Member, service: Identity, app: FastAPI
) -> None:
    _, taken = await member()
    limit = service.settings.asked_per_hour
    async with service.work() as work:
        await work.db.execute(
            "INSERT INTO asking SELECT gen_random_uuid(), what, '127.0.0.1', $1 "
            "FROM generate_series(1, $2), unnest(ARRAY['registration', 'mail']) AS what",
            work.now,
            limit,
        )
    page = await visit(client, "/identity/register")
    answers = [
        outside(await page.press("Create an account", FILLED_IN | {"email": email}))
        for email in (taken, "never.seen@bark.example")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 429
    page = await (await visit(client, "/identity/password")).press("Send the link", {"email": taken})
    assert (page.status, int(page.response.headers["Retry-After"]) > 0) == (429, True)
    by_api = await client.post(
        "/identity/api/v1/accounts",
        json=FILLED_IN | {"email": "api@bark.example", "privacy": None, "privacy_accepted": True},
    )
    assert by_api.status_code == 429

    elsewhere = httpx.ASGITransport(app, client=("192.0.2.200", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://testserver") as another:
        page = await visit(another, "/identity/register")
        page = await page.press("Create an account", FILLED_IN | {"email": "elsewhere@bark.example"})
        assert page.heading == "Please look into your mailbox"
