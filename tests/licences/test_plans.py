"""No statement beside the list reads all of a table, however much is in it. The list has its own in test_list_plans."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.licences.domain.attachments import Attachment
from services.licences.domain.licence import Licence
from services.licences.domain.timeline import Happening
from services.licences.service import Licences
from services.licences.storage import (
    attachments,
    bodies,
    bulk,
    companies,
    electronic,
    former_people,
    licences,
    saved_searches,
    timeline,
)
from shared.contracts.validation import CaseEvent, CaseTaken
from shared.person import Person
from shared.testing.plans import Explaining
from tests.licences.following import fact
from tests.licences.many_licences import fill
from tests.licences.stage import NOW, a_submitted_licence, an_importer, numbered

LICENCES = 4_000
MANY = 6_000
TABLES = (
    "licence", "licence_event", "attachment", "operator", "authority", "electronic_licence", "electronic_attachment",
    "electronic_notice", "claim_attempt", "bulk_upload", "bulk_entry", "saved_search",
)  # fmt: skip
FULL = [
    "INSERT INTO licence_event (licence_id, version, what, at, by, text, by_id)"
    " SELECT id, v, 'created', modified_at, 'A', '', requester_id FROM licence, generate_series(1, 2) AS v"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO attachment (id, licence_id, box, name, media_type, size, sha256, pages, added_at)"
    " SELECT gen_random_uuid(), id, 2, 'a', 'image/png', 1, repeat('0', 64), 1, modified_at FROM licence",
    "INSERT INTO operator (id, version, name, eori, country)"
    " SELECT gen_random_uuid(), 1, 'Company ' || n, 'BE' || n, chr(65 + n % 9) || 'E'"
    f" FROM generate_series(1, {5 * MANY}) n",
    "INSERT INTO authority (id, version, kind, name, country, office)"
    " SELECT gen_random_uuid(), 1, CASE WHEN n % 40 = 0 THEN 'issuer' WHEN n % 40 = 1 THEN 'msca' ELSE 'customs' END,"
    f" 'Body ' || n, chr(65 + n % 9) || 'E', 'BE' || lpad(n::text, 6, '0') FROM generate_series(1, {MANY}) n",
    "INSERT INTO electronic_licence (id, version, authority_id, authority_name, vpa_country, licence_number, boxes,"
    " posted_at, modified_at) SELECT gen_random_uuid(), 1, md5((n % 7)::text)::uuid, 'A', 'ID', 'X' || n, '{}',"
    f" now(), now() FROM generate_series(1, {MANY}) n",
    "INSERT INTO electronic_attachment (id, electronic_id, box, name, media_type, size, sha256, pages, added_at)"
    " SELECT gen_random_uuid(), id, 2, 'a', 'image/png', 1, repeat('0', 64), 1, now() FROM electronic_licence",
    "INSERT INTO electronic_notice (electronic_id, version, kind, day, reason, told_at)"
    " SELECT id, 1, 'withdrawn', current_date, '', now() FROM electronic_licence",
    "INSERT INTO claim_attempt (id, account_id, operator_id, at) SELECT gen_random_uuid(), gen_random_uuid(),"
    f" gen_random_uuid(), $1::timestamptz - n * interval '1 second' FROM generate_series(1, {MANY}) n",
    "INSERT INTO bulk_upload (id, operator_id, account_id, account_name, file_name, licences, sent_at, finished_at)"
    " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'A', 'a', 1, now(),"
    f" CASE WHEN n % 500 > 0 THEN now() END FROM generate_series(1, {MANY}) n",
    "INSERT INTO bulk_entry (upload_id, position, rows, licence_number, is_table, outcome)"
    " SELECT id, n, '{}', 'X', true, 'entered' FROM bulk_upload, generate_series(1, 3) n",
    "INSERT INTO saved_search (id, account_id, name, query, saved_at)"
    f" SELECT gen_random_uuid(), gen_random_uuid(), 'A', '', now() FROM generate_series(1, {MANY})",
]


@pytest.fixture(scope="module")
async def full(service_of_module: Licences, database_url: str) -> tuple[Licence, Person]:
    """Much of everything; returns a licence handed in, and its importer."""
    await fill(database_url, LICENCES, now=NOW)
    importer = await an_importer(service_of_module)
    licence = await a_submitted_licence(service_of_module, importer, numbered(1))
    async with service_of_module.work() as work:
        for sql in FULL:
            await work.db.execute(sql, *([NOW] if "$1" in sql else []))
    async with service_of_module.work() as work:
        await work.db.execute(f"ANALYZE {', '.join(TABLES)}")
    return licence, importer


@pytest.fixture(scope="module")
def service_of_module(app: Any) -> Licences:
    service: Licences = app.state.service
    return service


NOBODY = UUID(int=0)


def another(file: Attachment) -> Attachment:
    return replace(file, id=uuid4())


A_COMPANY = UUID("00000000-0000-4000-8000-000000000001")
TAKEN = Happening("taken", NOW, "CA")


def a_later_fact(licence: Licence) -> CaseEvent:
    return fact(licence, CaseTaken, 9, "submitted", officer_id=NOBODY)


Ask = Callable[[Any, Licence, Person], Awaitable[Any]]
ASKED: Sequence[tuple[str, Ask]] = [
    ("licence_pkey", lambda db, one, _: licences.load(db, one.id)),
    ("licence_number_once", lambda db, one, _: licences.lock(db, one.id)),
    ("attachment_licence", lambda db, one, _: licences.load(db, one.id)),
    ("licence_pkey", lambda db, one, _: licences.boxes_handed_in(db, one.id)),
    ("licence_pkey", lambda db, one, _: licences.note_changed_files(db, one.id, 2)),
    ("licence_pkey", lambda db, one, _: licences.save_boxes(db, one)),
    ("licence_pkey", lambda db, one, _: licences.save_answers(db, one)),
    ("licence_pkey", lambda db, one, by: licences.submit(db, replace(one, version=7), by=by)),
    ("licence_event", lambda db, one, _: timeline.timeline(db, one.id)),
    ("licence_event", lambda db, one, _: timeline.mark(db, one.id)),
    ("licence_event", lambda db, one, by: timeline.say(db, one.id, "said", at=NOW, by=by, text="")),
    ("licence_pkey", lambda db, one, _: timeline.follow(db, a_later_fact(one), TAKEN)),
    ("licence_pkey", lambda db, one, _: timeline.amend(db, one.id, version=9, boxes=one.boxes)),
    ("attachment_pkey", lambda db, one, _: attachments.turn(db, one.attachments[0].id, 90)),
    ("attachment_pkey", lambda db, one, _: attachments.put_in_order(db, [one.attachments[0].id])),
    (
        "attachment_licence",
        lambda db, one, _: attachments.add(db, one.id, replace(one.attachments[0], id=uuid4()), at=NOW),
    ),
    ("attachment_pkey", lambda db, _one, _by: attachments.remove(db, uuid4())),
    ("licence_requester", lambda db, _one, by: former_people.rename(db, by.account_id, "Former person")),
    ("licence_event_by", lambda db, _one, by: former_people.rename(db, by.account_id, "Former person")),
    ("bulk_upload_account", lambda db, _one, by: former_people.rename(db, by.account_id, "Former person")),
    ("operator_pkey", lambda db, one, _: bodies.operator(db, one.operator.id)),
    ("authority_competent", lambda db, _one, _by: bodies.competent_authority(db, "BE")),
    ("authority_customs", lambda db, _one, _by: bodies.customs_offices(db, "BE")),
    ("authority_issuer", lambda db, _one, _by: bodies.issuers(db)),
    ("authority_office", lambda db, _one, _by: bodies.told_about(db, office="BE000017", issuer="Body 40")),
    ("operator_search", lambda db, _one, _by: companies.find_companies(db, "BE", "2777", limit=20)),
    ("bulk_upload", lambda db, one, _: bulk.unfinished(db, one.operator.id)),
    ("bulk_upload_pkey", lambda db, _one, _by: bulk.load(db, NOBODY)),
    ("bulk_upload_list", lambda db, one, _: bulk.of_companies(db, [one.operator.id], after=None, limit=20)),
    ("bulk_upload_list", lambda db, one, _: bulk.of_companies(db, [one.operator.id], after=one.id, limit=20)),
    ("bulk_entry_pkey", lambda db, _one, _by: bulk.outcomes(db, NOBODY, only="refused", limit=50)),
    ("bulk_upload_waiting", lambda db, _one, _by: bulk.next_job(db)),
    ("bulk_entry", lambda db, _one, _by: bulk.waiting(db, NOBODY, limit=50)),
    ("licence_by_number", lambda db, _one, _by: bulk.licences_of(db, A_COMPANY, ["A", "B"])),
    ("electronic_licence_pkey", lambda db, _one, _by: electronic.load(db, NOBODY)),
    ("electronic_licence_number", lambda db, _one, _by: electronic.lock_number(db, "ID", "X777")),
    (
        "electronic_licence_list",
        lambda db, _one, _by: electronic.of_authority(db, SENDER, number="", after=None, limit=50),
    ),
    (
        "electronic_licence_list",
        lambda db, one, _: electronic.of_authority(db, SENDER, number="", after=one.id, limit=50),
    ),
    (
        "electronic_licence_sent",
        lambda db, _one, _by: electronic.of_authority(db, SENDER, number="X8", after=None, limit=50),
    ),
    ("claim_attempt", lambda db, one, by: electronic.attempts(db, by.account_id, one.operator.id, since=NOW)),
    ("claim_attempt_at", lambda db, _one, _by: electronic.forget_attempt(db, NOBODY, before=NOW - timedelta(days=1))),
    ("saved_search_name", lambda db, _one, by: saved_searches.of_person(db, by.account_id)),
    ("saved_search_name", lambda db, _one, by: saved_searches.delete_all(db, by.account_id)),
    ("saved_search", lambda db, _one, by: saved_searches.rename(db, by.account_id, NOBODY, "B")),
    ("licence_pkey", lambda db, one, _: licences.delete(db, one.id)),
]
SENDER = UUID("cfcd2084-95d5-65ef-66e7-dff9f98764da")
"""Sent a seventh of the electronic licences: its id is the MD5 of 0."""


@pytest.mark.parametrize(("index", "ask"), ASKED, ids=[f"{place}-{index}" for place, (index, _ask) in enumerate(ASKED)])
async def test_a_statement_reads_along_an_index(
    service: Licences, full: tuple[Licence, Person], index: str, ask: Ask
) -> None:
    licence, importer = full
    async with service.work() as work:
        known = await licences.load(work.db, licence.id)
        assert known is not None
        explaining = Explaining(work.db)
        with suppress(Undone):
            async with work.db.transaction():
                await ask(explaining, known, importer)
                raise Undone
    assert any(f" {index}" in plan for plan in explaining.plans), explaining.plans
    for plan in explaining.plans:
        assert not [table for table in TABLES if f"Seq Scan on {table} " in plan], plan


class Undone(Exception):
    """Takes back what a statement did, so that the next one finds the same."""
