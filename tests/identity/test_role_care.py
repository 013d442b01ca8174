"""Roles after and around their decision, on a real database: the mail, limits, terms, reminders, confirming, giving."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.identity.domain.roles import OPEN_REQUESTS, REQUESTS_PER_DAY, Application, Decider, Kind, Role, Terms
from services.identity.service import Identity
from services.identity.storage import role_queue
from services.identity.storage.role_queue import Filter
from services.identity.use_cases import roles as use_cases
from services.identity.use_cases.roles import Scope
from shared.person import Person
from shared.problems import NotYours, Stale, TooMany, Unknown, WrongContent, WrongState
from tests.identity.acts import SUPPORT_MAILBOX, ask, authority, create, decide
from tests.identity.conftest import Clock, told

Member = Callable[..., Any]


async def with_roles(service: Identity, person: Person) -> Person:
    return person.with_roles(await service.roles_of(person.account_id))


async def officer(service: Identity, member: Member, country: str, *, administrator: bool = False) -> Person:
    """Somebody who works in the competent authority of a country."""
    support, person = (await member(support=True))[0], (await member())[0]
    role = await ask(service, person, Kind.MSCA, (await authority(service, "msca", country)).id)
    await decide(service, support, role, terms=Terms(administrator=administrator))
    return await with_roles(service, person)


async def act(service: Identity, use_case: Any, *args: Any, **values: Any) -> Any:
    async with service.work() as work:
        return await use_case(work, *args, **values)


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


async def test_reading_a_request_is_recorded_but_not_part_of_its_history(service: Identity, member: Member) -> None:
    dutch = await officer(service, member, "NL")
    person, _ = await member()
    role = await ask(service, person, Kind.IMPORTER, (await create(service, person, country="NL")).id)

    view = await act(service, use_cases.read_request, dutch, role.id)
    view = await act(service, use_cases.read_request, dutch, role.id)

    assert view.company.details.country == "NL"
    assert (view.may_decide, view.may_appoint, view.is_own) == (True, False, False)
    assert [one.act for one in view.history] == ["role_requested"]
    async with service.work() as work:
        reads = await work.db.fetch(
            "SELECT account_id FROM audit WHERE act = 'role_request_read' AND subject_id = $1", person.account_id
        )
    assert [row["account_id"] for row in reads] == [dutch.account_id] * 2


async def test_requests_are_found_by_person_company_and_body(service: Identity, member: Member) -> None:
    support = (await member(support=True))[0]
    person, email = await member(first_name="Zoë", last_name="Ångström-Łukasz")
    operator = await create(service, person, name="Ébène & Wengé S.A.")
    role = await ask(service, person, Kind.IMPORTER, operator.id)

    for words in ("zoe", "angstrom", "lukasz", "ebene wenge", "WENG", email.split("@")[0]):
        found, _ = await act(service, use_cases.find_requests, support, Filter(text=words), cursor=None)
        assert role.id in {one.role.id for one in found}, words
    for wanted in (Filter(text="nothing like it"), Filter(kind="msca"), Filter(country="FR")):
        found, _ = await act(service, use_cases.find_requests, support, wanted, cursor=None, limit=200)
        assert role.id not in {one.role.id for one in found}
    found, _ = await act(service, use_cases.find_requests, support, Filter(body_id=operator.id), cursor=None)
    assert [one.role.id for one in found] == [role.id]


@pytest.mark.parametrize("cursor", ["WzEsMl0", "WyJhIiwiYiJd", "not a cursor"])
async def test_a_cursor_that_is_none_of_ours_is_refused(service: Identity, member: Member, cursor: str) -> None:
    support = (await member(support=True))[0]
    with pytest.raises(WrongContent):
        await act(service, use_cases.find_requests, support, Filter(), cursor=cursor)


MANY = """
INSERT INTO account (id, version, email, email_key, first_name, last_name, password_hash, language, time_zone,
                     privacy_version, privacy_accepted_at, created_at, confirmed_at)
SELECT gen_random_uuid(), 1, 'p' || n || '@many.example', 'p' || n || '@many.example', 'First' || n, 'Last' || n, '',
       'en', 'Europe/Brussels', '1', now(), now(), now() FROM generate_series(1, 20000) n;
INSERT INTO role (id, version, account_id, kind, body_id, body_name, country, status, requested_at, function, phone,
                  reason, as_agent, decision_reason, decided_at)
SELECT gen_random_uuid(), 1, id, 'importer', gen_random_uuid(), 'Company ' || substr(email, 2, 4),
       (ARRAY['BE', 'NL', 'FR', 'DE'])[1 + (random() * 3)::int],
       CASE WHEN random() < 0.3 THEN 'requested' ELSE 'granted' END,
       now() - random() * interval '900 days', '', '', '', false, '', now() - random() * interval '900 days'
FROM account WHERE email LIKE '%@many.example';
ANALYZE account; ANALYZE role;
"""


async def test_the_lists_are_read_along_an_index(service: Identity, clock: Clock) -> None:
    me = Decider(uuid4(), support=True)
    theirs = Decider(uuid4(), country="BE")
    chief = Decider(uuid4(), administers=frozenset({uuid4()}))
    before = clock() - timedelta(days=365)
    queue, due = role_queue.queue_statement, role_queue.due_statement
    statements = {
        "all": queue(me, Filter(), behind=None, limit=51),
        "of a country": queue(theirs, Filter(), behind=None, limit=51),
        "of a body": queue(chief, Filter(), behind=None, limit=51),
        "second page": queue(me, Filter(), behind=["2026-01-01T00:00:00+00:00", str(uuid4())], limit=51),
        "by words": queue(me, Filter(text="First77"), behind=None, limit=51),
        "due": due(me, Filter(), before=before, behind=None, limit=51),
        "due in a country": due(theirs, Filter(), before=before, behind=None, limit=51),
    }
    async with service.work() as work:
        await work.db.execute(MANY)
        for name, (sql, values) in statements.items():
            plan = "\n".join(row[0] for row in await work.db.fetch(f"EXPLAIN {sql}", *values))
            assert ("role_search" if name == "by words" else "Index") in plan, f"{name}: {plan}"
            assert name == "by words" or "Seq Scan on role" not in plan, f"{name}: {plan}"
        await work.db.execute(
            "DELETE FROM role WHERE account_id IN (SELECT id FROM account WHERE email LIKE '%@many.example')"
        )
        await work.db.execute("DELETE FROM account WHERE email LIKE '%@many.example'")
