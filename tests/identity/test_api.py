"""The JSON API, as a program calls it."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI

from services.identity.box import Box, SecretKeyChanged
from services.identity.keyring import Keyring
from services.identity.service import Identity
from services.identity.use_cases.keys import follow_keys
from shared.authentication import verify
from shared.testing.settings import ORIGIN
from tests.identity.conftest import PASSWORD, counter, told_to

Member = Callable[..., Any]
API = "/identity/api/v1"


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, timeout=30) as client:
        yield client


@pytest.fixture
def bearer(api: httpx.AsyncClient, member: Member) -> Callable[..., Any]:
    """Signs somebody new in and returns the header that proves it."""

    async def sign_in(**values: Any) -> dict[str, str]:
        _, email = await member(**values)
        answer = await api.post(f"{API}/sessions", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 201
        return {"Authorization": f"{answer.json()['token_type']} {answer.json()['access_token']}"}

    return sign_in


def company() -> dict[str, str]:
    number = next(counter)
    place = {"address": "Kade 1", "town": "Delft", "country": "NL"}
    return place | {"name": f"Api Timber {number}", "eori": f"NL66{number:07}"}


async def test_a_program_registers_a_person_and_everything_wrong_is_named(
    api: httpx.AsyncClient, service: Identity
) -> None:
    person = {"first_name": "Api", "last_name": "User", "email": "api@timber.example", "password": PASSWORD}

    refused = await api.post(f"{API}/accounts", json=person)
    accepted = await api.post(f"{API}/accounts", json=person | {"privacy_accepted": True})

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/privacy"]
    assert accepted.status_code == 202
    assert len(await told_to(service, "confirmation-requested", "api@timber.example")) == 1


async def test_a_wrong_password_is_a_problem_document(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"{API}/sessions", json={"email": "nobody@timber.example", "password": "a wrong guess"})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (401, "wrong_credentials")


async def test_a_token_verifies_with_the_published_keys_alone(
    api: httpx.AsyncClient, bearer: Callable[..., Any]
) -> None:
    token = (await bearer(support=True))["Authorization"].removeprefix("Bearer ")
    published = jwt.PyJWKSet.from_dict((await api.get("/identity/.well-known/jwks.json")).json())

    class Published:
        async def key(self, kid: str) -> Any:
            return published[kid].key

    person = await verify(token, Published(), issuer=ORIGIN, leeway=0)
    assert person is not None
    assert person.is_support
    assert await verify(token, Published(), issuer="https://elsewhere.example", leeway=0) is None
    assert "d" not in (await api.get("/identity/.well-known/jwks.json")).json()["keys"][0]


async def test_keys_survive_a_restart_and_are_useless_without_the_secret(service: Identity) -> None:
    def keyring(secret: str) -> Keyring:
        return Keyring(
            box=Box(secret, purpose="signing keys"),
            issuer=ORIGIN,
            token_lives=timedelta(minutes=15),
            key_lives=timedelta(days=30),
            all_strong=False,
        )

    again = keyring("a key for tests only")
    async with service.work() as work:
        await follow_keys(work, again)
        with pytest.raises(SecretKeyChanged):
            await follow_keys(work, keyring("another key"))
        kept = await work.db.fetchval("SELECT private_key FROM signing_key")

    assert again.jwks() == service.keyring.jwks()
    assert b"PRIVATE" not in kept


async def test_companies_are_created_once_and_found(api: httpx.AsyncClient, bearer: Callable[..., Any]) -> None:
    headers = await bearer()
    wanted = company()

    created = await api.post(f"{API}/operators", json=wanted, headers=headers | {"Idempotency-Key": "one"})
    repeated = await api.post(f"{API}/operators", json=wanted, headers=headers | {"Idempotency-Key": "one"})
    taken = await api.post(f"{API}/operators", json=wanted, headers=headers)
    found = await api.get(f"{API}/operators", params={"q": wanted["eori"].lower()}, headers=headers)

    assert created.status_code == repeated.status_code == 201
    assert created.json() == repeated.json()
    assert (taken.status_code, taken.json()["type"].rsplit("/", 1)[1]) == (409, "eori_taken")
    assert [item["id"] for item in found.json()["items"]] == [created.json()["id"]]
    read = await api.get(created.headers["Location"], headers=headers)
    assert read.json()["name"] == wanted["name"]


async def test_authorities_are_listed_page_by_page(api: httpx.AsyncClient, bearer: Callable[..., Any]) -> None:
    headers = await bearer()
    offices, cursor = [], None
    while True:
        params = {"kind": "customs", "country": "DE", "limit": 100} | ({"cursor": cursor} if cursor else {})
        answer = (await api.get(f"{API}/authorities", params=params, headers=headers)).json()
        offices += [item["office"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break

    assert len(offices) == len(set(offices)) > 100
    assert (await api.get(f"{API}/authorities?cursor=nonsense", headers=headers)).status_code == 422


async def test_a_role_is_asked_for_and_decided(api: httpx.AsyncClient, bearer: Callable[..., Any]) -> None:
    headers, support = await bearer(), await bearer(support=True)
    operator = (await api.post(f"{API}/operators", json=company(), headers=headers)).json()
    wanted = {"kind": "importer", "body_id": operator["id"], "function": "buyer"}
    role = (await api.post(f"{API}/role-requests", json=wanted, headers=headers)).json()
    decision = f"{API}/role-requests/{role['id']}/decision"

    own = await api.post(decision, json={"outcome": "granted"}, headers=headers)
    queue = await api.get(f"{API}/role-requests?status=requested&limit=200", headers=support)
    no_reason = await api.post(decision, json={"outcome": "refused"}, headers=support)
    granted = await api.post(decision, json={"outcome": "granted"}, headers=support)
    twice = await api.post(decision, json={"outcome": "granted"}, headers=support)

    assert own.status_code == 403
    assert role["id"] in {item["id"] for item in queue.json()["items"]}
    assert no_reason.status_code == 422
    assert (granted.status_code, granted.json()["status"], granted.json()["version"]) == (200, "granted", 2)
    assert twice.status_code == 409
    mine = (await api.get(f"{API}/role-requests", headers=headers)).json()["items"]
    assert [item["status"] for item in mine] == ["granted"]


async def test_the_queue_is_closed_to_others_and_nothing_is_open_to_nobody(
    api: httpx.AsyncClient, bearer: Callable[..., Any]
) -> None:
    assert (await api.get(f"{API}/role-requests?status=requested", headers=await bearer())).status_code == 403
    for address in ("operators", "authorities", "role-requests"):
        assert (await api.get(f"{API}/{address}")).status_code == 401


async def test_a_cookie_cannot_write_through_the_api(api: httpx.AsyncClient, bearer: Callable[..., Any]) -> None:
    token = (await bearer())["Authorization"].removeprefix("Bearer ")

    answer = await api.post(f"{API}/operators", json=company(), headers={"Cookie": f"flegt_token={token}"})

    assert answer.status_code == 401
