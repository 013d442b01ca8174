"""Decisions and what may become of them, through the forms of the review page."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from services.validation import storage, use_cases
from services.validation.domain.policy import FourEyes, Policy
from services.validation.service import Validation
from shared.contracts.licence import Requester
from shared.testing.forms import NoSuchField
from tests.validation.conftest import People
from tests.validation.examples import NOW, boxes, licence, opened
from tests.validation.review.acts import CASES, Visit, acts, case_of, field, panel


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
