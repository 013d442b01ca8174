"""The token endpoint, asked from outside as programs of integrators ask it."""

import base64
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.identity.domain.clients import GUESSES_PER_ADDRESS, GUESSES_PER_CLIENT
from services.identity.service import Identity
from services.identity.use_cases import clients
from shared.authentication import verify
from shared.testing.settings import ORIGIN
from tests.identity.client_acts import acts_on, make_administrator, make_client, make_secret
from tests.identity.conftest import Clock, claims

Member = Callable[..., Any]
Client = tuple[str, str]
TOKEN = "/identity/oauth/token"
GRANT = {"grant_type": "client_credentials"}
addresses = iter(f"198.51.100.{number}" for number in range(1, 255))


@pytest.fixture
async def program(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A program at a network address of its own, so that no test counts another's guesses."""
    async with at(app, next(addresses)) as new:
        yield new


def at(app: FastAPI, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url=ORIGIN)


@pytest.fixture
async def made(service: Identity, member: Member) -> Client:
    """A client that may read and write licences: its id and its secret."""
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)
    secret, _ = await make_secret(service, person, client)
    return str(client.id), secret


async def test_a_token_says_which_client_it_is_and_what_it_may_do(
    program: httpx.AsyncClient, service: Identity, made: Client
) -> None:
    answer = await program.post(TOKEN, data=GRANT, auth=made)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    sent = answer.json()
    assert (sent["token_type"], sent["expires_in"], sent["scope"]) == ("Bearer", 900, "licences:read licences:write")
    told = claims(sent["access_token"])
    assert (told["sub"], told["name"], told["strong"]) == (made[0], "SAP customs module", True)
    assert told["exp"] - told["iat"] == 900
    person = await verify(sent["access_token"], service.keyring, issuer=ORIGIN, leeway=5)
    assert person is not None
    assert person.scopes == ("licences:read", "licences:write")
    assert [role.kind for role in person.roles] == ["importer"]


async def test_the_secret_can_come_in_the_form_and_fewer_scopes_can_be_asked_for(
    program: httpx.AsyncClient, made: Client
) -> None:
    sent = GRANT | {"client_id": made[0], "client_secret": made[1], "scope": "licences:read"}

    answer = await program.post(TOKEN, data=sent)

    assert answer.json()["scope"] == "licences:read"
    assert claims(answer.json()["access_token"])["scope"] == "licences:read"


