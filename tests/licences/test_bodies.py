"""Customs offices and issuing authorities, as identity corrects them."""

from uuid import uuid4

from services.licences import use_cases
from services.licences.domain.form import Party
from services.licences.domain.licence import Answers
from services.licences.domain.reading import read_boxes
from services.licences.service import Licences
from shared.contracts.identity import AuthorityRegistered
from shared.person import Person
from shared.problems import WrongContent
from tests.licences.stage import ARRIVAL, a_draft, numbered, paper
from tests.licences.test_consumers import hear, record


async def tell(service: Licences, kind: str, name: str, *, office: str | None = None, closed: bool = False) -> None:
    country = office[:2] if office else "GH"
    fact = AuthorityRegistered(
        authority_id=uuid4(), version=1, kind=kind, name=name, country=country, office=office, closed=closed
    )
    await hear(service, record(fact))


async def hand_in(service: Licences, importer: Person, office: str, serial: int) -> list[str]:
    """The codes of what is wrong."""
    draft = await a_draft(service, importer, numbered(serial))
    try:
        async with service.work() as work:
            answers = Answers(point_of_entry=office, arrival=ARRIVAL)
            await use_cases.submit_licence(work, importer, draft.id, answers=answers)
    except WrongContent as wrong:
        return [error.code for error in wrong.errors]
    return []


async def test_until_identity_tells_of_offices_the_packaged_ones_can_be_chosen(
    service: Licences, importer: Person
) -> None:
    async with service.work() as work:
        assert "BE101000" in [office.id for office in await use_cases.offices_of(work, "BE")]
    assert await hand_in(service, importer, "BE101000", 951) == []


async def test_a_closed_office_cannot_be_the_point_of_entry_any_more(service: Licences, importer: Person) -> None:
    await tell(service, "customs", "ZEEBRUGGE", office="BE343000", closed=True)

    async with service.work() as work:
        assert "BE343000" not in [office.id for office in await use_cases.offices_of(work, "BE")]
        assert await use_cases.office_named(work, "BE343000") is None
    assert await hand_in(service, importer, "BE343000", 952) == ["point_of_entry_unknown"]


async def test_a_new_office_can_be_the_point_of_entry(service: Licences, importer: Person) -> None:
    assert await hand_in(service, importer, "BE999999", 953) == ["point_of_entry_unknown"]

    await tell(service, "customs", "NEW QUAY", office="BE999999")

    async with service.work() as work:
        assert ("BE999999", "NEW QUAY") in [(o.id, o.name) for o in await use_cases.offices_of(work, "BE")]
    assert await hand_in(service, importer, "BE999999", 953) == []


async def test_issuing_authorities_are_those_that_identity_tells_of(service: Licences, importer: Person) -> None:
    await tell(service, "issuer", "New Forest Authority")
    await tell(service, "issuer", "Old Forest Authority", closed=True)

    async with service.work() as work:
        known = await use_cases.choices_of(work)
        boxes = read_boxes(paper(issuing_authority={"name": "new forest authority"}))[0]
        draft = await use_cases.create_draft(work, importer, boxes=boxes)

    assert [issuer.name for issuer in known.of("GH")] == ["New Forest Authority"]
    assert len(known.of("ID")) > 3
    assert draft.boxes.issuing_authority == Party("New Forest Authority", "", "GH")
