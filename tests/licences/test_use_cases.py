"""What people can do with licences, on a real database."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from services.licences import use_cases
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Answers, Licence
from services.licences.service import Licences
from shared.person import Person
from shared.problems import NotYours, Stale, Unknown, WrongContent, WrongState
from shared.testing.people import customs_role, importer_role, know, msca_role, person
from tests.licences.stage import ARRIVAL, NOW, a_draft, a_submitted_licence, an_importer, numbered

AT_ANTWERP = Answers(point_of_entry="BE101000", arrival=ARRIVAL)


async def submit(service: Licences, someone: Person, draft: Licence) -> Licence:
    async with service.work() as work:
        return await use_cases.submit_licence(work, someone, draft.id, answers=AT_ANTWERP)


async def told(service: Licences, licence: Licence) -> int:
    async with service.work() as work:
        count: int = await work.db.fetchval("SELECT count(*) FROM outbox WHERE key = $1", str(licence.id).encode())
    return count


async def test_a_draft_of_the_past_can_be_made_for_a_demonstration(service: Licences, importer: Person) -> None:
    then = NOW - timedelta(days=90)

    async with service.work(at=then) as work:
        draft = await use_cases.create_draft(work, importer)

    assert draft.created_at == then
    assert draft.operator.eori == "BE0123456789"


async def test_only_importers_make_drafts_and_only_for_their_own_company(service: Licences, importer: Person) -> None:
    async with service.work() as work:
        with pytest.raises(NotYours):
            await use_cases.create_draft(work, person("Olga Officer", msca_role()))
        with pytest.raises(NotYours):
            await use_cases.create_draft(work, importer, operator_id=uuid4())


async def test_a_company_that_is_still_on_its_way_is_named_as_the_reason(service: Licences) -> None:
    newcomer = person("Nora New", importer_role())

    async with service.work() as work:
        with pytest.raises(WrongState, match="a moment ago"):
            await use_cases.create_draft(work, newcomer)


async def test_the_active_role_says_for_which_company_a_draft_is(service: Licences) -> None:
    first, second = await an_importer(service), await an_importer(service)
    both = person("Ada Agent", *first.roles, *second.roles)
    acting = Person(**{**both.__dict__, "active_role_id": second.roles[0].id})

    async with service.work() as work:
        draft = await use_cases.create_draft(work, acting)

    assert draft.operator.id == second.companies[0]


async def test_colleagues_edit_the_drafts_of_their_company(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer)
    colleague = await an_importer(service, company=importer.companies[0], name="Carl Colleague")

    async with service.work() as work:
        saved = await use_cases.save_draft(work, colleague, draft.id, version=1, boxes=Boxes(licence_number="X"))

    assert (saved.version, saved.requester.name) == (2, "Ines Importer")


async def test_other_companies_authorities_and_customs_do_not_know_of_a_draft(
    service: Licences, importer: Person
) -> None:
    draft = await a_draft(service, importer)

    for stranger in (
        await an_importer(service),
        person("Olga Officer", msca_role("BE")),
        person("Cora Customs", customs_role("BE101000")),
    ):
        async with service.work() as work:
            with pytest.raises(Unknown):
                await use_cases.read_licence(work, stranger, draft.id)
            with pytest.raises(Unknown):
                await use_cases.save_draft(work, stranger, draft.id, version=1, boxes=Boxes())
            with pytest.raises(Unknown):
                await use_cases.submit_licence(work, stranger, draft.id)


async def test_the_authority_sees_a_submitted_licence_and_may_not_change_it(
    service: Licences, importer: Person
) -> None:
    licence = await a_submitted_licence(service, importer, numbered(101))
    officer = person("Olga Officer", msca_role("BE"))

    async with service.work() as work:
        view = await use_cases.read_licence(work, officer, licence.id)
        with pytest.raises(NotYours):
            await use_cases.save_draft(work, officer, licence.id, version=2, boxes=Boxes())
        for other in (person("Nils", msca_role("NL")), person("Cora Customs", customs_role("BE101000"))):
            with pytest.raises(Unknown):
                await use_cases.read_licence(work, other, licence.id)

    assert not view.is_ours


async def test_two_open_tabs_do_not_overwrite_each_other_in_silence(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer)
    async with service.work() as work:
        await use_cases.save_draft(work, importer, draft.id, version=1, boxes=Boxes(licence_number="FIRST"))

    async with service.work() as work:
        with pytest.raises(Stale):
            await use_cases.save_draft(work, importer, draft.id, version=1, boxes=Boxes(licence_number="SECOND"))
        kept = await use_cases.read_draft(work, importer, draft.id)

    assert kept.boxes.licence_number == "FIRST"


async def test_submitting_tells_the_whole_licence_once(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer, numbered(102))

    licence = await submit(service, importer, draft)

    async with service.work() as work:
        (row,) = await work.db.fetch("SELECT * FROM outbox WHERE key = $1", str(licence.id).encode())
    assert row["type"] == "eu.flegt.licences.licence-submitted.v1"
    for part in (b"Teak garden chairs", b"licence.png", b"BE101000", b'"version":2', b'"validation_state":"submitted"'):
        assert part in row["payload"]
    with pytest.raises(WrongState, match="can no longer be changed"):
        await submit(service, importer, draft)
    assert await told(service, licence) == 1


async def test_after_submission_nothing_can_be_changed(service: Licences, importer: Person) -> None:
    licence = await a_submitted_licence(service, importer, numbered(103))

    async with service.work() as work:
        with pytest.raises(WrongState):
            await use_cases.save_draft(work, importer, licence.id, version=2, boxes=Boxes())
        with pytest.raises(WrongState):
            await use_cases.remove_attachment(work, importer, licence.id, uuid4())
        with pytest.raises(WrongState):
            await use_cases.answer(work, importer, licence.id, message="one more thing")
        with pytest.raises(WrongState):
            await use_cases.delete_draft(work, importer, licence.id)


async def test_a_refused_submission_changes_nothing_and_tells_nothing(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer, numbered(104) | {"expiry_date": "2026-11-19"})

    with pytest.raises(WrongContent) as refusal:
        await submit(service, importer, draft)

    assert [(e.code, e.box) for e in refusal.value.errors] == [("expired_at_lodging", 4)]
    async with service.work() as work:
        assert (await use_cases.read_draft(work, importer, draft.id)).is_draft
    assert await told(service, draft) == 0


async def test_a_number_is_handed_in_once_without_saying_by_whom(service: Licences, importer: Person) -> None:
    await a_submitted_licence(service, await an_importer(service), numbered(105))
    draft = await a_draft(service, importer, numbered(105))

    with pytest.raises(WrongContent) as refusal:
        await submit(service, importer, draft)

    (error,) = refusal.value.errors
    assert (error.code, error.box, dict(error.params)) == ("licence_number_taken", 3, {})


async def test_of_two_submissions_of_one_number_at_once_one_is_kept(service: Licences, importer: Person) -> None:
    drafts = [await a_draft(service, importer, numbered(106)) for _ in range(2)]

    outcomes = await asyncio.gather(*(submit(service, importer, d) for d in drafts), return_exceptions=True)

    kept = [outcome for outcome in outcomes if isinstance(outcome, Licence)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, WrongContent)]
    assert (len(kept), len(refused)) == (1, 1)
    assert refused[0].errors[0].code == "licence_number_taken"


async def test_the_number_of_a_rejected_licence_may_be_handed_in_again(service: Licences, importer: Person) -> None:
    rejected = await a_submitted_licence(service, importer, numbered(107))
    async with service.work() as work:
        await work.db.execute("UPDATE licence SET validation_state = 'rejected' WHERE id = $1", rejected.id)

    licence = await a_submitted_licence(service, importer, numbered(107))

    assert licence.validation_state == "submitted"


async def test_answers_of_the_wizard_are_kept_with_the_draft(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer, numbered(108))
    async with service.work() as work:
        await use_cases.answer(work, importer, draft.id, point_of_entry="BE101000")
        await use_cases.answer(work, importer, draft.id, arrival=ARRIVAL)
        kept = await use_cases.read_draft(work, importer, draft.id)

        licence = await use_cases.submit_licence(work, importer, draft.id)

    assert kept.answers == AT_ANTWERP
    assert licence.answers == AT_ANTWERP


async def test_a_deleted_draft_is_gone_with_its_scans(service: Licences, importer: Person) -> None:
    draft = await a_draft(service, importer)

    async with service.work() as work:
        await use_cases.delete_draft(work, importer, draft.id)

    async with service.work() as work:
        assert await work.db.fetchval("SELECT count(*) FROM attachment WHERE licence_id = $1", draft.id) == 0
        with pytest.raises(Unknown):
            await use_cases.read_licence(work, importer, draft.id)


async def test_a_revoked_role_ends_seeing_the_list(service: Licences, importer: Person) -> None:
    await a_draft(service, importer)
    async with service.work() as work:
        await know(work.db, importer)
        await work.db.execute("UPDATE known_role SET granted = false WHERE account_id = $1", importer.account_id)
    now = importer.with_roles(await service.roles_of(importer.account_id))

    async with service.work() as work:
        page = await use_cases.search_licences(work, now, use_cases.Wanted())

    assert page.rows == []
