"""Roles around and after their decision, on a real database: mail, limits, suspension, ends, reminders, confirming."""

import asyncio
from datetime import timedelta

import pytest

from services.identity.domain.roles import OPEN_REQUESTS, REQUESTS_PER_DAY, Application, Kind, Terms
from services.identity.service import Identity
from services.identity.storage.role_queue import Filter
from services.identity.use_cases import roles as use_cases
from shared.person import Person
from shared.problems import NotYours, Stale, TooMany, WrongState
from tests.identity.acts import SUPPORT_MAILBOX, ask, authority, create, decide
from tests.identity.conftest import Clock, told
from tests.identity.role_acts import Member, act


async def waiting_facts(service: Identity, account_id: object) -> int:
    return len(await told(service, "role-request-waiting", account_id))


async def test_the_mail_is_told_once_kept_with_the_request_and_copied_to_the_authority(
    service: Identity, member: Member
) -> None:
    person, email = await member(first_name="Ana", last_name="Peeters")
    operator = await create(service, person, name="Houtimport BV", country="NL")
    application = Application("buyer", "", "we import", as_agent=True)

    first = await act(
        service, use_cases.request_role, person, kind=Kind.IMPORTER, body_id=operator.id, application=application,
        support_mailbox=SUPPORT_MAILBOX,
    )  # fmt: skip
    support, _ = await member(support=True)
    await decide(service, support, first)
    await ask(service, person, Kind.CUSTOMS, (await authority(service, "customs", "BE")).id)

    written, additional = await told(service, "role-request-written", person.account_id)
    competent = await authority(service, "msca", "NL")
    assert (written["email"], written["to"], written["copy_to"]) == (email, SUPPORT_MAILBOX, competent.mailbox)
    assert written["role_id"] == str(first.id)
    assert "Role request" in written["subject"]
    assert "FLEGT timber importer" in written["subject"]
    for part in ("Ana", "Peeters", "Houtimport BV", "agent"):
        assert part in written["body"]
    assert additional["subject"].startswith("Additional role request")
    assert "Customs Office" in additional["subject"]
    assert additional["copy_to"] == (await authority(service, "msca", "BE")).mailbox

    requested, second = await told(service, "role-requested", person.account_id)
    assert (requested["additional"], requested["as_agent"]) == (False, True)
    assert (second["additional"], second["as_agent"]) == (True, False)
    own = await act(service, use_cases.list_own_roles, person)
    assert [role.mail.subject for role in own] == [additional["subject"], written["subject"]]


async def test_a_withdrawal_is_told(service: Identity, member: Member) -> None:
    person, _ = await member()
    role = await ask(service, person, Kind.CUSTOMS, (await authority(service, "customs", "BE")).id)
    await act(service, use_cases.withdraw_request, person, role.id)

    (fact,) = await told(service, "role-withdrawn", person.account_id)
    assert (fact["role"]["role_id"], fact["role"]["version"]) == (str(role.id), 2)


async def test_nobody_floods_those_who_decide(service: Identity, member: Member, clock: Clock) -> None:
    person, _ = await member()
    operators = [(await create(service, person)).id for _ in range(OPEN_REQUESTS + 1)]
    asked = [await ask(service, person, Kind.IMPORTER, operator) for operator in operators[:OPEN_REQUESTS]]
    with pytest.raises(WrongState) as refused:
        await ask(service, person, Kind.IMPORTER, operators[-1])
    assert refused.value.code == "too_many_open"

    for _ in range(REQUESTS_PER_DAY - OPEN_REQUESTS):
        await act(service, use_cases.withdraw_request, person, asked.pop(0).id)
        asked.append(await ask(service, person, Kind.IMPORTER, operators[-1]))
        operators.append(operators.pop(0))
    await act(service, use_cases.withdraw_request, person, asked.pop(0).id)
    with pytest.raises(TooMany) as too_many:
        await ask(service, person, Kind.IMPORTER, operators[-1])
    assert 0 < too_many.value.retry_after <= 24 * 3600 + 1

    clock.forward(seconds=too_many.value.retry_after)
    assert await ask(service, person, Kind.IMPORTER, operators[-1])


