"""Machine clients: who makes, stops and deletes them, on a real database."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.identity.domain import clients as rules
from services.identity.service import Identity
from services.identity.use_cases import authorities, clients, operators
from services.identity.use_cases.authority_data import open_and_close
from shared.problems import NotYours, Stale, Unknown, WrongContent, WrongState
from tests.identity.acts import authority, create
from tests.identity.client_acts import acts_on, make_administrator, make_client, make_secret
from tests.identity.conftest import Clock, told

Member = Callable[..., Any]


async def test_every_service_hears_of_what_happens_to_a_client(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)
    assert (await service.roles_of(client.id))[0].kind == "importer"

    async with service.work() as work:
        await clients.disable_client(work, person, client.id)
    assert await service.roles_of(client.id) == ()
    async with service.work() as work:
        await clients.enable_client(work, person, client.id)
    assert (await service.roles_of(client.id))[0].body_id == company.id
    async with service.work() as work:
        await clients.delete_client(work, person, client.id)
    assert await service.roles_of(client.id) == ()

    facts = [
        (await told(service, name, client.id))[0]["role"]
        for name in ("role-granted", "role-suspended", "role-changed", "role-revoked")
    ]
    assert [fact["version"] for fact in facts] == [1, 2, 3, 4]
    assert {(fact["machine"], fact["role_id"]) for fact in facts} == {(True, str(client.role_id))}
    assert await acts_on(service, client.id) == [
        "client_created",
        "client_disabled",
        "client_enabled",
        "client_deleted",
    ]


async def test_an_authority_has_clients_of_its_own_kind(service: Identity, member: Member) -> None:
    office = await authority(service, "customs", "BE")
    person, _, _ = await make_administrator(service, member, body=office)

    client = await make_client(service, person, office.id, "validation:write")

    (role,) = await service.roles_of(client.id)
    assert (role.kind, role.office, role.administrator) == ("customs", office.office, False)


async def test_support_makes_a_client_for_an_issuing_authority_that_has_no_people_here(
    service: Identity, member: Member
) -> None:
    issuer = await authority(service, "issuer", "ID")
    support, _ = await member(support=True)

    client = await make_client(service, support, issuer.id, "licences:read")

    (role,) = await service.roles_of(client.id)
    assert (role.kind, role.body_name, role.country) == ("issuer", issuer.name, "ID")


async def test_only_administrators_of_the_body_and_support_look_after_its_clients(
    service: Identity, member: Member
) -> None:
    person, _, company = await make_administrator(service, member)
    stranger, _, other_company = await make_administrator(service, member)
    support, _ = await member(support=True)
    colleague = person.with_roles(replace(role, administrator=False) for role in person.roles)
    client = await make_client(service, person, company.id)
    _, view = await make_secret(service, person, client)
    secret = view.secrets[0].id

    for by, refusal in ((stranger, Unknown), (colleague, NotYours)):
        for act in (clients.read_client, clients.disable_client, clients.enable_client, clients.delete_client):
            with pytest.raises(refusal):
                async with service.work() as work:
                    await act(work, by, client.id)
        with pytest.raises(refusal):
            async with service.work() as work:
                await clients.make_secret(work, by, client.id, seen=[str(secret)])
        with pytest.raises(refusal):
            async with service.work() as work:
                await clients.end_secret(work, by, client.id, secret)
        with pytest.raises(NotYours):
            await make_client(service, by, company.id)
    async with service.work() as work:
        assert [c.id for c in (await clients.list_clients(work, person, cursor=None))[0]] == [client.id]
        assert (await clients.list_clients(work, stranger, cursor=None))[0] == []
        with pytest.raises(NotYours):
            await clients.list_clients(work, colleague, cursor=None)
        assert [b.id for b in await clients.find_bodies(work, stranger, "")] == [other_company.id]
        assert (await clients.read_client(work, support, client.id)).client == client
    assert (await make_client(service, support, other_company.id)).body_id == other_company.id


async def test_a_client_is_no_administrator_even_of_itself(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)
    program = replace(person, account_id=client.id, scopes=client.scopes, roles=await service.roles_of(client.id))

    with pytest.raises(NotYours):
        await make_client(service, program, company.id)


async def test_a_client_stays_when_its_maker_is_no_administrator_any_more(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)

    async with service.work() as work:
        await work.db.execute("UPDATE role SET status = 'revoked' WHERE account_id = $1", person.account_id)

    assert len(await service.roles_of(client.id)) == 1


async def test_a_closed_company_has_no_clients_and_gets_none(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    both = [await make_client(service, person, company.id) for _ in range(2)]
    support, _ = await member(support=True)

    async with service.work() as work:
        await operators.close_operator(work, support, company.id, reason="dissolved", version=company.version)

    for client in both:
        assert await service.roles_of(client.id) == ()
        assert len(await told(service, "role-revoked", client.id)) == 1
        assert (await acts_on(service, client.id))[-1] == "client_deleted"
    with pytest.raises(WrongContent):
        await make_client(service, person, company.id)


async def test_the_clients_of_an_authority_end_with_its_last_day(
    service: Identity, member: Member, clock: Clock
) -> None:
    office = await authority(service, "customs", "LU")
    support, _ = await member(support=True)
    client = await make_client(service, support, office.id)
    async with service.work() as work:
        view = await authorities.read_authority(work, support, office.id)
        leaving = replace(view.kept.authority, valid_until=clock().date(), closed_reason="merged")
        await authorities.correct_authority(work, support, office.id, leaving, version=view.kept.version)
    assert len(await service.roles_of(client.id)) == 1

    clock.forward(days=1)
    async with service.work() as work:
        await open_and_close(work)

    assert await service.roles_of(client.id) == ()


async def test_a_client_follows_the_name_of_its_company(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)
    renamed = replace(company.details, name="Timber Trade International NV")

    async with service.work() as work:
        await operators.edit_operator(work, person, company.id, renamed, version=company.version)

    (role,) = await service.roles_of(client.id)
    assert role.body_name == "Timber Trade International NV"


async def test_support_finds_companies_and_authorities_by_name(service: Identity, member: Member) -> None:
    support, _ = await member(support=True)
    company = await create(service, support, name="Zebrano Ports")

    async with service.work() as work:
        found = await clients.find_bodies(work, support, "zebrano")
        offices = await clients.find_bodies(work, support, "BE101000")
        chosen = await clients.find_bodies(work, support, "", chosen=company.id)
        assert await clients.find_bodies(work, support, " ") == []

    assert [(body.id, body.kind) for body in found] == [(company.id, "importer")] == [(b.id, b.kind) for b in chosen]
    assert [(body.kind, body.office) for body in offices] == [("customs", "BE101000")]


async def test_a_body_that_does_not_exist_has_no_client(service: Identity, member: Member) -> None:
    support, _ = await member(support=True)

    with pytest.raises(WrongContent):
        await make_client(service, support, uuid4())


async def test_a_body_has_no_more_clients_than_it_can_have(
    service: Identity, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_CLIENTS", 1)
    person, _, company = await make_administrator(service, member)

    answers = await asyncio.gather(
        *(make_client(service, person, company.id) for _ in range(3)), return_exceptions=True
    )

    assert sum(isinstance(answer, WrongState) for answer in answers) == 2


async def test_secrets_made_at_the_same_time_are_never_more_than_were_seen(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)

    answers = await asyncio.gather(*(make_secret(service, person, client) for _ in range(4)), return_exceptions=True)

    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert all(isinstance(answer, Stale | WrongState) for answer in answers if isinstance(answer, BaseException))
    assert 1 <= len(made) <= 2


async def test_only_a_hash_of_a_secret_is_kept(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    secret, view = await make_secret(service, person, await make_client(service, person, company.id))

    async with service.work() as work:
        kept = await work.db.fetchrow("SELECT * FROM client_secret WHERE id = $1", view.secrets[0].id)
        again = await clients.read_client(work, person, view.client.id)

    assert kept is not None
    assert secret not in str(dict(kept))
    assert secret.startswith(kept["prefix"])
    assert again.new_secret is None


async def test_rotation_and_the_third_secret(service: Identity, member: Member) -> None:
    person, _, company = await make_administrator(service, member)
    client = await make_client(service, person, company.id)
    _, first = await make_secret(service, person, client)
    await make_secret(service, person, client)
    with pytest.raises(WrongState):
        await make_secret(service, person, client)

    async with service.work() as work:
        await clients.end_secret(work, person, client.id, first.secrets[0].id)
    with pytest.raises(WrongState):
        async with service.work() as work:
            await clients.end_secret(work, person, client.id, first.secrets[0].id)
    with pytest.raises(Unknown):
        async with service.work() as work:
            await clients.end_secret(work, person, client.id, uuid4())
    _, view = await make_secret(service, person, client)

    assert len(view.secrets) == 3
    assert (await acts_on(service, client.id)).count("client_secret_created") == 3


async def test_clients_are_listed_page_by_page(service: Identity, member: Member, clock: Clock) -> None:
    person, _, company = await make_administrator(service, member)
    made = [(await make_client(service, person, company.id)).id for _ in range(3)]

    seen, cursor = [], None
    for _ in range(3):
        async with service.work() as work:
            found, cursor = await clients.list_clients(work, person, cursor=cursor, limit=1)
        seen += [client.id for client in found]

    assert (seen, cursor) == (made, None)
