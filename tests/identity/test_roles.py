"""Requests and decisions, on a real database."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from services.identity.domain.roles import Kind
from services.identity.service import Identity
from services.identity.use_cases import roles
from services.identity.use_cases.refusals import WrongCredentials
from services.identity.use_cases.roles import Filter
from shared.problems import NotYours, Unknown, WrongContent, WrongState
from tests.identity.acts import ask, authority, create, decide, sign_in
from tests.identity.conftest import Clock, told

Member = Callable[..., Any]


async def test_from_request_to_granted_to_revoked(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person)
    role = await ask(service, person, Kind.IMPORTER, operator.id)
    assert await service.roles_of(person.account_id) == ()

    await decide(service, support, role)
    (granted,) = await service.roles_of(person.account_id)
    assert (granted.kind, granted.body_id, granted.country) == ("importer", operator.id, "NL")

    async with service.work() as work:
        await roles.revoke_role(work, support, role.id, reason="left the company")
    assert await service.roles_of(person.account_id) == ()
    versions = []
    for name in ("role-requested", "role-granted", "role-revoked"):
        (fact,) = await told(service, name, person.account_id)
        versions.append(fact["role"]["version"])
    assert versions == [1, 2, 3]


async def test_who_decides_is_checked(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person)
    role = await ask(service, support, Kind.IMPORTER, operator.id)

    for by in (person, support):
        with pytest.raises(NotYours):
            await decide(service, by, role)
    with pytest.raises(NotYours):
        async with service.work() as work:
            await roles.find_requests(work, person, Filter(), cursor=None)
    with pytest.raises(Unknown):
        async with service.work() as work:
            await roles.withdraw_request(work, person, role.id)


async def test_two_decisions_at_the_same_time_are_one(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)

    answers = await asyncio.gather(
        decide(service, support, role),
        decide(service, support, role, granted=False, reason="no"),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, WrongState) for answer in answers) == 1


async def test_two_authorities_asked_for_at_the_same_time_are_one(service: Identity, member: Member) -> None:
    person, _ = await member()
    both = [(await authority(service, "msca", country)).id for country in ("BE", "FR")]

    answers = await asyncio.gather(
        *(ask(service, person, Kind.MSCA, body_id) for body_id in both), return_exceptions=True
    )

    assert [answer.code for answer in answers if isinstance(answer, WrongState)] == ["one_authority_only"]


async def test_a_withdrawn_request_can_be_asked_for_again(service: Identity, member: Member) -> None:
    person, _ = await member()
    office = await authority(service, "customs", "BE")
    role = await ask(service, person, Kind.CUSTOMS, office.id)
    with pytest.raises(WrongState):
        await ask(service, person, Kind.CUSTOMS, office.id)

    async with service.work() as work:
        await roles.withdraw_request(work, person, role.id)

    assert (await ask(service, person, Kind.CUSTOMS, office.id)).office == office.code


async def test_a_role_is_asked_for_in_a_body_of_its_kind_only(service: Identity, member: Member) -> None:
    person, _ = await member()
    office = await authority(service, "customs", "BE")

    for kind, body_id in ((Kind.MSCA, office.id), (Kind.IMPORTER, office.id), (Kind.SUPPORT, office.id)):
        with pytest.raises(WrongContent):
            await ask(service, person, kind, body_id)


async def test_the_queue_shows_who_waits_longest_first(service: Identity, member: Member, clock: Clock) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    offices = [await authority(service, "customs", country) for country in ("SE", "FI", "DK")]
    asked = []
    for office in offices:
        asked.append(await ask(service, person, Kind.CUSTOMS, office.id))
        clock.forward(minutes=1)

    found, cursor = [], None
    async with service.work() as work:
        while True:
            wanted = Filter(kind="customs")
            page, cursor = await roles.find_requests(work, support, wanted, cursor=cursor, limit=1)
            found += [one.role.id for one in page]
            if cursor is None:
                break
    assert [role_id for role_id in found if role_id in {a.id for a in asked}] == [a.id for a in asked]


async def test_what_matters_for_security_is_recorded(service: Identity, member: Member) -> None:
    person, email = await member()
    support, _ = await member(support=True)
    with pytest.raises(WrongCredentials):
        await sign_in(service, email, "a wrong guess", address="203.0.113.44")
    signed_in = await sign_in(service, email, address="203.0.113.44")
    role = await ask(service, signed_in.person, Kind.IMPORTER, (await create(service, person)).id)
    await decide(service, support, role, granted=False, reason="unknown company")

    async with service.work() as work:
        rows = await work.db.fetch("SELECT * FROM audit WHERE subject_id = $1 ORDER BY id", person.account_id)
    acts = {row["act"]: row for row in rows}
    assert {"sign_in_failed", "signed_in", "role_requested", "role_refused"} <= set(acts)
    assert acts["role_requested"]["address"] == "203.0.113.44"
    assert acts["role_refused"]["account_id"] == support.account_id
    assert email not in str([dict(row) for row in rows])