async def test_suspended_and_resumed_with_its_reason(service: Identity, member: Member) -> None:
    support, person = (await member(support=True))[0], (await member())[0]
    role = await decide(service, support, await ask(service, person, Kind.IMPORTER, (await create(service, person)).id))

    suspended = await act(service, use_cases.suspend_role, support, role.id, reason="we look into it", version=2)
    assert await service.roles_of(person.account_id) == ()
    with pytest.raises(Stale):
        await act(service, use_cases.resume_role, support, role.id, version=2)
    await act(service, use_cases.resume_role, support, role.id, reason="all is well", version=suspended.version)

    assert len(await service.roles_of(person.account_id)) == 1
    (first,) = await told(service, "role-suspended", person.account_id)
    (second,) = await told(service, "role-changed", person.account_id)
    assert (first["reason"], second["change"], second["reason"]) == ("we look into it", "resumed", "all is well")


async def test_a_role_stops_at_its_end_and_that_is_told_once_by_several_replicas(
    service: Identity, member: Member, clock: Clock
) -> None:
    support, person = (await member(support=True))[0], (await member())[0]
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person)).id)
    await decide(service, support, role, terms=Terms(clock() + timedelta(days=2)))
    clock.forward(days=1)
    await service.look_after_roles()
    assert len(await service.roles_of(person.account_id)) == 1

    clock.forward(days=1)
    assert await service.roles_of(person.account_id) == (), "not a moment longer, whatever the round does"
    await asyncio.gather(*(service.look_after_roles() for _ in range(4)))
    await service.look_after_roles()

    (fact,) = await told(service, "role-ended", person.account_id)
    assert fact["role"]["version"] == 3
    assert await ask(service, person, Kind.IMPORTER, role.body_id), "it can be asked for again"


async def test_who_decides_is_reminded_once_in_each_period_by_several_replicas(
    service: Identity, member: Member, clock: Clock
) -> None:
    person, _ = await member()
    await ask(service, person, Kind.CUSTOMS, (await authority(service, "customs", "IT")).id)
    clock.forward(days=2)
    await service.look_after_roles()
    assert await waiting_facts(service, person.account_id) == 0

    clock.forward(days=1)
    await asyncio.gather(*(service.look_after_roles() for _ in range(4)))
    assert await waiting_facts(service, person.account_id) == 1
    clock.forward(days=2)
    await service.look_after_roles()
    assert await waiting_facts(service, person.account_id) == 1
    clock.forward(days=1)
    await service.look_after_roles()
    assert await waiting_facts(service, person.account_id) == 2
    (own,) = await act(service, use_cases.list_own_roles, person)
    await act(service, use_cases.withdraw_request, person, own.id)
    clock.forward(days=3)
    await service.look_after_roles()
    assert await waiting_facts(service, person.account_id) == 2, "nobody has to decide it any more"


async def test_after_a_year_somebody_confirms_or_it_stays_on_the_list(
    service: Identity, member: Member, clock: Clock
) -> None:
    support, person = (await member(support=True))[0], (await member())[0]
    role = await decide(service, support, await ask(service, person, Kind.IMPORTER, (await create(service, person)).id))

    async def is_due(by: Person) -> bool:
        found, _ = await act(service, use_cases.list_due, by, Filter(text="Timber"), days=365, cursor=None, limit=200)
        return role.id in {due.request.role.id for due in found}

    assert not await is_due(support)
    clock.forward(days=366)
    assert await is_due(support)
    (confirmed,) = await act(service, use_cases.recertify, support, [role.id])
    assert confirmed.recertified_at == clock()
    assert not await is_due(support)
    assert [fact["change"] for fact in await told(service, "role-changed", person.account_id)] == ["recertified"]
    clock.forward(days=366)
    assert await is_due(support)
    with pytest.raises(NotYours):
        await act(service, use_cases.list_due, person, Filter(), days=365, cursor=None)
