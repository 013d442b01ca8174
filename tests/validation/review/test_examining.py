"""Questions, verifications and returns through the forms of the review page."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.validation import use_cases
from services.validation.service import Validation
from shared.contracts.licence import Requester
from shared.contracts.licences import InformationProvided
from shared.testing.forms import NoSuchField, visit
from tests.validation.examples import NOW, licence, opened
from tests.validation.review.acts import Visit, acts, case_of, field, panel
from tests.validation.scans import scan


async def test_the_importer_is_asked_and_the_answer_comes_with_its_files(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    page = await look(case_id)
    wrong = await page.press("Ask the importer", {"ask.due_on": "2026-11-01", "ask.boxes": ["2", "17"]})
    assert wrong.status == 422
    assert wrong.errors == ["Say in words what was found.", "Nobody can answer until a day that has passed."]
    assert panel(wrong, "ask")
    assert [box["value"] for box in wrong.html.select("[name='ask.boxes'][checked]")] == ["2", "17"]
    unreadable = await wrong.press("Ask the importer", {"ask.due_on": "soon", "ask.text": "Which invoice?"})
    assert unreadable.errors == ["This is not a date. Enter it as year-month-day, such as 2027-01-31."]
    assert field(unreadable, "ask.text") == "Which invoice?"
    asked = await unreadable.press("Ask the importer", {"ask.due_on": "2026-12-01"})
    assert "The importer is asked." in asked.text
    assert "Boxes 2, 17" in asked.text
    question = (await case_of(service, case_id)).questions[0]
    file = await scan(service)
    await answer(service, case_id, question.id, file.model_copy(update={"box": 0, "name": "invoice.png"}))
    answered = await look(case_id)
    assert "Answered on" in answered.text
    picture = await answered.client.get(answered.link("invoice.png"))
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


async def answer(service: Validation, case_id: UUID, question_id: UUID, *files: object) -> None:
    case = await case_of(service, case_id)
    async with service.work() as work:
        await use_cases.receive_answer(
            work,
            InformationProvided.model_validate(
                {
                    "licence_id": case_id,
                    "licence_number": case.licence_number,
                    "operator_id": case.operator_id,
                    "country": case.country,
                    "point_of_entry": case.point_of_entry,
                    "by": Requester(account_id=case.requester_id, name=case.requester_name),
                    "request_id": question_id,
                    "text": "Here it is.",
                    "attachments": list(files),
                }
            ),
        )


async def test_an_officer_goes_on_without_the_answer(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    asked = await (await look(case_id)).press("Ask the importer", {"ask.kind": "translation", "ask.text": "Box 9."})
    assert "Translation" in asked.text
    waived = await asked.press("Go on without the answer")
    assert "No longer needed" in waived.text
    assert (await case_of(service, case_id)).validation_state == "submitted"


async def test_a_query_has_a_letter_and_blocks_acceptance_until_it_is_answered(
    service: Validation, look: Visit
) -> None:
    file = await scan(service)
    case_id = await opened(service, licence(attachments=[file]))
    page = await look(case_id)
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    early = await page.press("Open the verification", {"open_verification.sent_on": tomorrow})
    assert early.errors == ["This day has not come yet. Open the verification when the query is sent."]
    query = await early.press(
        "Open the verification", {"open_verification.sent_on": "2026-11-20", "open_verification.text": "Is it yours?"}
    )
    assert "Query to the issuing authority" in query.text
    with pytest.raises(NoSuchField):
        query.form("Validate this licence")
    letter = await visit(query.client, query.link("Letter to print"))
    for told in ("PT Mutuagung Lestari", "Is it yours?", "11 Dec 2026", file.sha256, "26.00417-00123.003-ID-BE"):
        assert told in letter.text
    unexplained = await query.press("Record the end of the verification", {"end_verification.outcome": "not_confirmed"})
    assert unexplained.errors == ["Say in words what was found."]
    silent = await unexplained.press("Record the end of the verification", {"end_verification.outcome": "silent"})
    assert "No answer in time" in silent.text
    too_old = await silent.press(
        "Record the end of the verification",
        {"end_verification.outcome": "confirmed", "end_verification.answered_on": "2026-11-01"},
    )
    assert too_old.errors == ["The answer cannot be older than the question."]
    late = await too_old.press(
        "Record the end of the verification",
        {"end_verification.answered_on": "2026-11-20", "end_verification.answer": "Yes, it is ours."},
    )
    assert "Yes, it is ours." in late.text
    assert late.form("Validate this licence")


async def test_a_reminder_is_an_act_and_makes_the_letter_one(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    page = await (await look(case_id)).press("Open the verification", {"open_verification.sent_on": "2026-11-10"})
    assert "Reminder to print" not in page.text
    early = await page.press("Record the reminder", {"remind.sent_on": "2026-11-09", "remind.text": "By courier."})
    assert early.errors == ["A reminder comes after the query and the reminders before it."]
    assert field(early, "remind.text") == "By courier."
    told = await early.press("Record the reminder", {"remind.sent_on": "2026-11-19"})
    assert "The query stays open." in told.text
    assert "Reminder sent on 19 Nov 2026" in told.text
    assert "Issuing authority reminded" in told.text
    (entry, _opened) = await acts(service, case_id)
    assert (entry.act, entry.text, entry.details["sent_on"]) == ("remind", "By courier.", "2026-11-19")
    letter = await visit(told.client, told.link("Reminder to print"))
    assert letter.html.h1.get_text().startswith("Reminder: query about licence")
    assert "19 Nov 2026" in letter.html.select_one(".letter__date").get_text()


async def test_a_letter_is_there_only_for_a_query_of_the_case(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    page = await (await look(case_id)).press("Open the verification", {"open_verification.kind": "physical"})
    assert "Letter to print" not in page.text
    check = (await case_of(service, case_id)).verifications[0]
    for wrong in (check.id, uuid4()):
        assert (await look(case_id, rest=f"/verifications/{wrong}/letter")).status == 404


async def test_a_return_without_boxes_or_reasons_keeps_what_was_typed(service: Validation, look: Visit) -> None:
    page = await look(await opened(service))
    nothing = await page.press("Return this licence", {"return.text": "Please compare."})
    assert nothing.errors == ["Choose at least one box that has to be corrected."]
    assert field(nothing, "return.text") == "Please compare."
    no_reason = await nothing.press("Return this licence", {"return.boxes": ["10", "14"]})
    assert no_reason.errors == ["Choose what is wrong with it.", "Choose what is wrong with it."]
    assert no_reason.html.find(id="f-return.box10.reason_code-error")
