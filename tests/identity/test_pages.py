"""The pages, through their forms, as a person uses them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.identity.service import Identity
from shared.authentication import TOKEN_COOKIE, verify
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from tests.identity.conftest import PASSWORD, counter, told, told_to

Member = Callable[..., Any]
FILLED_IN = {
    "first_name": "Ada",
    "last_name": "Bark",
    "password": "walnut river seventeen",
    "privacy": "true",
}


@pytest.fixture
async def other(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A second browser."""
    async with browser(app) as new:
        yield new


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **values: str) -> Page:
    page = await visit(client, "/identity/sign-in")
    return await page.press("Sign in", {"email": email, "password": password, **values})


async def create_company(client: httpx.AsyncClient, **values: str) -> Page:
    page = await visit(client, "/identity/operators/new")
    filled = {"name": "Houthandel Linde", "eori": f"NL55{next(counter):07}", "address": "Kade 2", "town": "Delft"}
    return await page.press("Create", filled | {"country": "NL"} | values)


async def test_from_registration_to_a_granted_role(
    client: httpx.AsyncClient, other: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    email = "ada@bark.example"
    page = await visit(client, (await visit(client, "/")).link("Create an account"))
    page = await page.press("Create an account", FILLED_IN | {"email": email})
    assert page.heading == "Please look into your mailbox"
    (mail,) = await told_to(service, "confirmation-requested", email)

    page = await visit(client, mail["path"])
    page = await page.press("Confirm my e-mail address")
    page = await page.press("Sign in", {"email": email, "password": FILLED_IN["password"]})
    assert page.heading == "My roles"

    page = await visit(client, page.link("Operator"))
    page = await page.press("Search", {"q": "no such company"})
    page = await visit(client, page.link("Create operator"))
    page = await page.press(
        "Create", {"name": "Bark & Co", "eori": "BE 0444.444.444", "address": "Kaai 9", "town": "Gent", "country": "BE"}
    )
    assert page.heading == "Request authorisation"
    page = await page.press("Send authorisation request", {"function": "owner"})
    assert "Bark & Co" in page.text
    assert "Requested" in page.text

    _, support = await member(support=True)
    await sign_in(other, support)
    queue = await visit(other, "/identity/requests?country=BE")
    request = await visit(other, queue.link("Ada Bark"))
    assert "owner" in request.text
    queue = await request.press("Grant the role")
    assert "The role is granted" in queue.text

    home = await visit(client, "/")
    assert "Create new licence" in home.text
    assert "Bark & Co" in home.text


async def test_a_refused_registration_keeps_what_was_typed_but_no_password(client: httpx.AsyncClient) -> None:
    page = await visit(client, "/identity/register")
    page = await page.press("Create an account", {"first_name": "Ada", "email": "nowhere", "password": "short"})

    assert page.status == 422
    assert len(page.errors) == 4
    assert page.html.find("input", {"name": "first_name"})["value"] == "Ada"
    assert page.html.find("input", {"name": "password"})["value"] == ""


async def test_a_taken_address_gets_the_same_answer(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    page = await visit(client, "/identity/register")
    fresh = await page.press("Create an account", FILLED_IN | {"email": "never.seen@bark.example"})
    taken = await page.press("Create an account", FILLED_IN | {"email": email})

    assert (taken.status, taken.url, taken.text) == (fresh.status, fresh.url, fresh.text)


async def test_opening_the_link_confirms_nothing_and_a_used_link_says_so(
    client: httpx.AsyncClient, service: Identity
) -> None:
    page = await visit(client, "/identity/register")
    await page.press("Create an account", FILLED_IN | {"email": "scan@bark.example"})
    (mail,) = await told_to(service, "confirmation-requested", "scan@bark.example")

    await visit(client, mail["path"])
    page = await visit(client, mail["path"])
    assert (await told(service, "account-confirmed", mail["account_id"])) == []
    await page.press("Confirm my e-mail address")
    again = await visit(client, mail["path"])

    assert again.status == 410
    assert "works only once" in again.text


async def test_an_ended_link_offers_a_new_one(client: httpx.AsyncClient, service: Identity) -> None:
    page = await visit(client, "/identity/register")
    await page.press("Create an account", FILLED_IN | {"email": "slow@bark.example"})
    (mail,) = await told_to(service, "confirmation-requested", "slow@bark.example")
    async with service.work() as work:
        await work.db.execute("UPDATE link SET ends_at = $1", work.now)

    page = await visit(client, mail["path"])
    assert page.status == 410
    page = await page.press("Send the link again", {"email": "slow@bark.example"})

    assert page.heading == "Please look into your mailbox"
    assert len(await told_to(service, "confirmation-requested", "slow@bark.example")) == 2


async def test_a_wrong_password_gets_one_sentence_that_tells_nothing(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    wrong = await sign_in(client, email, "a wrong guess")
    unknown = await sign_in(client, "nobody@bark.example", "a wrong guess")

    assert wrong.status == unknown.status == 422
    assert wrong.errors == unknown.errors == ["E-mail address and password do not fit together."]
    assert wrong.text == unknown.text


async def test_too_many_attempts_say_when_to_come_back(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    for _ in range(10):
        await sign_in(client, email, "a wrong guess")
    page = await sign_in(client, email)

    assert page.status == 429
    assert int(page.response.headers["Retry-After"]) > 0
    assert "Wait" in page.errors[0]


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_signing_in_leads_only_to_pages_of_ours(client: httpx.AsyncClient, member: Member, wanted: str) -> None:
    _, email = await member(support=True)
    page = await sign_in(client, email, next=wanted)

    assert page.url == "http://testserver/"


async def test_cookies_are_hidden_from_scripts_and_the_session_stays_with_identity(
    client: httpx.AsyncClient, member: Member
) -> None:
    _, email = await member()
    page = await visit(client, "/identity/sign-in")
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    answer = await client.post("/identity/sign-in", data={"email": email, "password": PASSWORD, "csrf_token": token})

    cookies = {c.split("=")[0]: c.lower() for c in answer.headers.get_list("set-cookie")}
    assert "path=/identity;" in cookies["flegt_session"] + ";"
    for name in ("flegt_session", TOKEN_COOKIE):
        assert "httponly" in cookies[name]
        assert "samesite=lax" in cookies[name]


async def test_an_ended_token_is_renewed_by_the_session_on_the_way(
    client: httpx.AsyncClient, member: Member, service: Identity
) -> None:
    _, email = await member()
    await sign_in(client, email)
    client.cookies.delete(TOKEN_COOKIE)

    page = await visit(client, "/identity/profile?from=bookmark")

    assert page.url == "http://testserver/identity/profile?from=bookmark"
    assert await verify(client.cookies[TOKEN_COOKIE], service.keyring, issuer="http://testserver", leeway=0)


async def test_signed_out_is_signed_out(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    page = await sign_in(client, email)
    session = client.cookies["flegt_session"]
    page = await page.press("Sign out")
    assert page.heading == "Import licences for legal timber"

    client.cookies.set("flegt_session", session, domain="testserver.local", path="/identity")
    page = await visit(client, "/identity/roles")
    assert page.heading == "Sign in"
    assert page.html.find("input", {"name": "next"})["value"] == "/identity/roles"


async def test_an_open_page_keeps_the_sign_in(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    page = await sign_in(client, email)
    token = page.html.find("input", {"name": "csrf_token"})["value"]

    assert (await client.post("/identity/session/refresh", data={"csrf_token": token})).status_code == 204
    client.cookies.delete("flegt_session")
    assert (await client.post("/identity/session/refresh", data={"csrf_token": token})).status_code == 401


async def test_a_form_without_its_token_changes_nothing(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    answer = await client.post("/identity/sign-out", data={})

    assert answer.status_code == 403
    assert (await visit(client, "/identity/profile")).heading == "Edit your profile"


async def test_a_forgotten_password_is_replaced_through_the_mail(
    client: httpx.AsyncClient, member: Member, service: Identity
) -> None:
    _, email = await member()
    page = await visit(client, (await visit(client, "/identity/sign-in")).link("Forgot your password?"))
    await page.press("Send the link", {"email": email})
    (mail,) = await told_to(service, "password-reset-requested", email)

    page = await visit(client, mail["path"])
    refused = await page.press("Save the new password", {"password": "ines importer 1"})
    assert refused.status == 422
    page = await refused.press("Save the new password", {"password": "gravel anthem copper"})
    page = await page.press("Sign in", {"email": email, "password": "gravel anthem copper"})

    assert page.heading == "My roles"
    assert (await visit(client, mail["path"])).status == 410


async def test_the_same_eori_leads_to_the_company_that_is_there(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    await create_company(client, eori="DK12345678", name="First Timber")
    page = await create_company(client, eori="DK 1234 5678", name="Second Timber")

    assert page.heading == "First Timber"
    assert "registered already" in page.text
    assert page.link("Request authorisation")


async def test_a_bad_eori_is_explained_beside_the_field(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await create_company(client, eori="BE123", name="Kept Name")

    assert page.status == 422
    assert page.errors == ["After BE an EORI number usually has 10 digits. Correct it, or confirm it below."]
    assert page.html.find("input", {"name": "name"})["value"] == "Kept Name"


async def test_an_authority_is_found_as_in_the_guide(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, (await visit(client, "/identity/roles")).link("Authority"))
    assert "F.M.S.C.A. FLEGT Member State Competent Authority" in page.text
    nothing = await page.press("Search")
    assert nothing.status == 422
    page = await page.press("Search", {"country": "BE", "kind": "customs"})
    office = next(row for row in page.html.find_all("tr") if "BE101000" in row.get_text())
    page = await page.press("Request authorisation", {"body_id": office.find("input")["value"]})
    page = await page.press("Send authorisation request", {"function": "customs officer"})
    assert "ANTWERPEN" in page.text

    page = await page.press("Withdraw the request")
    assert "is withdrawn" in page.text


async def test_a_second_competent_authority_is_refused_with_the_reason(
    client: httpx.AsyncClient, member: Member
) -> None:
    _, email = await member()
    await sign_in(client, email)
    found = [await visit(client, f"/identity/roles/authority?country={country}&kind=msca") for country in ("SE", "FI")]
    boxes = [page.html.find("input", {"name": "body_id"})["value"] for page in found]
    first, second = [
        await page.press("Request authorisation", {"body_id": box}) for page, box in zip(found, boxes, strict=True)
    ]

    await first.press("Send authorisation request", {"function": "officer"})
    late = await second.press("Send authorisation request", {"function": "officer"})
    early = await found[1].press("Request authorisation", {"body_id": boxes[1]})

    assert late.status == early.status == 409
    for page in (late, early):
        assert "one role in a competent authority only" in page.text


async def test_requesting_without_a_tick_asks_for_one(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member()
    await sign_in(client, email)
    page = await visit(client, "/identity/roles/request?kind=importer")

    assert "Tick one in the list first" in page.text


async def test_a_refusal_needs_a_reason_and_a_decided_request_is_decided(
    client: httpx.AsyncClient, other: httpx.AsyncClient, member: Member
) -> None:
    _, email = await member(last_name="Waiting")
    _, support = await member(support=True)
    await sign_in(client, email)
    page = await create_company(client)
    await page.press("Send authorisation request", {"function": "buyer"})
    await sign_in(other, support)
    request = await visit(other, (await visit(other, "/identity/requests")).link("Ines Waiting"))

    refused = await request.press("Refuse the request", {"reason": " "})
    assert (refused.status, refused.errors) == (422, ["Give the reason; the person will read it."])
    await refused.press("Refuse the request", {"reason": "This company is closed."})
    late = await request.press("Grant the role")

    assert late.status == 409
    assert "This company is closed." in (await visit(client, "/identity/roles")).text


@pytest.mark.parametrize("address", ["/identity/requests", "/operations", "/identity/operations"])
async def test_what_belongs_to_support_is_closed_to_others(
    client: httpx.AsyncClient, member: Member, address: str
) -> None:
    _, email = await member()
    await sign_in(client, email)

    assert (await visit(client, address)).status == 403


async def test_the_role_to_work_in_is_chosen_among_ones_own(
    client: httpx.AsyncClient, other: httpx.AsyncClient, member: Member
) -> None:
    person, email = await member(support=True)
    await sign_in(client, email)
    page = await visit(client, "/identity/profile")
    token = page.html.find("input", {"name": "csrf_token"})["value"]

    chosen = await client.post("/identity/active-role", data={"role": str(person.roles[0].id), "csrf_token": token})
    foreign = await client.post("/identity/active-role", data={"role": "not mine", "csrf_token": token})

    assert chosen.status_code == 303
    assert client.cookies["flegt_role"] == str(person.roles[0].id)
    assert foreign.status_code == 403


async def test_the_profile_is_changed_and_told(client: httpx.AsyncClient, member: Member, service: Identity) -> None:
    person, email = await member()
    await sign_in(client, email)
    page = await visit(client, "/identity/profile")
    page = await page.press("Save", {"first_name": "Inez", "time_zone": "Asia/Jakarta"})

    assert "Inez Importer" in page.text
    facts = await told(service, "account-confirmed", person.account_id)
    assert [(fact["first_name"], fact["version"]) for fact in facts] == [("Ines", 2), ("Inez", 3)]


async def test_support_sees_the_door_to_every_service(client: httpx.AsyncClient, member: Member) -> None:
    _, email = await member(support=True)
    await sign_in(client, email)
    page = await visit(client, "/operations")

    doors = {str(anchor["href"]) for anchor in page.html.main.find_all("a")}
    assert {f"/{name}/operations" for name in ("identity", "licences", "validation", "notifications")} <= doors