async def test_a_parameter_without_a_value_counts_as_not_sent(program: httpx.AsyncClient, made: Client) -> None:
    answer = await program.post(TOKEN, data=GRANT | {"scope": "", "client_id": made[0], "foo": "1"}, auth=made)

    assert answer.json()["scope"] == "licences:read licences:write"


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOBODY = f"client_id={uuid4()}&client_secret=flegt_no"
REFUSED: list[tuple[str, dict[str, str], str, int, str]] = [
    ("no grant", {}, "scope=licences:read", 400, "invalid_request"),
    ("another grant", {}, "grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
    ("a grant twice", {}, f"grant_type=client_credentials&grant_type=client_credentials&{NOBODY}", 400,
     "invalid_request"),
    ("not a form", {"Content-Type": "application/json"}, '{"grant_type": "client_credentials"}', 400,
     "invalid_request"),
    ("no text", {}, "grant_type=%ff%fe", 400, "invalid_request"),
    ("too many fields", {}, "&".join(f"a{number}=1" for number in range(30)), 400, "invalid_request"),
    ("much too much", {}, "a=" + "x" * 20_000, 413, "invalid_request"),
    ("nobody", {}, "grant_type=client_credentials", 401, "invalid_client"),
    ("no secret", {}, f"grant_type=client_credentials&client_id={uuid4()}", 401, "invalid_client"),
    ("unknown client", {}, f"grant_type=client_credentials&{NOBODY}", 401, "invalid_client"),
    ("no id at all", {}, "grant_type=client_credentials&client_id=sap&client_secret=x", 401, "invalid_client"),
    ("another scheme", {"Authorization": "Bearer abc"}, "grant_type=client_credentials", 401, "invalid_client"),
    ("no base64", {"Authorization": "Basic ###"}, "grant_type=client_credentials", 401, "invalid_client"),
    ("no colon", basic("abc"), "grant_type=client_credentials", 401, "invalid_client"),
    ("two ways", basic("a:b"), "grant_type=client_credentials&client_id=a&client_secret=b", 400, "invalid_request"),
    ("two ids", basic("a:b"), "grant_type=client_credentials&client_id=c", 400, "invalid_request"),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "body", "status", "error"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
async def test_every_refusal_has_the_shape_that_oauth_gives_it(
    program: httpx.AsyncClient, headers: dict[str, str], body: str, status: int, error: str
) -> None:
    answer = await program.post(TOKEN, content=body, headers=FORM | headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].isascii()
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_scopes_that_the_client_does_not_have_are_refused(
    program: httpx.AsyncClient, service: Identity, made: Client
) -> None:
    answer = await program.post(TOKEN, data=GRANT | {"scope": "licences:read validation:write"}, auth=made)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert (await acts_on(service, UUID(made[0])))[-1] == "client_token_refused"


async def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(
    program: httpx.AsyncClient, service: Identity, made: Client
) -> None:
    wrong = await program.post(TOKEN, data=GRANT, auth=(made[0], made[1][:-1]))
    unknown = await program.post(TOKEN, data=GRANT, auth=(str(uuid4()), made[1]))

    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert wrong.status_code == 401


async def test_both_secrets_work_until_one_is_ended(
    program: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)
    old, view = await make_secret(service, person, client)
    new, _ = await make_secret(service, person, client)

    async def status(secret: str) -> int:
        return (await program.post(TOKEN, data=GRANT, auth=(str(client.id), secret))).status_code

    assert (await status(old), await status(new)) == (200, 200)
    async with service.work() as work:
        await clients.end_secret(work, person, client.id, view.secrets[0].id)
    assert (await status(old), await status(new)) == (401, 200)


async def test_a_stopped_client_gets_no_token_and_the_one_it_has_opens_nothing(
    program: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id, "identity:read")
    secret, _ = await make_secret(service, person, client)
    answer = await program.post(TOKEN, data=GRANT, auth=(str(client.id), secret))
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    address = f"/identity/api/v1/operators/{company.id}"
    assert (await program.get(address, headers=bearer)).status_code == 200

    async with service.work() as work:
        await clients.disable_client(work, person, client.id)
    refused = await program.post(TOKEN, data=GRANT, auth=(str(client.id), secret))

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert "disabled" in refused.json()["error_description"]
    assert (await program.get(address, headers=bearer)).status_code == 403
    assert (await acts_on(service, client.id))[-1] == "client_token_refused"


async def test_a_client_and_a_secret_end_by_themselves(
    program: httpx.AsyncClient, service: Identity, member: Member, clock: Clock
) -> None:
    person, _, company = await make_administrator(service, member)
    today = clock().date().isoformat()
    ending = await make_client(service, person, company.id, last_day=today)
    lasting = await make_client(service, person, company.id)
    pairs = [
        (str(ending.id), (await make_secret(service, person, ending))[0]),
        (str(lasting.id), (await make_secret(service, person, lasting, last_day=today))[0]),
    ]
    assert [(await program.post(TOKEN, data=GRANT, auth=pair)).status_code for pair in pairs] == [200, 200]

    clock.forward(days=1, hours=3)

    assert [(await program.post(TOKEN, data=GRANT, auth=pair)).status_code for pair in pairs] == [401, 401]
    assert await service.roles_of(ending.id) == ()


async def test_the_last_use_is_noted_once_a_minute_at_most(
    program: httpx.AsyncClient, service: Identity, made: Client, clock: Clock
) -> None:
    async def used_at() -> Any:
        async with service.work() as work:
            return await work.db.fetchval("SELECT last_used_at FROM client WHERE id = $1", made[0])

    first = clock()
    await program.post(TOKEN, data=GRANT, auth=made)
    clock.forward(seconds=59)
    await program.post(TOKEN, data=GRANT, auth=made)
    assert await used_at() == first
    clock.forward(seconds=1)
    await program.post(TOKEN, data=GRANT, auth=made)
    assert await used_at() == clock()


async def test_guessing_at_a_client_is_stopped_but_does_not_lock_it_out(
    app: FastAPI, program: httpx.AsyncClient, service: Identity, made: Client, clock: Clock
) -> None:
    client_id, _ = made
    guesses = [await program.post(TOKEN, data=GRANT, auth=(client_id, f"x{n}")) for n in range(GUESSES_PER_CLIENT + 1)]

    assert [guess.status_code for guess in guesses] == [401] * GUESSES_PER_CLIENT + [429]
    assert guesses[-1].json()["error"] == "temporarily_unavailable"
    assert 0 < int(guesses[-1].headers["retry-after"]) <= 901
    async with at(app, next(addresses)) as elsewhere:
        assert (await elsewhere.post(TOKEN, data=GRANT, auth=(client_id, "y"))).status_code == 429
        assert (await elsewhere.post(TOKEN, data=GRANT, auth=made)).status_code == 200
    assert (await acts_on(service, UUID(client_id))).count("client_token_refused") == GUESSES_PER_CLIENT
    clock.forward(minutes=16)
    assert (await program.post(TOKEN, data=GRANT, auth=(client_id, "x"))).status_code == 401


async def test_an_address_that_guesses_too_much_is_not_heard_any_more(
    app: FastAPI, program: httpx.AsyncClient, made: Client, clock: Clock
) -> None:
    statuses = [
        (await program.post(TOKEN, data=GRANT, auth=(str(uuid4()), "x"))).status_code
        for _ in range(GUESSES_PER_ADDRESS + 1)
    ]

    assert statuses == [401] * GUESSES_PER_ADDRESS + [429]
    assert (await program.post(TOKEN, data=GRANT, auth=made)).status_code == 429
    async with at(app, next(addresses)) as elsewhere:
        assert (await elsewhere.post(TOKEN, data=GRANT, auth=made)).status_code == 200
    clock.forward(minutes=16)
    assert (await program.post(TOKEN, data=GRANT, auth=made)).status_code == 200


async def test_the_metadata_say_where_everything_is(program: httpx.AsyncClient, made: Client) -> None:
    told = (await program.get("/identity/.well-known/oauth-authorization-server")).json()

    assert (await program.get("/.well-known/oauth-authorization-server")).json() == told
    assert told["issuer"] == ORIGIN
    assert told["grant_types_supported"] == ["client_credentials"]
    assert "licences:write" in told["scopes_supported"]
    assert (await program.post(told["token_endpoint"], data=GRANT, auth=made)).status_code == 200
    assert (await program.get(told["jwks_uri"])).json()["keys"]


async def test_a_client_reads_in_identity_what_its_scope_allows_and_changes_nothing(
    program: httpx.AsyncClient, service: Identity, member: Member
) -> None:
    person, _, company = await make_administrator(service, member)
    for scopes, expected in ((("identity:read",), 200), (("licences:read",), 403)):
        client = await make_client(service, person, company.id, *scopes)
        secret, _ = await make_secret(service, person, client)
        token = (await program.post(TOKEN, data=GRANT, auth=(str(client.id), secret))).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}

        assert (await program.get("/identity/api/v1/operators?q=timber", headers=bearer)).status_code == expected
        body = {"kind": "importer", "body_id": str(company.id), "function": "x"}
        assert (await program.post("/identity/api/v1/role-requests", headers=bearer, json=body)).status_code == 403
        for page in ("/identity/clients", f"/identity/clients/{client.id}", "/identity/profile", "/"):
            assert (await program.get(page, headers=bearer | {"Accept": "text/html"})).status_code == 403
