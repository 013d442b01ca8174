"""Every act of the authority, through the forms of the review page; and what happens to wrong input."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import pytest
from bs4 import Tag
from fastapi import FastAPI

from services.validation import storage, use_cases
from services.validation.domain.policy import FourEyes, Policy
from services.validation.service import Validation
from services.validation.storage import StoredCase, former_people
from shared.contracts.licence import Requester
from shared.contracts.licences import InformationProvided
from shared.person import Person
from shared.testing.apps import browser
from shared.testing.forms import NoSuchField, Page, visit
from shared.testing.people import Issuer
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, line, opened
from tests.validation.scans import scan

CASES = "/validation/cases"

Visit = Callable[..., Awaitable[Page]]


@pytest.fixture
async def look(app: FastAPI, issuer: Issuer, people: People) -> AsyncIterator[Visit]:
    """Opens a case in a browser of its own, as the officer or as somebody else."""
    clients: list[httpx.AsyncClient] = []

    async def look_at(case_id: UUID, someone: Person | None = None, rest: str = "") -> Page:
        clients.append(browser(app, issuer.cookies(someone or people.officer)))
        return await visit(clients[-1], f"{CASES}/{case_id}{rest}")

    yield look_at
    for client in clients:
        await client.aclose()


async def case_of(service: Validation, case_id: UUID) -> StoredCase:
    async with service.work() as work:
        found = await storage.find(work.db, case_id)
    assert found is not None
    return found


async def validated(service: Validation, people: People) -> UUID:
    case_id = await opened(service)
    async with service.work() as work:
        await use_cases.validate_licence(work, people.officer, case_id)
    return case_id


async def decide_for_belgium(service: Validation, policy: Policy) -> None:
    """What the Belgian authority's policy is from now on."""
    async with service.work() as work:
        _present, version = await storage.policy_of(work.db, "BE")
        await storage.keep_policy(work.db, "BE", policy, version=version, at=NOW, by=uuid4())


async def acts(service: Validation, case_id: UUID) -> Sequence[storage.Entry]:
    async with service.work() as work:
        return await storage.acts_of(work.db, case_id)


def field(page: Page, name: str) -> str:
    found = page.html.find(True, {"name": name})
    assert found is not None
    return found.get_text().strip() if found.name == "textarea" else str(found.get("value", ""))


def read(part: Tag) -> str:
    """What a person reads there, with plain blanks."""
    return " ".join(part.get_text(" ").split())


def panel(page: Page, act: str) -> bool:
    """Whether the form of an act stands open."""
    return page.html.find(id=f"act-{act}").has_attr("open")


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


