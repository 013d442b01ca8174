"""Companies changed and closed: by whom, at the same time, and what is kept of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.identity.domain.roles import Kind
from services.identity.service import Identity
from services.identity.storage import changes
from services.identity.storage.operators import Operator
from services.identity.use_cases import operators
from services.identity.use_cases.refusals import EoriTaken
from shared.person import Person, Role
from shared.problems import NotYours, Stale, WrongContent, WrongState
from tests.identity.acts import ask, company, create, decide
from tests.identity.conftest import told

Member = Callable[..., Any]


def administrator(person: Person, operator: Operator, *, country: str = "NL") -> Person:
    """The same person as administrator of this company."""
    role = Role(operator.id, "importer", operator.id, operator.details.name, country, administrator=True)
    return person.with_roles([role])


async def edit(service: Identity, by: Person, operator: Operator, **values: Any) -> Operator:
    async with service.work() as work:
        wanted = replace(operator.details, **values)
        return await operators.edit_operator(work, by, operator.id, wanted, version=operator.version)


async def test_two_who_enter_the_same_number_at_the_same_moment_end_at_one_company(
    service: Identity, member: Member
) -> None:
    people = [(await member())[0] for _ in range(4)]
    outcomes = await asyncio.gather(
        *(create(service, person, eori="PT500000001", name=f"Madeira {n}") for n, person in enumerate(people)),
        return_exceptions=True,
    )

    made = [outcome for outcome in outcomes if isinstance(outcome, Operator)]
    led = [outcome for outcome in outcomes if isinstance(outcome, EoriTaken)]
    assert (len(made), len(led)) == (1, 3)
    assert {taken.operator_id for taken in led} == {made[0].id}
    assert len(await told(service, "operator-registered", made[0].id)) == 1


async def test_a_change_is_kept_with_who_what_and_when_and_told_with_a_higher_version(
    service: Identity, member: Member
) -> None:
    person, _ = await member(first_name="Adele", last_name="Admin")
    operator = await create(service, person, name="Before BV", town="Delft")
    edited = await edit(service, administrator(person, operator), operator, name="After BV", phone="+31 15 1")

    assert (edited.version, edited.details.name) == (2, "After BV")
    async with service.work() as work:
        last, first = await changes.of(work.db, operator.id)
    assert (first.version, first.changes, first.by_name) == (1, {}, "Adele Admin")
    assert last.changes == {"name": ["Before BV", "After BV"], "phone": ["", "+31 15 1"]}
    assert (last.by, last.at) == (person.account_id, service.clock())
    facts = await told(service, "operator-registered", operator.id)
    assert [(fact["version"], fact["name"], fact["closed"]) for fact in facts] == [
        (1, "Before BV", False),
        (2, "After BV", False),
    ]


async def test_saving_without_a_change_changes_and_tells_nothing(service: Identity, member: Member) -> None:
    person, _ = await member()
    operator = await create(service, person)

    assert (await edit(service, administrator(person, operator), operator, town=" Amsterdam ")).version == 1
    assert len(await told(service, "operator-registered", operator.id)) == 1


async def test_the_second_of_two_editors_is_stopped_and_learns_what_the_first_changed(
    service: Identity, member: Member
) -> None:
    person, _ = await member()
    operator = await create(service, person)
    admin = administrator(person, operator)
    await edit(service, admin, operator, town="Delft")

    with pytest.raises(Stale):
        await edit(service, admin, operator, town="Gouda")

    async with service.work() as work:
        (since,) = await operators.changes_since(work, admin, operator.id, operator.version)
        assert since.changes == {"town": ["Amsterdam", "Delft"]}


async def test_of_two_edits_at_the_same_moment_one_is_kept(service: Identity, member: Member) -> None:
    person, _ = await member()
    operator = await create(service, person)
    admin = administrator(person, operator)
    towns = ("Delft", "Gouda", "Leiden")
    outcomes = await asyncio.gather(
        *(edit(service, admin, operator, town=town) for town in towns), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Operator", "Stale", "Stale"]


async def test_only_its_administrators_and_support_change_a_company(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person)
    colleague = person.with_roles([Role(operator.id, "importer", operator.id, "Timber Trade NV", "NL")])
    other = await create(service, person)

    for nobody in (person, colleague, administrator(person, other)):
        with pytest.raises(NotYours):
            await edit(service, nobody, operator, town="Delft")
    assert (await edit(service, support, operator, town="Delft")).details.town == "Delft"


async def test_the_number_and_the_country_are_supports_to_change(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person, eori="DE1111111")
    admin = administrator(person, operator)

    with pytest.raises(WrongContent) as refused:
        await edit(service, admin, operator, eori="DE2222222", country="BE")
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("eori", "support_only"),
        ("country", "support_only"),
    ]
    assert (await edit(service, support, operator, eori="DE2222222")).details.eori == "DE2222222"


async def test_a_number_cannot_be_changed_to_that_of_another_company(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    there = await create(service, person, eori="DE3333333")
    operator = await create(service, person, eori="DE4444444")

    with pytest.raises(EoriTaken) as taken:
        await edit(service, support, operator, eori="DE3333333")
    assert taken.value.operator_id == there.id


async def test_a_confirmed_unusual_number_need_not_be_confirmed_again(service: Identity, member: Member) -> None:
    person, _ = await member()
    async with service.work() as work:
        operator = await operators.create_operator(work, person, company(eori="NLX1"), eori_confirmed=True)

    assert (await edit(service, administrator(person, operator), operator, town="Delft")).version == 2


async def test_roles_follow_the_new_name_of_their_company(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person, name="Old name")
    await decide(service, support, await ask(service, person, Kind.IMPORTER, operator.id))
    await edit(service, support, operator, name="New name")

    assert [role.body_name for role in await service.roles_of(person.account_id)] == ["New name"]


async def test_a_closed_company_can_be_read_but_not_asked_for_until_it_is_opened_again(
    service: Identity, member: Member
) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    operator = await create(service, person)

    async with service.work() as work:
        with pytest.raises(WrongContent):
            await operators.close_operator(work, support, operator.id, reason=" ", version=1)
        with pytest.raises(NotYours):
            await operators.close_operator(work, administrator(person, operator), operator.id, reason="no", version=1)
        await operators.close_operator(work, support, operator.id, reason="Entered twice", version=1)
    with pytest.raises(WrongContent):
        await ask(service, person, Kind.IMPORTER, operator.id)
    async with service.work() as work:
        with pytest.raises(WrongState):
            await operators.close_operator(work, support, operator.id, reason="Again", version=2)
        view = await operators.read_operator(work, person, operator.id)
        assert view.operator.closed_reason == "Entered twice"
        await operators.reopen_operator(work, support, operator.id, version=2)
    await ask(service, person, Kind.IMPORTER, operator.id)

    facts = await told(service, "operator-registered", operator.id)
    assert [(fact["version"], fact["closed"]) for fact in facts] == [(1, False), (2, True), (3, False)]


async def test_people_and_history_are_for_those_who_belong_there(service: Identity, member: Member) -> None:
    person, _ = await member()
    support, _ = await member(support=True)
    stranger, _ = await member()
    operator = await create(service, person)
    await decide(service, support, await ask(service, person, Kind.IMPORTER, operator.id))
    own = person.with_roles(await service.roles_of(person.account_id))
    officers = {c: stranger.with_roles([Role(operator.id, "msca", operator.id, "MSCA", c)]) for c in ("NL", "BE")}

    async def sees(somebody: Person) -> bool:
        async with service.work() as work:
            view = await operators.read_operator(work, somebody, operator.id)
            assert (view.people is None) == (view.history is None)
            return bool(view.people)

    assert [await sees(one) for one in (own, support, officers["NL"], officers["BE"], stranger)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    async with service.work() as work:
        rows = await work.db.fetch(
            "SELECT account_id FROM audit WHERE act = 'people_read' AND subject_id = $1", operator.id
        )
    assert [row["account_id"] for row in rows] == [stranger.account_id]
