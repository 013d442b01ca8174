"""The pages and the API of roles, as people and programs use them."""

import csv
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from services.identity.domain.roles import OPEN_REQUESTS, Kind, Terms
from services.identity.service import Identity
from shared.testing.apps import browser
from shared.testing.forms import Page, visit
from tests.identity.acts import ask, authority, create, decide
from tests.identity.conftest import PASSWORD, Clock, told

Member = Callable[..., Any]
API = "/identity/api/v1"


@pytest.fixture
async def support(app: FastAPI, member: Member) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a member of the support team."""
    async with browser(app) as new:
        await sign_in(new, (await member(support=True))[1])
        yield new


async def sign_in(client: httpx.AsyncClient, email: str) -> Page:
    page = await visit(client, "/identity/sign-in")
    return await page.press("Sign in", {"email": email, "password": PASSWORD})


async def bearer(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await client.post(f"{API}/sessions", json={"email": email, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_the_page_shows_the_mail_that_was_sent_and_offers_the_same(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member(first_name="Ana")
    operator = await create(service, person, name="Lijn & Zn")
    await sign_in(client, email)
    form = await visit(client, f"/identity/roles/request?kind=importer&body_id={operator.id}")
    page = await form.press(
        "Send authorisation request", {"function": "buyer", "acting": "agent", "reason": "first\r\nsecond"}
    )

    assert "Requested" in page.text
    (fact,) = await told(service, "role-request-written", person.account_id)
    assert "\nfirst\nsecond" in fact["body"]
    for part in (email, fact["to"], fact["copy_to"], fact["subject"]):
        assert part in page.text
    assert fact["body"] in [shown.get_text() for shown in page.html.find_all("dd")]
    link = urlsplit(page.link("Write the same mail"))
    assert parse_qs(link.query)["body"] == [fact["body"].replace("\n", "\r\n")]


async def test_wrong_input_keeps_what_was_typed(client: httpx.AsyncClient, service: Identity, member: Member) -> None:
    person, email = await member()
    operator = await create(service, person)
    await sign_in(client, email)
    form = await visit(client, f"/identity/roles/request?kind=importer&body_id={operator.id}")
    page = await form.press("Send authorisation request", {"phone": "12", "reason": "kept as it was"})

    assert page.status == 422
    assert len(page.errors) == 2
    assert "kept as it was" in page.text


async def test_a_flood_is_refused_before_anything_is_filled_in(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    for _ in range(OPEN_REQUESTS):
        await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)
    await sign_in(client, email)
    page = await visit(client, f"/identity/roles/request?kind=importer&body_id={(await create(service, person)).id}")

    assert page.status == 409
    assert "Ten of your requests wait" in page.text
    assert "Send authorisation request" not in page.text


async def test_refused_with_a_ready_reason_and_asked_again(
    client: httpx.AsyncClient, support: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member(last_name="Again")
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)
    request = await visit(support, f"/identity/requests/{role.id}")
    assert "Nobody yet" in request.text
    ready = await visit(support, request.link("address at work"))
    await ready.press("Refuse the request")

    await sign_in(client, email)
    mine = await visit(client, "/identity/roles")
    assert "address at work" in mine.text
    form = await visit(client, mine.link("Ask again"))
    page = await form.press("Send authorisation request", {"function": "buyer"})
    assert "Requested" in page.text


async def test_granted_with_an_end_then_suspended_resumed_and_revoked(
    support: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    person, _ = await member()
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)
    address = f"/identity/requests/{role.id}"
    page = await visit(support, address)
    assert page.html.find("input", {"name": "administrator"}).has_attr("checked"), "the first person of a company"
    past = await page.press("Grant the role", {"ends_at": "2020-01-01"})
    assert (past.status, past.errors) == (422, ["The last day of the role lies in the past."])
    nonsense = await page.press("Grant the role", {"ends_at": "soon"})
    assert nonsense.status == 422
    await past.press("Grant the role", {"ends_at": (clock() + timedelta(days=9)).date().isoformat()})
    assert (await service.roles_of(person.account_id))[0].administrator

    page = await visit(support, address)
    page = await page.press("End as administrator")
    page = await page.press("Save the end", {"ends_at": ""})
    page = await page.press("Suspend the role", {"reason": "we look into it"})
    assert await service.roles_of(person.account_id) == ()
    page = await page.press("Resume the role")
    stale = page
    page = await page.press("Revoke the role", {"reason": "left"})
    assert await service.roles_of(person.account_id) == ()
    assert (await stale.press("Suspend the role", {"reason": "late"})).status == 412
    for word in ("granted", "suspended", "resumed", "revoked", "No longer administrator", "End of a role changed"):
        assert word in page.text


async def test_where_somebody_administers_already_it_is_not_proposed(
    support: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    (supporter, _), (first, _), (second, _) = await member(support=True), await member(), await member()
    operator = await create(service, first)
    await decide(
        service, supporter, await ask(service, first, Kind.IMPORTER, operator.id), terms=Terms(administrator=True)
    )
    page = await visit(support, f"/identity/requests/{(await ask(service, second, Kind.IMPORTER, operator.id)).id}")

    assert "import manager" in page.text
    assert not page.html.find("input", {"name": "administrator"}).has_attr("checked")


async def test_several_are_granted_together(support: httpx.AsyncClient, service: Identity, member: Member) -> None:
    people = [(await member(last_name=f"Together{n}"))[0] for n in range(3)]
    operator, other = [await create(service, people[0]) for _ in range(2)]
    asked = [await ask(service, person, Kind.IMPORTER, operator.id) for person in people]
    elsewhere = await ask(service, people[0], Kind.IMPORTER, other.id)

    queue = await visit(support, "/identity/requests?q=together&kind=importer")
    mixed = await queue.press("Grant what is ticked", {"chosen": [asked[0].id, elsewhere.id]})
    assert mixed.status == 422
    assert "the same company" in mixed.errors[0]
    none = await queue.press("Grant what is ticked")
    assert none.errors == ["Tick at least one request."]
    done = await queue.press("Grant what is ticked", {"chosen": [asked[0].id, asked[1].id]})
    assert "2 requests are granted" in done.text
    assert "Together2" in done.text
    assert "q=together" in done.url
    silent = await done.press("Refuse what is ticked", {"chosen": [asked[2].id]})
    assert silent.errors == ["Give the reason; the person will read it."]
    refused = await done.press("Refuse what is ticked", {"chosen": [asked[2].id], "ready": "no-link"})
    assert "1 requests are refused" in refused.text


async def test_a_competent_authority_sees_its_own_country_only(
    client: httpx.AsyncClient, support: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    officer, email = await member()
    supporter, _ = await member(support=True)
    await decide(
        service, supporter, await ask(service, officer, Kind.MSCA, (await authority(service, "msca", "DK")).id)
    )
    person, _ = await member(last_name="Danish")
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person, country="DK")).id)
    foreign = await ask(service, person, Kind.IMPORTER, (await create(service, person, country="SE")).id)
    await sign_in(client, email)

    queue = await visit(client, "/identity/requests")
    request = await visit(client, queue.link("Ines Danish"))
    assert "EORI" in request.text
    assert (await visit(client, f"/identity/requests/{foreign.id}")).status == 404
    assert (await visit(client, "/identity/requests/monitor")).status == 403
    await request.press("Grant the role")
    assert [granted.body_id for granted in await service.roles_of(person.account_id)] == [role.body_id]


async def test_the_yearly_list_is_confirmed_and_taken_out(
    support: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    supporter, _ = await member(support=True)
    person, email = await member(first_name="=SUM(A1)", last_name="Yearly")
    role = await decide(
        service, supporter, await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)
    )
    async with service.work() as work:
        await work.db.execute("UPDATE role SET decided_at = $2 WHERE id = $1", role.id, clock() - timedelta(days=400))

    page = await visit(support, "/identity/recertification?q=yearly")
    file = await support.get(page.link("Download as CSV"))
    rows = list(csv.reader(file.text.splitlines()))
    assert file.headers["content-type"].startswith("text/csv")
    assert rows[1][:2] == ["'=SUM(A1) Yearly", email]
    done = await page.press("Confirm what is ticked", {"chosen": [role.id]})

    assert "1 roles are confirmed" in done.text
    assert "Nothing has to be confirmed" in done.text


async def test_support_grants_a_monitor_role(
    support: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    person, email = await member()
    form = await visit(support, (await visit(support, "/identity/requests")).link("Grant a monitor role"))
    wrong = await form.press("Grant the monitor role", {"email": email})
    assert wrong.status == 422
    until = (clock() + timedelta(days=30)).date().isoformat()
    page = await wrong.press("Grant the monitor role", {"country": "BE", "partner_country": "ID", "ends_at": until})

    assert "Belgium · Indonesia" in page.text
    (role,) = await service.roles_of(person.account_id)
    assert (role.kind, role.country, role.partner_country) == ("monitor", "BE", "ID")


async def test_a_program_asks_and_another_decides_with_terms(
    client: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    (person, email), (_, support_email) = await member(), await member(support=True)
    operator = await create(service, person)
    mine, theirs = await bearer(client, email), await bearer(client, support_email)
    wanted = {"kind": "importer", "body_id": str(operator.id), "function": "buyer"}
    asked = (await client.post(f"{API}/role-requests", json=wanted, headers=mine)).json()
    address = f"{API}/role-requests/{asked['id']}"

    own = await client.get(address, headers=mine)
    assert own.headers["ETag"] == '"1"'
    assert own.json()["mail"]["from"] == email
    assert own.json()["mail"]["mailto"].startswith("mailto:support@flegt.example?")
    assert (await client.get(address, headers=theirs)).json()["email"] == email
    until = (clock() + timedelta(days=30)).isoformat()
    decision = {"outcome": "granted", "ends_at": until, "administrator": True}
    stale = await client.post(f"{address}/decision", json=decision, headers=theirs | {"If-Match": '"7"'})
    granted = await client.post(f"{address}/decision", json=decision, headers=theirs | {"If-Match": '"1"'})
    assert (stale.status_code, granted.status_code) == (412, 200)
    assert (granted.json()["administrator"], granted.json()["status"]) == (True, "granted")

    for act, status in (("suspension", "suspended"), ("resumption", "granted"), ("revocation", "revoked")):
        answer = await client.post(f"{address}/{act}", json={"reason": "because"}, headers=theirs)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    late = await client.post(f"{address}/withdrawal", json={}, headers=mine)
    assert (late.status_code, late.json()["type"].rsplit("/")[-1]) == (409, "already_decided")
    found = await client.get(f"{API}/role-requests?status=revoked&body_id={operator.id}&q=timber", headers=theirs)
    assert [item["id"] for item in found.json()["items"]] == [asked["id"]]
    assert (await client.get(address, headers=await bearer(client, (await member())[1]))).status_code == 403


async def test_a_program_is_told_when_it_may_ask_again(
    client: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, email = await member()
    operator = await create(service, person)
    headers = await bearer(client, email)
    wanted = {"kind": "importer", "body_id": str(operator.id), "function": "buyer"}
    answers = []
    for _ in range(21):
        answers.append(await client.post(f"{API}/role-requests", json=wanted, headers=headers))
        if answers[-1].status_code == 201:
            address = f"{API}/role-requests/{answers[-1].json()['id']}/withdrawal"
            await client.post(address, json={}, headers=headers)

    assert [answer.status_code for answer in answers] == [201] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 80_000
