"""Who decides on roles, on a real database: authorities, administrators, support; one by one, together, or unasked."""

from datetime import timedelta
from typing import Any

import pytest

from services.identity.domain.roles import Kind, Role, Terms
from services.identity.service import Identity
from services.identity.storage.role_queue import Filter
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Scope
from shared.person import Person
from shared.problems import NotYours, Unknown, WrongContent, WrongState
from tests.identity.acts import ask, authority, create, decide
from tests.identity.conftest import Clock, told
from tests.identity.role_acts import Member, act, officer, with_roles


async def test_a_competent_authority_decides_for_companies_of_its_country_only(
    service: Identity, member: Member
) -> None:
    dutch, french = await officer(service, member, "NL"), await officer(service, member, "FR")
    person, _ = await member()
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person, country="NL")).id)
    office = await ask(service, person, Kind.CUSTOMS, (await authority(service, "customs", "NL")).id)

    with pytest.raises(Unknown):
        await decide(service, french, role)
    with pytest.raises(NotYours):
        await decide(service, dutch, office)
    seen, _ = await act(service, use_cases.find_requests, dutch, Filter(), cursor=None, limit=200)
    assert role.id in {one.role.id for one in seen}
    assert {(one.role.kind, one.role.country) for one in seen} == {(Kind.IMPORTER, "NL")}
    assert role.id not in {
        one.role.id
        for one in (await act(service, use_cases.find_requests, french, Filter(), cursor=None, limit=200))[0]
    }
    assert (await decide(service, dutch, role)).decided_by == dutch.account_id


async def test_an_administrator_decides_for_colleagues_of_the_same_authority(service: Identity, member: Member) -> None:
    chief = await officer(service, member, "SE", administrator=True)
    colleague, stranger = (await member())[0], (await member())[0]
    role = await ask(service, colleague, Kind.MSCA, (await authority(service, "msca", "SE")).id)
    other = await ask(service, stranger, Kind.MSCA, (await authority(service, "msca", "FI")).id)

    with pytest.raises(Unknown):
        await decide(service, chief, other)
    granted = await decide(service, chief, role)
    assert await act(service, use_cases.appoint, chief, granted.id, administrator=True)
    (fact,) = await told(service, "role-changed", colleague.account_id)
    assert (fact["change"], fact["role"]["administrator"]) == ("administrator", True)
    assert (await with_roles(service, colleague)).roles[0].administrator


async def test_an_administrator_of_a_company_appoints_but_does_not_decide(service: Identity, member: Member) -> None:
    support, chief, colleague, newcomer = [(await member(support=n == 0))[0] for n in range(4)]
    operator = await create(service, chief)
    await decide(
        service, support, await ask(service, chief, Kind.IMPORTER, operator.id), terms=Terms(administrator=True)
    )
    granted = await decide(service, support, await ask(service, colleague, Kind.IMPORTER, operator.id))
    waiting = await ask(service, newcomer, Kind.IMPORTER, operator.id)
    chief = await with_roles(service, chief)

    for refused in (
        decide(service, chief, waiting),
        act(service, use_cases.revoke_role, chief, granted.id, reason="x"),
        act(service, use_cases.recertify, chief, [granted.id]),
    ):
        with pytest.raises(NotYours):
            await refused
    assert (await act(service, use_cases.appoint, chief, granted.id, administrator=True)).administrator
    mine, _ = await act(service, use_cases.find_requests, chief, Filter(), cursor=None)
    assert mine == [], "nothing of it is theirs to decide"


async def test_several_requests_for_one_company_are_decided_together_or_none_is(
    service: Identity, member: Member
) -> None:
    support = (await member(support=True))[0]
    people = [(await member())[0] for _ in range(3)]
    one, other = [(await create(service, people[0])).id for _ in range(2)]
    asked = [await ask(service, person, Kind.IMPORTER, one) for person in people]
    elsewhere = await ask(service, people[0], Kind.IMPORTER, other)

    async def together(roles: list[Role], **values: Any) -> list[Role]:
        ids = [role.id for role in roles]
        return await act(service, use_cases.decide_together, support, ids, **values)

    for chosen, code in (([], "none_chosen"), ([asked[0], elsewhere], "several_bodies")):
        with pytest.raises(WrongContent) as refused:
            await together(chosen, granted=True)
        assert refused.value.errors[0].code == code
    await decide(service, support, asked[2], granted=False, reason="no")
    with pytest.raises(WrongState):
        await together(asked, granted=True)
    assert await service.roles_of(people[0].account_id) == (), "all of them or none"

    assert [role.status for role in await together(asked[:2], granted=True)] == ["granted", "granted"]


async def test_a_monitor_needs_a_scope_and_an_end_and_is_made_by_support(
    service: Identity, member: Member, clock: Clock
) -> None:
    support, support_email = await member(support=True)
    watcher, email = await member()
    until = clock() + timedelta(days=100)

    async def give(by: Person = support, **values: Any) -> Role:
        wanted = {"email": email, "scope": Scope("BE", "GH"), "ends_at": until} | values
        return await act(service, use_cases.give_monitor_role, by, **wanted)

    for values, field in (
        ({"scope": Scope()}, "country"), ({"scope": Scope("GH")}, "country"),
        ({"scope": Scope(None, "BE")}, "partner_country"), ({"ends_at": None}, "ends_at"),
        ({"ends_at": clock()}, "ends_at"), ({"email": "nobody@timber.example"}, "email"),
    ):  # fmt: skip
        with pytest.raises(WrongContent) as refused:
            await give(**values)
        assert [error.field for error in refused.value.errors] == [field]
    with pytest.raises(NotYours):
        await give(await officer(service, member, "BE"))
    with pytest.raises(NotYours):
        await give(email=support_email)

    await give()
    with pytest.raises(WrongState):
        await give()
    await give(scope=Scope("FR"))
    (fact, _second) = await told(service, "role-granted", watcher.account_id)
    assert (fact["role"]["kind"], fact["role"]["country"], fact["role"]["partner_country"]) == ("monitor", "BE", "GH")
    assert (fact["role"]["body_id"], fact["role"]["ends_at"][:10]) == (None, until.date().isoformat())


async def test_support_is_made_by_another_member_of_support(service: Identity, member: Member) -> None:
    support, own_email = await member(support=True)
    person, email = await member()

    with pytest.raises(NotYours):
        await act(service, use_cases.give_support_role, person, email=email)
    with pytest.raises(NotYours):
        await act(service, use_cases.give_support_role, support, email=own_email)
    await act(service, use_cases.give_support_role, support, email=email, reason="new colleague")
    assert (await with_roles(service, person)).is_support
