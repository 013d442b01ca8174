"""Somebody deleted the account: the licences stay with the company, under a pseudonym."""

from services.licences import use_cases
from services.licences.service import Licences
from shared.contracts.identity import AccountDeleted
from tests.licences.stage import a_submitted_licence, an_importer, numbered
from tests.licences.test_consumers import hear, record

PSEUDONYM = "Former user 4F7A21"


async def test_a_pseudonym_takes_the_place_of_the_name_in_licence_timeline_and_kept_facts(service: Licences) -> None:
    leaving, staying = await an_importer(service), await an_importer(service)
    theirs = await a_submitted_licence(service, leaving, boxes=numbered(77001))
    others = await a_submitted_licence(service, staying, boxes=numbered(77002))

    event = AccountDeleted(account_id=leaving.account_id, version=9, pseudonym=PSEUDONYM)
    await hear(service, record(event))

    async with service.work() as work:
        view = await use_cases.read_licence(work, leaving, theirs.id)
        other = await use_cases.read_licence(work, staying, others.id)
        kept = await work.db.fetch("SELECT payload FROM outbox WHERE key = $1", str(theirs.id).encode())
    assert view.licence.requester.name == PSEUDONYM
    assert {happening.by for happening in view.timeline} == {PSEUDONYM}
    assert [PSEUDONYM in row["payload"].decode() for row in kept] == [True]
    assert leaving.name not in str([row["payload"] for row in kept])
    assert other.licence.requester.name == staying.name