async def test_a_letter_is_there_only_for_a_query_of_the_case(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    page = await (await look(case_id)).press("Open the verification", {"open_verification.kind": "physical"})
    assert "Letter to print" not in page.text
    check = (await case_of(service, case_id)).verifications[0]
    for wrong in (check.id, uuid4()):
        assert (await look(case_id, rest=f"/verifications/{wrong}/letter")).status == 404


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


async def test_a_return_without_boxes_or_reasons_keeps_what_was_typed(service: Validation, look: Visit) -> None:
    page = await look(await opened(service))
    nothing = await page.press("Return this licence", {"return.text": "Please compare."})
    assert nothing.errors == ["Choose at least one box that has to be corrected."]
    assert field(nothing, "return.text") == "Please compare."
    no_reason = await nothing.press("Return this licence", {"return.boxes": ["10", "14"]})
    assert no_reason.errors == ["Choose what is wrong with it.", "Choose what is wrong with it."]
    assert no_reason.html.find(id="f-return.box10.reason_code-error")


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


CORRECTIONS = [
    ("1-0", {"value.name": "PT Sucofindo"}, "PT Sucofindo"),
    ("2-0", {"value.issuing_country_use": "Checked at port"}, "Checked at port"),
    ("3-0", {"value.licence_number": "26.00418–00123.003-id-be"}, "26.00418-00123.003-ID-BE"),
    ("4-0", {"value.expiry_date": "2027-03-31"}, "31 Mar 2027"),
    ("5-0", {"value.country_of_export": "MY"}, "Malaysia (MY)"),
    ("7-0", {"value.transport_mode": "4"}, "Air transport"),
    ("8-0", {"value.address": "Jl. Pelabuhan 9, Semarang"}, "Jl. Pelabuhan 9"),
    ("9-1", {"value.description": "Merbau decking"}, "Merbau decking"),
    ("10-1", {"value.commodity_code": "4409 29.00 00"}, "4409290000"),
    ("11-1", {"value.species.1.name": "Teak", "value.species.1.countries_of_harvest": "id, my"}, "leprosula; Teak"),
    ("12-1", {"value.species.0.countries_of_harvest": "MY"}, "Malaysia (MY)"),
    ("14-1", {"value.volume_m3": "15,25"}, "15.25 m³"),
    ("15-1", {"value.net_weight_kg": "9 960"}, "9,960 kg"),
    ("16-1", {"value.units.0.count": "421"}, "421 pcs"),
    ("17-0", {"value.distinguishing_marks": "MSKU 1"}, "MSKU 1"),
    ("18-0", {"value.place": "Jakarta"}, "Jakarta"),
]  # fmt: skip


@pytest.mark.parametrize(("box", "typed", "shown"), CORRECTIONS)
async def test_each_box_is_corrected_and_its_original_stays_visible(
    service: Validation, look: Visit, box: str, typed: dict[str, str], shown: str
) -> None:
    case_id = await opened(service)
    page = await look(case_id, rest=f"/boxes/{box}")
    done = await page.press("Correct this box", typed | {"reason": "The paper says so."})
    assert (done.status, done.errors) == (200, [])
    row = done.html.find(id=f"box-{box}")
    assert shown in read(row.find(class_="compare__value"))
    assert "The paper says so." in row.get_text()
    assert row.find("del")
    assert "Box corrected" in done.text
    assert "→" in done.html.find(class_="timeline").get_text()


WRONG = [
    ("1-0", {"value.name": "", "value.country": "CM"}, ["Name the issuing authority.", "Choose a partner country"]),
    ("3-0", {"value.licence_number": "12345"}, ["This is not a licence number of that country."]),
    ("4-0", {"value.expiry_date": "2026-11-01"}, ["The licence must have been signed before its date of expiry."]),
    ("4-0", {"value.expiry_date": "next year"}, ["This is not a date."]),
    ("7-0", {"value.transport_mode": ""}, ["Choose the means of transport."]),
    ("9-1", {"value.description": " "}, ["Describe the goods."]),
    ("10-1", {"value.commodity_code": "0101"}, ["0101 is not a code for which FLEGT licences are issued."]),
    ("11-1", {"value.species.0.name": ""}, ["Name the species."]),
    ("12-1", {"value.species.0.countries_of_harvest": "ID; XX"}, ["XX is not a country's two-letter code."]),
    ("14-1", {"value.volume_m3": "1,234"}, ["This can be read in two ways."]),
    ("14-1", {"value.volume_m3": "-1"}, ["A quantity must be more than zero."]),
    ("14-1", {"value.volume_m3": "1.2345"}, ["A quantity has at most three decimals."]),
    ("15-1", {"value.net_weight_kg": "NaN"}, ["This is not a number."]),
    ("15-1", {"value.net_weight_kg": "1e12"}, ["No shipment is that large."]),
    ("16-1", {"value.units.1.count": "3"}, ["Choose what the number counts."]),
    ("18-0", {"value.date": "2026-11-21"}, ["The licence was lodged before this date of signature."]),
    ("17-0", {}, ["The box reads like this already."]),
]  # fmt: skip


@pytest.mark.parametrize(("box", "typed", "errors"), WRONG)
async def test_a_wrong_value_is_named_beside_its_field_and_nothing_is_lost(
    service: Validation, look: Visit, box: str, typed: dict[str, str], errors: list[str]
) -> None:
    page = await look(await opened(service), rest=f"/boxes/{box}")
    wrong = await page.press("Correct this box", typed | {"reason": "The paper says so."})
    assert wrong.status == 422
    assert [found.startswith(error) for found, error in zip(wrong.errors, errors, strict=True)] == [True] * len(errors)
    assert field(wrong, "reason") == "The paper says so."
    anchors = [str(anchor["href"]).removeprefix("#") for anchor in wrong.html.select(".error-summary a")]
    assert all(wrong.html.find(id=anchor) for anchor in anchors)


async def test_everything_wrong_with_a_correction_is_said_at_once(service: Validation, look: Visit) -> None:
    page = await look(await opened(service), rest="/boxes/4-0")
    wrong = await page.press(
        "Correct this box", {"value.expiry_date": "", "why": "extension", "confirmed_on": "yesterday"}
    )
    assert wrong.errors == [
        "This is not a date. Enter it as year-month-day, such as 2027-01-31.",
        "Enter the date of expiry.",
        "Say in words what was found.",
        "An alteration or extension counts only when the issuing authority confirmed it: who, when, reference.",
        "An alteration or extension counts only when the issuing authority confirmed it: who, when, reference.",
    ]
    confirmed = {
        "value.expiry_date": "2027-04-30",
        "reason": "Extended by two months.",
        "confirmed_by": "LIU Jakarta",
        "confirmed_on": "2026-11-19",
        "confirmation_reference": "LIU/77",
    }
    done = await wrong.press("Correct this box", confirmed)
    assert "LIU/77" in done.html.find(id="box-4-0").get_text()
    assert "LIU/77" in done.html.find(class_="timeline").get_text()


async def test_a_second_officers_act_on_a_passed_version_is_told_and_typed_text_stays(
    service: Validation, look: Visit, people: People
) -> None:
    case_id = await opened(service)
    first, second = await look(case_id), await look(case_id, people.colleague)
    await first.press("Ask the importer", {"ask.text": "Which invoice?"})
    stale = await second.press("Ask the importer", {"ask.text": "Which container?"})
    assert stale.status == 412
    assert "Somebody else acted on this case after you opened it." in stale.text
    assert field(stale, "ask.text") == "Which container?"
    assert len((await case_of(service, case_id)).questions) == 1
    both = await stale.press("Ask the importer")
    assert both.status == 200
    assert len((await case_of(service, case_id)).questions) == 2


async def test_what_was_written_for_an_act_that_is_gone_is_shown(
    service: Validation, look: Visit, people: People
) -> None:
    case_id = await opened(service)
    page = await look(case_id)
    async with service.work() as work:
        await use_cases.validate_licence(work, people.colleague, case_id)
    gone = await page.press("Ask the importer", {"ask.text": "Which container?"})
    assert gone.status == 409
    assert "You had written: Which container?" in gone.text


async def test_under_four_eyes_a_colleague_confirms_or_declines(
    service: Validation, look: Visit, people: People
) -> None:
    async with service.work() as work:
        _policy, version = await storage.policy_of(work.db, "NL")
        assert await storage.keep_policy(
            work.db, "NL", Policy(four_eyes=FourEyes.ALWAYS), version=version, at=NOW, by=uuid4()
        )
    case_id = await opened(service, licence(point_of_entry="NL000854"))
    page = await look(case_id, people.dutch_officer)
    proposed = await page.press("Validate this licence", {"remark": "In order."})
    assert "A second officer has to confirm it." in proposed.text
    with pytest.raises(NoSuchField):
        proposed.form("Confirm the decision")
    taken_back = await proposed.press("Decline the proposed decision")
    assert taken_back.errors == ["Say in words what was found."]
    again = await taken_back.press("Decline the proposed decision", {"decline.reason": "I overlooked Box 4."})
    assert "I overlooked Box 4." in again.text
    await again.press("Reject this licence", {"reason_code": "FORMAT", "reason": "No stamp."})
    other = await look(case_id, people.dutch_colleague)
    assert "Nina Noord" in other.text
    decided = await other.press("Confirm the decision")
    assert "Confirmed by Noor Noord" in decided.text
    assert (await case_of(service, case_id)).validation_state == "rejected"


async def test_a_validation_is_cancelled_with_a_reason(service: Validation, look: Visit, people: People) -> None:
    page = await look(await validated(service, people))
    no_reason = await page.press("Cancel the validation", {})
    assert no_reason.errors == ["Say in words what was found."]
    assert panel(no_reason, "cancel")
    done = await no_reason.press("Cancel the validation", {"cancel.reason": "The issuer revoked it."})
    assert "Validation cancelled" in done.text
    assert "The issuer revoked it." in done.text


async def test_the_authority_settles_a_suspension(service: Validation, look: Visit, people: People) -> None:
    case_id = await validated(service, people)
    async with service.work() as work:
        await use_cases.suspend_clearance(work, people.customs, case_id, reason="The seal differs.")
    page = await look(case_id)
    assert "Customs suspended the release" in page.text
    resumed = await page.press("End the suspension", {"resume.reason": "The carrier explained it."})
    assert "awaits clearance again" in resumed.text
    refused = await resumed.press("Refuse clearance for good", {"refuse.reason": "Other goods."})
    assert (await case_of(service, case_id)).clearance_state == "refused"
    assert "FLEGT Competent Authority of BE" in refused.html.find(class_="timeline").get_text()


async def test_a_replacement_is_linked_both_ways(service: Validation, look: Visit) -> None:
    old_number, new_number = "26.70001-00123.003-ID-BE", "26.70002-00123.003-ID-BE"
    old = await opened(service, licence(boxes=boxes(licence_number=old_number)))
    new = await opened(service, licence(boxes=boxes(licence_number=new_number)))
    page = await look(new)
    unknown = await page.press("Register the replacement", {"take_place.replaces_number": "26.9"})
    assert unknown.errors == ["No licence with this number was handed in."]
    done = await unknown.press("Register the replacement", {"take_place.replaces_number": f"v-legal {old_number}"})
    assert f"In the place of {old_number}" in done.text
    assert done.link(old_number) == f"{CASES}/{old}"
    with pytest.raises(NoSuchField):
        done.form("Register the replacement")
    put_aside = await look(old)
    assert put_aside.link(new_number) == f"{CASES}/{new}"
    assert "Replaced" in put_aside.text


async def test_the_point_of_entry_changes_within_the_country_or_the_case_leaves(
    service: Validation, look: Visit
) -> None:
    case_id = await opened(service)
    page = await look(case_id)
    wrong = await page.press("Change the point of entry", {"reroute.point_of_entry": "BE99", "reroute.reason": "Fog."})
    assert wrong.errors == ["There is no such customs office."]
    assert field(wrong, "reroute.reason") == "Fog."
    moved = await wrong.press("Change the point of entry", {"reroute.point_of_entry": "be 343000"})
    assert "BE101000 → BE343000" in moved.text
    left = await moved.press(
        "Change the point of entry", {"reroute.point_of_entry": "NL000854", "reroute.reason": "Diverted."}
    )
    assert left.url.endswith("/validation/cases")
    assert (await look(case_id)).status == 404
    assert (await case_of(service, case_id)).country == "NL"


async def test_a_fee_is_recorded_with_its_currency(service: Validation, look: Visit) -> None:
    case_id = await opened(service)
    with pytest.raises(NoSuchField):
        (await look(case_id)).form("Record the fee")
    await decide_for_belgium(service, Policy(fees=True))
    nothing = await (await look(case_id)).press("Record the fee")
    assert nothing.errors == ["Enter the fee, 0 or more, with at most two decimals."]
    wrong = await nothing.press("Record the fee", {"record_fee.amount": "about 30"})
    assert wrong.errors == ["This is not an amount. Enter digits and, for cents, one point: 37.50"]
    assert field(wrong, "record_fee.amount") == "about 30"
    done = await wrong.press("Record the fee", {"record_fee.amount": "37.50", "record_fee.reference": "F-17"})
    assert "37.5 EUR F-17" in done.text
    await decide_for_belgium(service, Policy(fees=True, usual_fee=Decimal(250), fee_currency="DKK"))
    usual = await look(case_id)
    assert field(usual, "record_fee.amount") == "250.00"
    assert usual.html.select_one("#f-record_fee\\.currency [selected]")["value"] == "DKK"
    await decide_for_belgium(service, Policy())
    gone = await usual.press("Record the fee")
    assert "Your authority charges no fees." in gone.text
    assert [entry.act for entry in await acts(service, case_id)] == ["record_fee"]


async def test_a_case_is_taken_taken_over_and_released_from_its_page(
    service: Validation, look: Visit, people: People
) -> None:
    case_id = await opened(service)
    mine = await (await look(case_id)).press("Take this case")
    assert "You work on this case now." in mine.text
    theirs = await look(case_id, people.colleague)
    for hidden in ("Validate this licence", "Ask the importer", "Release this case"):
        with pytest.raises(NoSuchField):
            theirs.form(hidden)
    over = await theirs.press("Take over from Olivia Officer")
    released = await over.press("Release this case")
    assert "Nobody yet" in released.text


async def test_who_entered_a_licence_is_offered_no_decision_and_a_monitor_no_act(
    service: Validation, look: Visit, people: People
) -> None:
    own = licence(requester=Requester(account_id=people.officer.account_id, name="Olivia Officer"))
    page = await look(await opened(service, own))
    assert "You entered this licence yourself." in page.text
    for hidden in ("Validate this licence", "Reject this licence"):
        with pytest.raises(NoSuchField):
            page.form(hidden)
    assert page.form("Ask the importer")


async def test_an_act_that_does_not_exist_is_not_found(service: Validation, look: Visit) -> None:
    page = await look(await opened(service))
    form = page.form("Take this case")
    form["action"] = f"{page.url}/acts/burn"
    assert (await page.press("Take this case")).status == 404
