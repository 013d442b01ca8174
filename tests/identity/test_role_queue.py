"""Requests as those who decide find and read them, on a real database."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.identity.domain.roles import Decider, Kind
from services.identity.service import Identity
from services.identity.storage import role_queue
from services.identity.storage.role_queue import Filter
from services.identity.use_cases import roles as use_cases
from shared.problems import WrongContent
from tests.identity.acts import ask, create
from tests.identity.conftest import Clock
from tests.identity.role_acts import Member, act, officer


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
