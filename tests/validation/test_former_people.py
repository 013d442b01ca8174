"""Somebody deleted the account: a pseudonym stands where the name was, whatever is heard first."""

from uuid import UUID, uuid4

from services.validation import use_cases
from services.validation.service import Validation
from shared.contracts.identity import AccountDeleted
from shared.contracts.licence import Licence, Requester
from shared.contracts.licences import LicenceSubmitted
from tests.validation.conftest import People
from tests.validation.examples import licence
from tests.validation.test_consumers import message

PSEUDONYM = "Former user 4F7A21"


def entered_by(who: UUID, name: str) -> Licence:
    return licence(point_of_entry="BE101000", requester=Requester(account_id=who, name=name))


def deleted(who: UUID) -> AccountDeleted:
    return AccountDeleted(account_id=who, version=9, pseudonym=PSEUDONYM)


async def everything(service: Validation, licence_id: UUID) -> str:
    async with service.work() as work:
        tables = ("licence_case", "case_act", "case_amendment")
        return str(
            [
                dict(row)
                for table in tables
                for row in await work.db.fetch(f"SELECT * FROM {table} WHERE licence_id = $1", licence_id)
            ]
        )


async def test_a_requester_who_left_stands_under_a_pseudonym(service: Validation, people: People) -> None:
    ana = uuid4()
    submitted = entered_by(ana, "Ana Unmistakable")
    await service.hearing.hear([message(LicenceSubmitted(licence=submitted))])
    assert "Unmistakable" in await everything(service, submitted.id)

    await service.hearing.hear([message(deleted(ana))])

    assert "Unmistakable" not in await everything(service, submitted.id)
    async with service.work() as work:
        case = (await use_cases.read_case(work, people.officer, submitted.id)).case
    assert (case.requester_name, case.licence.requester.name) == (PSEUDONYM, PSEUDONYM)
    assert case.requester_id == ana


async def test_a_licence_that_is_heard_after_its_requester_left_brings_no_name(service: Validation) -> None:
    ana = uuid4()
    submitted = entered_by(ana, "Ana Belated")
    await service.hearing.hear([message(deleted(ana))])
    await service.hearing.hear([message(LicenceSubmitted(licence=submitted))])

    known = await everything(service, submitted.id)
    assert "Belated" not in known
    assert PSEUDONYM in known


async def test_an_official_who_left_stands_under_a_pseudonym_in_the_history_and_the_others_keep_their_names(
    service: Validation, people: People
) -> None:
    submitted = entered_by(uuid4(), "Ben Staying")
    await service.hearing.hear([message(LicenceSubmitted(licence=submitted))])
    async with service.work() as work:
        await use_cases.read_case(work, people.officer, submitted.id)
    assert people.officer.name in await everything(service, submitted.id)

    await service.hearing.hear([message(deleted(people.officer.account_id))])

    known = await everything(service, submitted.id)
    assert people.officer.name not in known
    assert PSEUDONYM in known
    assert "Ben Staying" in known
