"""Marks on boxes through the forms of the review page, and how long they hold."""

from services.validation import storage, use_cases
from services.validation.service import Validation
from services.validation.storage import former_people
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, line, opened
from tests.validation.review.acts import Visit, case_of, field, read


async def test_a_box_that_a_colleague_corrected_meanwhile_is_not_marked_unseen(
    service: Validation, look: Visit, people: People
) -> None:
    case_id = await opened(service)
    stale = await look(case_id, rest="?box=17-0")
    async with service.work() as work:
        await use_cases.correct_box(
            work, people.officer, case_id, (17, 0), value={"distinguishing_marks": "X"}, why="copying", reason="Typo."
        )
    refused = await stale.press("Mark as differing", {"reason_code": "FORMAT"})
    assert refused.status == 422
    assert "This box was changed after you opened the page." in refused.text
    async with service.work() as work:
        assert await storage.marks_of(work.db, case_id) == []
    assert "Differs" in (await refused.press("Mark as differing")).text


async def test_a_difference_needs_a_reason_and_is_proposed_when_the_licence_is_returned(
    service: Validation, look: Visit, people: People
) -> None:
    case_id = await opened(service)
    page = await look(case_id, rest="?box=15-1")
    wrong = await page.press("Mark as differing", {"text": "The scan says 9960."})
    assert wrong.status == 422
    assert "Choose what is wrong with it." in wrong.text
    marked = await wrong.press("Mark as differing", {"reason_code": "DATA_DIFFERS_FROM_ISSUER"})
    assert "The scan says 9960." in marked.text
    assert "1 / 16" in marked.text
    other = await look(case_id, people.colleague)
    assert "Olivia Officer" in other.html.find(id="box-15-1").get_text()
    assert field(other, "return.box15.text") == "1: The scan says 9960."
    assert "The scan says 9960." in field(other, "reason")
    returned = await other.press("Return this licence", {"return.text": "Please compare again."})
    assert "Returned for correction" in returned.text
    told = (await case_of(service, case_id)).validation_state
    assert told == "returned"


async def test_marks_of_boxes_that_changed_are_void_and_the_change_is_shown(
    service: Validation, look: Visit, people: People
) -> None:
    submitted = licence()
    case_id = await opened(service, submitted)
    async with service.work() as work:
        for place in ((10, 1), (13, 0), (12, 1), (15, 1)):
            if place != (13, 0):
                await use_cases.mark_box(work, people.officer, case_id, place, finding="checked")
        await use_cases.mark_box(
            work, people.officer, case_id, (15, 1), finding="differs", reason_code="MISSING_DATA", text="9960"
        )
    page = await look(case_id)
    await page.press("Return this licence")
    again = submitted.model_copy(
        update={"version": 9, "boxes": boxes(commodities=[line(net_weight_kg=9960)]), "changed_boxes": [15, 13]}
    )
    async with service.work() as work:
        await use_cases.open_cases(work, [use_cases.submission(again, NOW)])
        await use_cases.open_cases(work, [use_cases.submission(again, NOW)])
    fresh = await look(case_id)
    assert "2 boxes were corrected." in fresh.text
    changed = fresh.html.find(id="box-15-1")
    assert read(changed.find("del")) == "9,690 kg"
    assert "9,960 kg" in read(changed)
    assert "compare__row--changed" in changed["class"]
    assert "1 / 16" in fresh.text
    assert "Agrees" in fresh.html.find(id="box-10-1").find(class_="compare__mark").get_text()
    async with service.work() as work:
        await use_cases.mark_box(work, people.officer, case_id, (15, 1), finding="checked")
        await use_cases.open_cases(work, [use_cases.submission(again, NOW)])
        assert len(await storage.marks_of(work.db, case_id)) == 2


async def test_marks_bear_a_pseudonym_when_the_officer_deleted_the_account(service: Validation, people: People) -> None:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.mark_box(work, people.colleague, case_id, (3, 0), finding="checked")
        await former_people.keep(work.db, people.colleague.account_id, "Former person 17")
        assert [mark.name for mark in await storage.marks_of(work.db, case_id)] == ["Former person 17"]


async def test_a_box_that_is_not_there_cannot_be_marked(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    page = await look(case_id)
    form = page.form("Agrees")
    form.find("input", {"name": "line"})["value"] = "7"
    assert (await page.press("Agrees")).status == 422


async def test_marks_end_with_the_decision(service: Validation, look: Visit, people: People) -> None:
    case_id = await opened(service)
    before = await look(case_id)
    async with service.work() as work:
        await use_cases.reject_licence(work, people.colleague, case_id, reason_code="FORMAT", reason="No stamp.")
    late = await before.press("Agrees")
    assert late.status == 409
    assert "Agrees" not in (await look(case_id)).text
