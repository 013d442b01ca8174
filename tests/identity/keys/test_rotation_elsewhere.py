"""While signing keys follow one another nobody is refused, in identity or in services that know its public keys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from services.identity.domain.keys import PUBLISHED_BEFORE
from services.identity.service import Identity
from services.licences.main import build as build_licences
from services.licences.settings import Settings as LicencesSettings
from shared.authentication import RemoteKeys
from shared.testing.apps import browser, opened
from shared.testing.people import person
from shared.testing.settings import settings_for
from shared.testing.waiting import until
from tests.identity.conftest import Clock
from tests.identity.keys.acts import kid_of, published, retire, rotate

Copy = Callable[[str], Any]


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application behind a real port; returns its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False))
    running = asyncio.create_task(server.serve())
    await until_true(lambda: server.started)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def licences(postgres: Any, copy_of: Copy, keys: str, folder: Path) -> AsyncIterator[FastAPI]:
    """Another service, which knows identity by its public keys only."""
    name = await copy_of("licences")
    chosen = settings_for(LicencesSettings, postgres.url(name, role="licences"), attachments_dir=folder, jwks_url=keys)
    async with opened(build_licences(chosen)) as running:
        yield running
    await postgres.drop_database(name)


async def test_while_keys_follow_one_another_no_service_refuses_anybody(
    app: FastAPI,
    service: Identity,
    clock: Clock,
    postgres: Any,
    copy_of: Copy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two services verify all the time. The other one's keys are soon old: what takes minutes passes in a moment."""
    monkeypatch.setattr(RemoteKeys, "SECONDS_BETWEEN_FETCHES", 0.3)
    monkeypatch.setattr("shared.authentication._seconds_fresh", lambda _answer: 0.1)
    kept: list[RemoteKeys] = []
    monkeypatch.setattr("shared.service.RemoteKeys", lambda url: kept.append(RemoteKeys(url)) or kept[-1])
    someone, answers = person(), list[int]()

    async with (
        served(app) as address,
        licences(postgres, copy_of, f"{address}/identity/.well-known/jwks.json", tmp_path) as other,
        browser(other) as theirs,
        browser(app) as ours,
    ):
        await until(lambda: is_believed_by(theirs, service, clock))  # on a busy machine fetching keys may fail at first
        load = asyncio.create_task(keep_asking(service, clock, (theirs, ours), answers))
        for _rotation in range(4):
            new = await rotate(service)
            await until_true(lambda kid=new.kid: kid in kept[0]._keys)
            clock.now += PUBLISHED_BEFORE
            assert kid_of(service.keyring.sign(someone, now=clock.now)) == new.kid
            wanted = len(answers) + 20
            await until_true(lambda wanted=wanted: len(answers) >= wanted)
        load.cancel()
        with suppress(asyncio.CancelledError):
            await load

    assert set(answers) <= {200, 403}
    assert len(answers) >= 80


async def is_believed_by(client: httpx.AsyncClient, service: Identity, clock: Clock) -> bool:
    """Whether the other service has the public keys by now."""
    return await asked(client, "/licences/api/v1/licences", service, clock) != 401


async def asked(client: httpx.AsyncClient, path: str, service: Identity, clock: Clock) -> int:
    """What the service answers to a new token."""
    token = service.keyring.sign(person(), now=clock.now)
    return (await client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code


async def keep_asking(
    service: Identity, clock: Clock, clients: tuple[httpx.AsyncClient, httpx.AsyncClient], answers: list[int]
) -> None:
    """Several people at once ask both services, each time with a new token, so that none is believed as seen before."""
    paths = ("/licences/api/v1/licences", "/identity/api/v1/role-requests")

    async def ask(client: httpx.AsyncClient, path: str) -> None:
        answers.append(await asked(client, path, service, clock))

    while True:
        await asyncio.gather(
            *(ask(client, path) for client, path in zip(clients, paths, strict=True) for _ in range(3))
        )


async def until_true(condition: Callable[[], bool]) -> None:
    async def is_true() -> bool:
        return condition()

    await until(is_true)


async def test_a_service_drops_a_stolen_key_as_soon_as_what_it_keeps_is_old(
    app: FastAPI, service: Identity, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RemoteKeys, "SECONDS_BETWEEN_FETCHES", 0.0)
    async with served(app) as address:
        keys = RemoteKeys(f"{address}/identity/.well-known/jwks.json")
        (stolen,) = published(service)
        assert await keys.key(stolen) is not None
        await retire(service, stolen, at_once=True)
        assert await keys.key(stolen) is not None  # the published keys may be kept for a minute
        monkeypatch.setattr(keys, "_fresh_until", 0.0)

        async def is_gone() -> bool:
            return await keys.key(stolen) is None

        await until(is_gone)


async def test_keys_that_nobody_has_do_not_make_a_service_ask_again_and_again(app: FastAPI, service: Identity) -> None:
    async with served(app) as address:
        keys, fetched = RemoteKeys(f"{address}/identity/.well-known/jwks.json"), []
        transport = httpx.AsyncHTTPTransport.handle_async_request

        async def counted(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            fetched.append(request.url)
            return await transport(self, request)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", counted)
            found = await asyncio.gather(*(keys.key(f"unknown-{number}") for number in range(50)))

    assert set(found) == {None}
    assert len(fetched) == 1


async def test_while_identity_is_away_its_last_keys_count(app: FastAPI, service: Identity) -> None:
    async with served(app) as address:
        keys = RemoteKeys(f"{address}/identity/.well-known/jwks.json")
        (kid,) = published(service)
        assert await keys.key(kid) is not None
    keys._fresh_until = keys._next_fetch = 0.0

    assert await keys.key(kid) is not None
    assert await keys.key("unknown") is None
    assert await keys.key(kid) is not None
