"""Finding people, and the record of what was done, on a real database."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.identity.domain.roles import Kind
from services.identity.pages.act_words import ACTS
from services.identity.service import Identity
from services.identity.storage import audit as storage
from services.identity.storage import people as people_storage
from services.identity.storage.audit import Wanted
from services.identity.use_cases import audit, people, sessions
from services.identity.use_cases.sessions import SignIn
from shared.person import Person
from shared.problems import NotYours, Unknown
from shared.testing.forms import visit
from tests.identity.acts import ask, create, decide, sign_in
from tests.identity.conftest import Clock
from tests.identity.test_pages import sign_in as enter

Member = Callable[..., Any]


async def names(service: Identity, by: Person, text: str) -> list[str]:
    async with service.work() as work:
        found, _ = await people.find_people(work, by, text, cursor=None)
    return [f"{one.first_name} {one.last_name}" for one in found]


async def administrator(service: Identity, member: Member, support: Person) -> tuple[Person, Any]:
    """Somebody who looks after the people of a company of their own."""
    person, _ = await member()
    operator = await create(service, person)
    role = await ask(service, person, Kind.IMPORTER, operator.id)
    await decide(service, support, role)
    async with service.work() as work:
        await work.db.execute("UPDATE role SET administrator = true WHERE id = $1", role.id)
    return person.with_roles(await service.roles_of(person.account_id)), operator


@pytest.mark.parametrize("typed", ["łukasik", "LUKA zofi", "zofia.l", "zofia.l@wood", "Zofia  Łukasik"])
async def test_people_are_found_by_beginnings_of_names_and_address_without_accents(
    service: Identity, member: Member, typed: str
) -> None:
    support, _ = await member(support=True)
    if not await names(service, support, "Łukasik"):
        await member(first_name="Zofia", last_name="Łukasik", email="zofia.l@woodworks.example")

    assert await names(service, support, typed) == ["Zofia Łukasik"]


async def test_people_are_paged_by_name_without_gap_or_repetition(service: Identity, member: Member) -> None:
    support, _ = await member(support=True)
    for name in ("Adler", "Åkesson", "Zimmer", "abel", "Adler"):
        await member(first_name="Pageable", last_name=name)
    seen: list[Any] = []
    cursor = None
    async with service.work() as work:
        while True:
            found, cursor = await people.find_people(work, support, "pageable", cursor=cursor, limit=2)
            seen += found
            if cursor is None:
                break

    assert len({one.id for one in seen}) == len(seen) == 5
    assert [one.key for one in seen] == sorted(one.key for one in seen)


async def test_an_administrator_sees_the_people_of_the_own_company_alone(service: Identity, member: Member) -> None:
    support, _ = await member(support=True)
    boss, operator = await administrator(service, member, support)
    colleague, _ = await member(first_name="Colleague")
    await decide(service, support, await ask(service, colleague, Kind.IMPORTER, operator.id))
    stranger, _ = await member()

    assert set(await names(service, boss, "")) == {"Ines Importer", "Colleague Importer"}
    assert await names(service, boss, "coll") == ["Colleague Importer"]
    async with service.work() as work:
        view = await people.read_person(work, boss, colleague.account_id)
        assert [role.body_id for role in view.roles] == [operator.id]
        assert (view.sessions, view.acts) == ([], [])
        with pytest.raises(Unknown):
            await people.read_person(work, boss, stranger.account_id)
        with pytest.raises(NotYours):
            await people.end_sessions_of(work, boss, colleague.account_id)
        with pytest.raises(NotYours):
            await people.find_people(work, colleague, "", cursor=None)


async def test_looking_at_somebody_is_recorded_once_in_a_while_and_seen_by_that_person(
    service: Identity, member: Member, clock: Clock
) -> None:
    support, _ = await member(support=True)
    person, _ = await member()
    for _ in range(3):
        async with service.work() as work:
            await people.read_person(work, support, person.account_id)
    clock.forward(minutes=11)
    async with service.work() as work:
        await people.read_person(work, support, person.account_id)
        own, _ = await audit.list_own_acts(work, person)

    looks = [entry for entry in own if entry.act == "person_read"]
    assert [(entry.by, entry.by_name) for entry in looks] == [(support.account_id, support.name)] * 2


async def test_support_ends_all_sessions_of_somebody(service: Identity, member: Member) -> None:
    support, _ = await member(support=True)
    person, email = await member()
    signed_in = await sign_in(service, email)
    assert isinstance(signed_in, SignIn)
    async with service.work() as work:
        await people.end_sessions_of(work, support, person.account_id)
        assert await sessions.renew(work, signed_in.secret) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit WHERE id = (SELECT id FROM audit LIMIT 1)",
        "UPDATE audit SET act = 'nothing' WHERE id = (SELECT id FROM audit LIMIT 1)",
        "UPDATE audit SET address = '192.0.2.9' WHERE id = (SELECT id FROM audit LIMIT 1)",
        "TRUNCATE audit",
    ],
)
async def test_what_is_recorded_stays_as_it_is(service: Identity, member: Member, statement: str) -> None:
    await member()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with service.work() as work:
            await work.db.execute(statement)


async def test_acts_are_filtered_by_kind_person_and_time(service: Identity, member: Member, clock: Clock) -> None:
    support, _ = await member(support=True)
    person, email = await member()
    before = clock.now
    clock.forward(days=2)
    await sign_in(service, email)

    async def found(**wanted: Any) -> list[str]:
        async with service.work() as work:
            entries, _ = await audit.find_acts(work, support, Wanted(**wanted), cursor=None)
        return [entry.act for entry in entries]

    assert await found(person=person.account_id) == ["signed_in", "made_by_command"]
    assert await found(person=person.account_id, act="signed_in") == ["signed_in"]
    assert await found(person=person.account_id, until=before + timedelta(days=1)) == ["made_by_command"]
    assert await found(person=person.account_id, since=before + timedelta(days=1)) == ["signed_in"]
    assert await found(person=uuid4()) == []


async def test_acts_are_paged_without_gap_or_repetition_also_those_of_one_moment(
    service: Identity, member: Member
) -> None:
    support, _ = await member(support=True)
    person, email = await member()
    for _ in range(5):
        await sign_in(service, email)
    seen, cursor = [], None
    async with service.work() as work:
        while True:
            page, cursor = await audit.find_acts(
                work, support, Wanted(person=person.account_id), cursor=cursor, limit=2
            )
            seen += page
            if cursor is None:
                break

    assert len({entry.id for entry in seen}) == len(seen) == 6


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(act="signed_in"), Wanted(person=uuid4())])
async def test_the_record_is_read_along_indexes(service: Identity, wanted: Wanted) -> None:
    from shared.database import _dialect

    statement = storage.page_statement(wanted, behind=None, limit=50)
    compiled = statement.compile(dialect=_dialect(), compile_kwargs={"render_postcompile": True})
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    async with service.work() as work:
        await work.db.execute("SET LOCAL enable_seqscan = off")
        await work.db.execute("SET LOCAL enable_sort = off")
        plan = "\n".join(row[0] for row in await work.db.fetch("EXPLAIN " + str(compiled), *values))

    assert "Index Scan Backward using audit_" in plan
    assert "Seq Scan on audit" not in plan


async def test_people_are_sought_along_an_index(service: Identity) -> None:
    async with service.work() as work:
        await work.db.execute("SET LOCAL enable_seqscan = off")
        rows = await work.db.fetch("EXPLAIN " + people_storage._AMONG_FEW, "", uuid4(), 50, "a:*")
    assert "account_search" in "\n".join(row[0] for row in rows)


async def test_support_reads_the_record_in_words_and_takes_it_along(client: httpx.AsyncClient, member: Member) -> None:
    person, _ = await member(last_name="Recorded")
    _, email = await member(support=True)
    await enter(client, email)
    page = await visit(client, (await visit(client, "/identity/people?q=recorded")).link("Recorded, Ines"))
    assert "Account made by command" in page.text
    page = await visit(client, page.link("All of it"))
    assert "Personal data read" in page.text
    page = await page.press("Search", {"act": "made_by_command"})
    assert "Personal data read" not in page.html.find("table").get_text()
    file = await client.get(page.link("Download as CSV"))

    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [(row["act"], row["about"]) for row in rows] == [("made_by_command", str(person.account_id))]


@pytest.mark.parametrize("address", ["?since=yesterday", "?person=Ines"])
async def test_a_filter_that_cannot_be_read_is_pointed_out(
    client: httpx.AsyncClient, member: Member, address: str
) -> None:
    _, email = await member(support=True)
    await enter(client, email)
    page = await visit(client, "/identity/audit" + address)

    assert page.status == 422
    assert len(page.errors) == 1


@pytest.mark.parametrize("address", ["/identity/audit", "/identity/audit/export", "/identity/people"])
async def test_people_and_record_are_closed_to_others(client: httpx.AsyncClient, member: Member, address: str) -> None:
    _, email = await member()
    await enter(client, email)

    assert (await client.get(address)).status_code == 403


async def test_every_act_that_was_recorded_here_has_words(service: Identity) -> None:
    async with service.work() as work:
        recorded = set(await storage.acts(work.db))

    assert recorded
    assert recorded - set(ACTS) == set()
